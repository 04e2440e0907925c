/**
 * Checks whether the chains of the audit trail (chain.ts) are complete and in order, while their records are read.
 * Pure.
 */

import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type AuditFault, type AuditFaultKind, chainStart, isSigned } from './chain.ts';
import type { RecordVerdict } from './rules.ts';

type Row = { readonly n: number; readonly prev: string; readonly hash: string; readonly atMs: number };
type Settled = Pick<Row, 'hash' | 'atMs'>;

type Chain = {
  /** Number of the last record before the first gap. */
  n: number;
  hash: string;
  atMs: number;
  readonly signed: boolean;
  /** Rows after a gap, by number. The records of the gap have not been read yet. */
  readonly rowsAfterGap: Map<number, Row>;
  /** Rows before the gap, by number. With these rows, the check recognises a record that comes twice. */
  readonly rowsBeforeGap: Map<number, Settled>;
};

export type CheckBounds = {
  /** Maximum number of records after a gap, for each chain. If there are more, the records of the gap count as lost. */
  readonly rowsAfterGapMax: number;
  /**
   * Maximum number of chains (starts of processes) that are remembered. If there are more, the oldest chain is
   * forgotten.
   */
  readonly chainsMax: number;
  /** Maximum number of records that are remembered for each chain. */
  readonly rowsBeforeGapMax: number;
  /** Maximum number of faults that are remembered. Further faults are only counted. */
  readonly faultsMax: number;
};

/** The limits in the dashboard, which reads the trail all the time. */
export const dashboardBounds: CheckBounds = {
  rowsAfterGapMax: 1_000,
  chainsMax: 1_000,
  rowsBeforeGapMax: 1_000,
  faultsMax: 20,
};

/** A record may be earlier than the former record by at most this time, because a clock may be set back. */
const backwardMsMax = 60_000;

export type ChainCheck = {
  readonly bounds: CheckBounds;
  readonly chains: Map<string, Chain>;
  /**
   * Whether the reading began in the middle of the log. If true, the first record of a chain may have a number above 1.
   */
  fromMiddle: boolean;
  records: number;
  /** Number of records from older versions, which did not sign records. */
  older: number;
  intact: boolean;
  faultCount: number;
  readonly faults: AuditFault[];
};

export function newCheck(fromMiddle: boolean, bounds = dashboardBounds): ChainCheck {
  return { bounds, chains: new Map(), fromMiddle, records: 0, older: 0, intact: true, faultCount: 0, faults: [] };
}

/**
 * Begins each chain at the lowest number among `records`. These records were read one partition after the other, so
 * they are out of order. After this call, a new chain must begin at number 1.
 */
export function beginChains(check: ChainCheck, records: readonly AnyAuditRecord[]): void {
  for (const record of [...records].sort((a, b) => a.n - b.n)) chainOf(check, record);
  check.fromMiddle = false;
}

export type Outcome = 'ok' | 'older' | 'repeat' | 'wrong';

/**
 * Checks the next record. The records of one chain are in several partitions, so they may arrive out of order. After a
 * retry of the writer, a record may arrive twice.
 * @param verdict the verdict on the record alone, without its place in the chain (rules.ts, sessions.ts)
 * @returns `repeat`: the same record was read before. `wrong`: the record or its position in the chain is wrong.
 *   `older`: the record is right, but from a version without signatures
 */
export function checkNext(check: ChainCheck, record: AnyAuditRecord, verdict: RecordVerdict): Outcome {
  const chain = chainOf(check, record);
  const sameNumber = chain.rowsBeforeGap.get(record.n) ?? chain.rowsAfterGap.get(record.n);
  if (sameNumber?.hash === record.hash && verdict.kind !== 'bad') return 'repeat';
  check.records += 1;
  if (!isSigned(record)) check.older += 1;
  if (verdict.kind === 'bad') {
    recordFault(check, verdict.fault, `${recordText(record)} ${verdict.why}`);
    // The bad record still gets its position in the chain. Without the position, the number of the record would also be
    // reported as missing.
    if (sameNumber === undefined) addRow(check, record.boot, chain, rowOf(record));
    return 'wrong';
  }
  if (sameNumber !== undefined || record.n <= chain.n) {
    recordFault(check, 'added', `${recordText(record)} exists twice`);
    return 'wrong';
  }
  if (chain.signed !== isSigned(record)) {
    recordFault(check, 'unsigned', `${recordText(record)} is in a chain with both signed and unsigned records`);
    addRow(check, record.boot, chain, rowOf(record));
    return 'wrong';
  }
  if (!addRow(check, record.boot, chain, rowOf(record))) return 'wrong';
  return verdict.kind === 'older' ? 'older' : 'ok';
}

const recordText = ({ boot, n }: Pick<AnyAuditRecord, 'boot' | 'n'>) => `record ${n} of ${boot}`;

