/** Selects records of the audit trail for a search. Pure. */
import { type AuditAction, type AuditGroup, auditActionNames, isLook } from '../../../contracts/audit-names.ts';
import { VigilError } from '../../../contracts/errors.ts';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import type { AuditFilter } from '../../protocol/audit.ts';

/** A record with its time in ms since 1970, and whether it verifies. */
export type AuditedRecord = { readonly record: AnyAuditRecord; readonly atMs: number; readonly verified: boolean };

/** A filter whose times are numbers. */
export type RecordFilter = {
  readonly userId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly ward?: string | undefined;
  readonly bed?: string | undefined;
  readonly action?: AuditAction | undefined;
  readonly group?: AuditGroup | undefined;
  readonly fromMs: number;
  readonly toMs: number;
};

/** Returns the filter with its times as numbers. @throws VigilError `time-invalid` if a time does not exist */
export function recordFilter({ from, to, ...rest }: AuditFilter): RecordFilter {
  return {
    ...rest,
    fromMs: from === undefined ? Number.NEGATIVE_INFINITY : instantMs(from),
    toMs: to === undefined ? Number.POSITIVE_INFINITY : instantMs(to),
  };
}

function instantMs(text: string): number {
  const ms = parseInstant(text);
  if (ms === undefined) throw new VigilError('time-invalid', 'A time of the search does not exist.');
  return ms;
}

/** Returns whether a record matches. A user id matches the acts of the person and the changes of the account. */
export function matchesFilter({ record, atMs }: AuditedRecord, filter: RecordFilter): boolean {
  const { userId, patientId, ward, bed, action, group, fromMs, toMs } = filter;
  if (!(atMs >= fromMs && atMs < toMs)) return false;
  if (action !== undefined && record.action !== action) return false;
  if (group !== undefined && auditActionNames[record.action].group !== group) return false;
  if (ward !== undefined && record.ward !== ward) return false;
  const signed = isSigned(record) ? record : undefined;
  if (bed !== undefined && signed?.bed !== bed) return false;
  if (userId !== undefined && record.actor.userId !== userId && signed?.account !== userId) return false;
  if (patientId === undefined || record.patientId === patientId) return true;
  return signed?.patients?.includes(patientId) ?? false;
}

/**
 * Returns whether a record is a look at a whole ward that may have shown the searched bed. Such a record names no bed,
 * so a search for the bed does not find the record.
 */
export function isLeftOutWardLook(entry: AuditedRecord, filter: RecordFilter): boolean {
  if (filter.bed === undefined || !isLook(entry.record.action)) return false;
  if (entry.record.ward === undefined || (isSigned(entry.record) && entry.record.bed !== undefined)) return false;
  return matchesFilter(entry, { ...filter, bed: undefined });
}

/** Returns the filter as a text for the audit trail, which records each search. */
export function filterText(filter: AuditFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? 'all records' : parts.join(', ');
}
