/** Keeps the newest records of the audit trail in memory, returns them in pages, and checks their chains. */

import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
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
import type { AuditPage, AuditQuery } from '../../protocol/rest.ts';

/** Maximum number of records in memory, about 1 kB each. If there are more, the oldest are dropped. */
export const auditRecordsMax = 100_000;
const faultsShown = 20;

type ViewEntry = { readonly id: number; readonly record: AnyAuditRecord; readonly verified: boolean };

export type AuditView = ReturnType<typeof createAuditView>;

/** Creates an empty view. It takes records in the order in which they were read, and does not need Kafka. */
export function createAuditView(check: ChainCheck = newCheck(true)) {
  const pageRecords: ViewEntry[] = [];
  let id = 0;
  let unreadable = 0;
  let anchoredAt: string | null = null;

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
      pageRecords.push({ id, record, verified: outcome !== 'wrong' });
      if (pageRecords.length > auditRecordsMax) pageRecords.splice(0, pageRecords.length - auditRecordsMax);
      return true;
    },
    page(query: AuditQuery): AuditPage {
      const limit = query.limit ?? 100;
      const records: AuditPage['records'] = [];
      let next: number | null = null;
      for (let index = pageRecords.length - 1; index >= 0; index -= 1) {
        const { id: entryId, record, verified } = pageRecords[index]!;
        if (query.before !== undefined && entryId >= query.before) continue;
        if (!matchesQuery(record, query)) continue;
        if (records.length === limit) {
          next = pageRecords[index + 1]!.id;
          break;
        }
        records.push(entryOf(record, verified));
      }
      return { records, next, chain: chainState() };
    },
  };
}

/** Returns whether a record matches a query. A user matches as the person who acted and as the account that was changed. */
function matchesQuery(record: AnyAuditRecord, { action, userId }: AuditQuery): boolean {
  if (action !== undefined && record.action !== action) return false;
  if (userId === undefined || record.actor.userId === userId) return true;
  return isSigned(record) && record.account === userId;
}

function entryOf(record: AnyAuditRecord, verified: boolean): AuditPage['records'][number] {
  const { actor, prev: _prev, hash: _hash, ...rest } = record;
  if (!isSigned(record)) return { ...rest, ...actor, verified, signed: false };
  const { actor: _actor, prev: _signedPrev, hash: _signedHash, key, sig, ...signed } = record;
  return { ...signed, ...actor, verified, signed: true };
}
