/**
 * Checks whether records of the audit trail are missing in a period. Each process numbers its records, so a missing
 * number is a gap.
 */
import type { AnyAuditRecord } from '../messages/records.ts';
import { parseInstant } from '../time.ts';

/**
 * Largest number of audit records in one period. If there are more, the check answers that records are missing (our
 * choice).
 */
const recordsMax = 2_000_000;

/**
 * Creates a check of the period from `fromMs` to `untilMs`, ms since 1970. The caller may also add records from shortly
 * before and after the period. Records may come in any order, because the records of one process are in several
 * partitions.
 */
export function createAuditGaps(fromMs: number, untilMs: number) {
  const processes = new Map<string, { numbers: Set<number>; first: number; last: number }>();
  let count = 0;
  return {
    add({ boot, n, at }: Pick<AnyAuditRecord, 'boot' | 'n' | 'at'>): void {
      count += 1;
      if (count > recordsMax) return;
      const atMs = parseInstant(at) ?? 0;
      const entry = processes.get(boot) ?? { numbers: new Set(), first: Number.POSITIVE_INFINITY, last: 0 };
      processes.set(boot, entry);
      entry.numbers.add(n);
      if (atMs < fromMs || atMs > untilMs) return;
      entry.first = Math.min(entry.first, n);
      entry.last = Math.max(entry.last, n);
    },
    isWhole(): boolean {
      return count <= recordsMax && [...processes.values()].every(hasNoGap);
    },
  };
}

function hasNoGap({ numbers, first, last }: { numbers: ReadonlySet<number>; first: number; last: number }): boolean {
  for (let n = first; n <= last; n += 1) if (!numbers.has(n)) return false;
  return true;
}
