/**
 * Checks whether records of the audit trail are missing in a period. Each process numbers its records, so a missing
 * number is a gap. The check begins at the last record before the period, and ends at the first record after it, so it
 * also sees a gap at the very beginning or end. If the process has no record shortly before the period, a gap at the
 * beginning cannot be seen from the numbers: `vigil audit verify` checks the whole trail.
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
  const processes = new Map<string, Process>();
  let count = 0;
  return {
    add({ boot, n, at }: Pick<AnyAuditRecord, 'boot' | 'n' | 'at'>): void {
      count += 1;
      if (count > recordsMax) return;
      const atMs = parseInstant(at) ?? 0;
      const entry = processes.get(boot) ?? newProcess();
      processes.set(boot, entry);
      entry.numbers.add(n);
      if (atMs < fromMs) entry.before = Math.max(entry.before, n);
      else if (atMs > untilMs) entry.after = Math.min(entry.after, n);
      else {
        entry.first = Math.min(entry.first, n);
        entry.last = Math.max(entry.last, n);
      }
    },
    isWhole(): boolean {
      return count <= recordsMax && [...processes.values()].every(hasNoGap);
    },
  };
}

/**
 * The numbers of one process. `before`: the highest number before the period. `first` and `last`: the lowest and the
 * highest number in the period. `after`: the lowest number after the period.
 */
type Process = { readonly numbers: Set<number>; before: number; first: number; last: number; after: number };

const newProcess = (): Process => ({
  numbers: new Set(),
  before: Number.NEGATIVE_INFINITY,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  after: Number.POSITIVE_INFINITY,
});

function hasNoGap({ numbers, before, first, last, after }: Process): boolean {
  const from = Number.isFinite(before) ? Math.min(before, first) : first;
  const to = Number.isFinite(after) ? Math.max(after, last) : last;
  // The process may have records on one side of the period only. Then nothing is known to be missing.
  if (!Number.isFinite(from) || !Number.isFinite(to)) return true;
  for (let n = from; n <= to; n += 1) if (!numbers.has(n)) return false;
  return true;
}