const rowOf = ({ n, prev, hash, at }: AnyAuditRecord): Row => ({ n, prev, hash, atMs: parseInstant(at) ?? 0 });

function chainOf(check: ChainCheck, record: AnyAuditRecord): Chain {
  const existing = check.chains.get(record.boot);
  if (existing) return existing;
  const startsLater = check.fromMiddle && record.n > 1;
  const chain: Chain = {
    n: startsLater ? record.n - 1 : 0,
    hash: startsLater ? record.prev : chainStart,
    atMs: 0,
    signed: isSigned(record),
    rowsAfterGap: new Map(),
    rowsBeforeGap: new Map(),
  };
  check.chains.set(record.boot, chain);
  if (check.chains.size > check.bounds.chainsMax) check.chains.delete(check.chains.keys().next().value!);
  return chain;
}

/** Adds a row to its chain. @returns false if the row does not follow the row before it */
function addRow(check: ChainCheck, boot: string, chain: Chain, row: Row): boolean {
  chain.rowsAfterGap.set(row.n, row);
  if (chain.rowsAfterGap.size > check.bounds.rowsAfterGapMax) skipGap(check, boot, chain);
  return addRowsAfterGap(check, boot, chain, row);
}

function addRowsAfterGap(check: ChainCheck, boot: string, chain: Chain, row?: Row): boolean {
  let rowFollows = true;
  for (let next = chain.rowsAfterGap.get(chain.n + 1); next; next = chain.rowsAfterGap.get(chain.n + 1)) {
    const fault = linkFault(chain, next);
    if (fault) {
      recordFault(check, fault.kind, `record ${next.n} of ${boot} ${fault.text}`);
      if (next === row) rowFollows = false;
    }
    chain.n = next.n;
    chain.hash = next.hash;
    chain.atMs = Math.max(chain.atMs, next.atMs);
    chain.rowsAfterGap.delete(next.n);
    chain.rowsBeforeGap.set(next.n, { hash: next.hash, atMs: next.atMs });
    if (chain.rowsBeforeGap.size > check.bounds.rowsBeforeGapMax)
      chain.rowsBeforeGap.delete(chain.rowsBeforeGap.keys().next().value!);
  }
  return rowFollows;
}

function linkFault(chain: Chain, next: Row): AuditFault | undefined {
  if (next.prev !== chain.hash) return { kind: 'moved', text: 'does not follow the record before it' };
  if (next.atMs >= chain.atMs - backwardMsMax) return undefined;
  const text = `has the time ${formatInstant(next.atMs)}, but the record before it has ${formatInstant(chain.atMs)}`;
  return { kind: 'backdated', text };
}

/** Reports the records that are missing in the first gap of a chain, and continues after the gap. */
function skipGap(check: ChainCheck, boot: string, chain: Chain): void {
  const firstNumber = Math.min(...chain.rowsAfterGap.keys());
  const row = chain.rowsAfterGap.get(firstNumber)!;
  recordFault(check, chain.n === 0 ? 'cut' : 'removed', gapText(boot, chain.n + 1, firstNumber - 1, row.atMs));
  chain.n = firstNumber - 1;
  chain.hash = row.prev;
}

function gapText(boot: string, from: number, to: number, nextAtMs: number): string {
  const records = from === to ? `record ${from} of ${boot} is` : `records ${from} to ${to} of ${boot} are`;
  return `${records} missing, before the record of ${formatInstant(nextAtMs)}`;
}

/** Returns a text about the first gap of each chain. Call this after the whole log was read. */
export function missingRecords(check: ChainCheck): string[] {
  return [...check.chains]
    .filter(([, chain]) => chain.rowsAfterGap.size > 0)
    .map(([boot, chain]) => {
      const firstNumber = Math.min(...chain.rowsAfterGap.keys());
      return gapText(boot, chain.n + 1, firstNumber - 1, chain.rowsAfterGap.get(firstNumber)!.atMs);
    });
}

/**
 * Records every gap of every chain as a fault, after the reading has ended.
 * @param fromMs time at which the reading began. If the record after a gap is from this time or later, the gap is not a
 *   fault: the missing records may have been written during the reading
 */
export function recordAllGaps(check: ChainCheck, fromMs: number): void {
  for (const [boot, chain] of check.chains) {
    while (chain.rowsAfterGap.size > 0) {
      if (chain.rowsAfterGap.get(Math.min(...chain.rowsAfterGap.keys()))!.atMs >= fromMs) break;
      skipGap(check, boot, chain);
      addRowsAfterGap(check, boot, chain);
    }
  }
}

export function recordFault(check: ChainCheck, kind: AuditFaultKind, text: string): void {
  check.intact = false;
  check.faultCount += 1;
  if (check.faults.length < check.bounds.faultsMax) check.faults.push({ kind, text });
}
