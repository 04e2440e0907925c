/** Keeps the newest records of the audit trail in memory, returns them in pages, and checks their chains. */

import { setImmediate } from 'node:timers/promises';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { AuditFault } from '../../../log/audit/chain.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import {
  beginChains,
  type ChainCheck,
  checkNext,
  missingRecords,
  newCheck,
  recordFault,
} from '../../../log/audit/check.ts';
import type { RecordVerdict } from '../../../log/audit/rules.ts';
import type { AuditEntry, AuditFilter, AuditPage, AuditSearch } from '../../protocol/audit.ts';
import { type AuditedRecord, isLeftOutWardLook, matchesFilter, recordFilter } from '../core/audit-filter.ts';
import { newSummary, noteRecord, summaryOf } from '../core/audit-summary.ts';

/** Maximum number of records in memory, about 1 kB each. If there are more, the oldest are dropped. */
export const auditRecordsMax = 100_000;
const faultsShown = 20;
/** After this many records a search pauses, so that it delays no alarm on this server (ours). */
const recordsAtOnce = 1_000;

type ViewEntry = AuditedRecord & { readonly id: number };

export type AuditView = ReturnType<typeof createAuditView>;

/**
 * Creates an empty view. Records must be added in the order in which they were read.
 * @param sinceMs the time from which the records are read
 */
export function createAuditView(sinceMs: number, check: ChainCheck = newCheck(true)) {
  const pageRecords: ViewEntry[] = [];
  let id = 0;
  let unreadable = 0;
  let anchoredAt: string | null = null;
  /** Whether records were dropped because there were too many. */
  let hasDropped = false;

  function chainState(): AuditPage['chain'] {
    const faults = [...check.faults.map(({ text }) => text), ...missingRecords(check)];
    if (unreadable > 0) faults.push(`${unreadable} records cannot be decrypted or read`);
    const { records, older } = check;
    return { intact: faults.length === 0, records, older, anchoredAt, faults: faults.slice(0, faultsShown) };
  }

  return {
    /** Must be called before the first `add`, with the records that were in Kafka at the start, in any order. */
    begin(records: readonly AnyAuditRecord[]) {
      beginChains(check, records);
    },
    /** Counts a record that cannot be decrypted or parsed. The trail is then not intact. */
    addUnreadable() {
      unreadable += 1;
    },
    /** Notes that records were dropped before they were added, because there are too many. */
    noteDropped() {
      hasDropped = true;
    },
    /** Notes faults that belong to no single record. */
    addFaults(faults: readonly AuditFault[]) {
      for (const { kind, text } of faults) recordFault(check, kind, text);
    },
    /** Notes the time of the newest anchor with which the trail was compared. */
    anchored(at: string) {
      anchoredAt = at;
    },
    /** Checks and adds a record. Returns false for a repeated record. */
    add(record: AnyAuditRecord, verdict: RecordVerdict): boolean {
      const outcome = checkNext(check, record, verdict);
      if (outcome === 'repeat') return false;
      id += 1;
      pageRecords.push({ id, record, atMs: parseInstant(record.at) ?? Number.NaN, verified: outcome !== 'wrong' });
      if (pageRecords.length > auditRecordsMax) {
        pageRecords.splice(0, pageRecords.length - auditRecordsMax);
        hasDropped = true;
      }
      return true;
    },
    /** Returns a page of the records that match, the newest first. Searches all records without a pause. */
    page({ before, limit = 100, ...filter }: AuditSearch): AuditPage {
      const wanted = recordFilter(filter);
      return pageOf(pageRecords.filter((entry) => matchesFilter(entry, wanted)).reverse(), before, limit);
    },
    /** Returns a page of the records that match, with a summary of all matches if it is the first page. */
    async search({ before, limit = 100, ...filter }: AuditSearch): Promise<AuditPage> {
      const { matching, summary } = await find(pageRecords.toReversed(), filter);
      const page = pageOf(matching, before, limit);
      return before === undefined ? { ...page, summary: summaryOf(summary) } : page;
    },
    /** Returns the records that match, oldest first, and the time from which all records are known. */
    async matching(
      filter: AuditFilter,
    ): Promise<{ readonly records: readonly AuditedRecord[]; readonly knownFrom: string }> {
      const completeFrom = knownFrom();
      return { records: (await find(pageRecords.toReversed(), filter)).matching.reverse(), knownFrom: completeFrom };
    },
  };

  function pageOf(matching: readonly ViewEntry[], before: number | undefined, limit: number): AuditPage {
    return { ...cutPage(matching, before, limit), knownFrom: knownFrom(), chain: chainState() };
  }

  /** Returns the time from which this view has all records. */
  function knownFrom(): string {
    return hasDropped && pageRecords[0] !== undefined ? pageRecords[0].record.at : formatInstant(sinceMs);
  }
}

/**
 * Returns the records that match, the newest first, and a summary. Lets the server do other work between pieces of the
 * records.
 * @param records the newest record first; nobody else may change this list
 */
async function find(records: readonly ViewEntry[], filter: AuditFilter) {
  const wanted = recordFilter(filter);
  const matching: ViewEntry[] = [];
  const summary = newSummary();
  for (let index = 0; index < records.length; index += recordsAtOnce) {
    for (const entry of records.slice(index, index + recordsAtOnce)) {
      const isMatching = matchesFilter(entry, wanted);
      noteRecord(summary, entry, isMatching);
      if (!isMatching && isLeftOutWardLook(entry, wanted)) summary.wardLooks += 1;
      if (isMatching) matching.push(entry);
    }
    await setImmediate();
  }
  return { matching, summary };
}

/** Cuts a page out of the records that match. @param matching the newest record first */
function cutPage(matching: readonly ViewEntry[], before: number | undefined, limit: number) {
  const firstOlder = before === undefined ? 0 : matching.findIndex(({ id }) => id < before);
  const begin = firstOlder === -1 ? matching.length : firstOlder;
  const shown = matching.slice(begin, begin + limit);
  return {
    records: shown.map(entryOf),
    next: begin + limit < matching.length ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** Returns a record as pages and exports show it: without hashes and signature, with the result of the check. */
export function entryOf({ record, verified }: AuditedRecord): AuditEntry {
  const { actor, prev: _prev, hash: _hash, ...rest } = record;
  if (!isSigned(record)) return { ...rest, ...actor, verified, signed: false };
  const { actor: _actor, prev: _signedPrev, hash: _signedHash, key, sig, ...signed } = record;
  return { ...signed, ...actor, verified, signed: true };
}
