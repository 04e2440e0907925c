/** The audit trail as an auditor pages through it, in memory and bounded, and whether its chains hold. */

import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import type { AuditFault } from '../../../log/audit/chain.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import { beginChains, type ChainCheck, checkNext, missingRecords, newCheck, note } from '../../../log/audit/check.ts';
import type { RecordVerdict } from '../../../log/audit/rules.ts';
import type { AuditPage, AuditQuery } from '../../protocol/rest.ts';

/** Records in memory, about 1 kB each; past it the oldest go, and the page says from when on it is complete. */
export const auditRecordsMax = 100_000;
const faultsShown = 20;

type Held = { readonly id: number; readonly record: AnyAuditRecord; readonly verified: boolean };

export type AuditView = ReturnType<typeof createAuditView>;

/** Takes records in the order of reading and answers pages. Without Kafka, for tests too. */
export function createAuditView(check: ChainCheck = newCheck(true)) {
  const pageRecords: Held[] = [];
  let id = 0;
  let unreadable = 0;
  let anchoredAt: string | null = null;

  function chainState(): AuditPage['chain'] {
    const faults = [...check.faults.map(({ text }) => text), ...missingRecords(check)];
    if (unreadable > 0) faults.push(`${unreadable} records do not open`);
    const { records, older } = check;
    return { intact: faults.length === 0, records, older, anchoredAt, faults: faults.slice(0, faultsShown) };
  }

  return {
    /** Before the first `add`: what lay in the log, in any order. */
    begin(records: readonly AnyAuditRecord[]) {
      beginChains(check, records);
    },
    /** A record that does not open or parse: the trail is not whole. */
    addUnreadable() {
      unreadable += 1;
    },
    /** What is wrong with the log as a whole. */
    addFaults(faults: readonly AuditFault[]) {
      for (const { kind, text } of faults) note(check, kind, text);
    },
    /** The newest anchor with which the log was compared. */
    anchored(at: string) {
      anchoredAt = at;
    },
    /** @returns false for a repeat */
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
      for (let at = pageRecords.length - 1; at >= 0; at -= 1) {
        const { id: entryId, record, verified } = pageRecords[at]!;
        if (query.before !== undefined && entryId >= query.before) continue;
        if (!fits(record, query)) continue;
        if (records.length === limit) {
          next = pageRecords[at + 1]!.id;
          break;
        }
        records.push(entryOf(record, verified));
      }
      return { records, next, chain: chainState() };
    },
  };
}

/** A user is found as who acted, and as whose account was changed. */
function fits(record: AnyAuditRecord, { action, userId }: AuditQuery): boolean {
  if (action !== undefined && record.action !== action) return false;
  if (userId === undefined || record.actor.userId === userId) return true;
  return isSigned(record) && record.account === userId;
}

function entryOf(record: AnyAuditRecord, verified: boolean): AuditPage['records'][number] {
  const { actor, prev: _, hash: __, ...rest } = record;
  if (!isSigned(record)) return { ...rest, ...actor, verified, signed: false };
  const { actor: ___, prev: ____, hash: _____, key, sig, ...signed } = record;
  return { ...signed, ...actor, verified, signed: true };
}
