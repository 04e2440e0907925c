/** Checks whether the audit trail's chains are whole, as they are read back. chain.ts says how a chain is made. Pure. */

import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type AuditFault, type AuditFaultKind, chainStart, isSigned } from './chain.ts';
import type { RecordVerdict } from './rules.ts';

type Row = { readonly n: number; readonly prev: string; readonly hash: string; readonly atMs: number };
type Settled = Pick<Row, 'hash' | 'atMs'>;

type Chain = {
  /** The number of the last record up to which nothing is missing. */
  n: number;
  hash: string;
  atMs: number;
  readonly signed: boolean;
  /** Records that came before one that they follow. */
  readonly ahead: Map<number, Row>;
  /** Records by number: needed for repeats and anchors. */
  readonly settled: Map<number, Settled>;
};

export type CheckBounds = {
  /** Most records, for each chain, that came before one that they follow. Above it the missing record counts as lost. */
  readonly aheadMax: number;
  /** Chains (process starts) that are remembered; above it the oldest is forgotten. */
  readonly chainsMax: number;
  /** Records that are remembered for each chain. */
  readonly settledMax: number;
  /** Faults that are remembered; further ones are only counted. */
  readonly faultsMax: number;
};

/** The limits for a process that follows the trail. */
export const followBounds: CheckBounds = { aheadMax: 1_000, chainsMax: 1_000, settledMax: 1_000, faultsMax: 20 };

/** If a record's time is this much before that of the record that it follows, the time is false: clocks are corrected by less. */
const backMsMax = 60_000;

export type ChainCheck = {
  readonly bounds: CheckBounds;
  readonly chains: Map<string, Chain>;
  /** The reading began in the middle of the log. Then a chain's first record need not be its number 1. False after `beginChains` ran. */
  fromMiddle: boolean;
  records: number;
  /** How many of them are from before records were signed. */
  older: number;
  intact: boolean;
  faultCount: number;
  readonly faults: AuditFault[];
};

export function newCheck(fromMiddle: boolean, bounds = followBounds): ChainCheck {
  return { bounds, chains: new Map(), fromMiddle, records: 0, older: 0, intact: true, faultCount: 0, faults: [] };
}

/**
 * Begins each chain at the lowest of its records in the log. The records were read partition by partition and so out of order. A chain
 * that comes later begins at its number 1.
 */
export function beginChains(check: ChainCheck, records: readonly AnyAuditRecord[]): void {
  for (const record of [...records].sort((a, b) => a.n - b.n)) chainOf(check, record);
  check.fromMiddle = false;
}

export type Outcome = 'ok' | 'older' | 'repeat' | 'wrong';

/**
 * Takes the next record that was read. Records of one chain are in several partitions. So they may come out of order, and, after a
 * retry, twice.
 * @param verdict on the record by itself (rules.ts, sessions.ts)
 * @returns `repeat` if it was there already, `wrong` if it or its link is wrong, `older` if it is right and not signed
 */
export function checkNext(check: ChainCheck, record: AnyAuditRecord, verdict: RecordVerdict): Outcome {
  const chain = chainOf(check, record);
  const former = chain.settled.get(record.n) ?? chain.ahead.get(record.n);
  if (former?.hash === record.hash && verdict.kind !== 'bad') return 'repeat';
  check.records += 1;
  if (!isSigned(record)) check.older += 1;
  if (verdict.kind === 'bad') {
    note(check, verdict.fault, `${placeOf(record)} ${verdict.why}`);
    // It takes its place anyway, so that one change is reported once.
    if (former === undefined) settle(check, record.boot, chain, rowOf(record));
    return 'wrong';
  }
  if (former !== undefined || record.n <= chain.n) {
    note(check, 'added', `${placeOf(record)} is there twice`);
    return 'wrong';
  }
  if (chain.signed !== isSigned(record)) {
    note(check, 'unsigned', `${placeOf(record)} is in a chain of which only a part is signed`);
    settle(check, record.boot, chain, rowOf(record));
    return 'wrong';
  }
  if (!settle(check, record.boot, chain, rowOf(record))) return 'wrong';
  return verdict.kind === 'older' ? 'older' : 'ok';
}

const placeOf = ({ boot, n }: Pick<AnyAuditRecord, 'boot' | 'n'>) => `record ${n} of ${boot}`;

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
    ahead: new Map(),
    settled: new Map(),
  };
  check.chains.set(record.boot, chain);
  if (check.chains.size > check.bounds.chainsMax) check.chains.delete(check.chains.keys().next().value!);
  return chain;
}

/** @returns false if the row does not follow the one before it */
function settle(check: ChainCheck, boot: string, chain: Chain, row: Row): boolean {
  chain.ahead.set(row.n, row);
  if (chain.ahead.size > check.bounds.aheadMax) skipGap(check, boot, chain);
  return settleAhead(check, boot, chain, row);
}

function settleAhead(check: ChainCheck, boot: string, chain: Chain, row?: Row): boolean {
  let holds = true;
  for (let next = chain.ahead.get(chain.n + 1); next; next = chain.ahead.get(chain.n + 1)) {
    const fault = linkFault(chain, next);
    if (fault) {
      note(check, fault.kind, `record ${next.n} of ${boot} ${fault.text}`);
      if (next === row) holds = false;
    }
    chain.n = next.n;
    chain.hash = next.hash;
    chain.atMs = Math.max(chain.atMs, next.atMs);
    chain.ahead.delete(next.n);
    chain.settled.set(next.n, { hash: next.hash, atMs: next.atMs });
    if (chain.settled.size > check.bounds.settledMax) chain.settled.delete(chain.settled.keys().next().value!);
  }
  return holds;
}

function linkFault(chain: Chain, next: Row): AuditFault | undefined {
  if (next.prev !== chain.hash) return { kind: 'moved', text: 'does not follow the one before it' };
  if (next.atMs >= chain.atMs - backMsMax) return undefined;
  const said = `says ${formatInstant(next.atMs)}, and the one before it ${formatInstant(chain.atMs)}`;
  return { kind: 'backdated', text: said };
}

/** Reports what is missing before the next record of a chain, and goes on at that record. */
function skipGap(check: ChainCheck, boot: string, chain: Chain): void {
  const first = Math.min(...chain.ahead.keys());
  const row = chain.ahead.get(first)!;
  note(check, chain.n === 0 ? 'cut' : 'removed', gapText(boot, chain.n + 1, first - 1, row.atMs));
  chain.n = first - 1;
  chain.hash = row.prev;
}

function gapText(boot: string, from: number, to: number, nextAtMs: number): string {
  const which = from === to ? `record ${from} of ${boot} is` : `records ${from} to ${to} of ${boot} are`;
  return `${which} missing, before the one of ${formatInstant(nextAtMs)}`;
}

/** Returns what is missing now: the first gap of each chain. Call it after everything in the log was read. */
export function missingRecords(check: ChainCheck): string[] {
  return [...check.chains]
    .filter(([, chain]) => chain.ahead.size > 0)
    .map(([boot, chain]) => {
      const first = Math.min(...chain.ahead.keys());
      return gapText(boot, chain.n + 1, first - 1, chain.ahead.get(first)!.atMs);
    });
}

/**
 * Ends the reading: notes every gap of every chain.
 * @param fromMs a record of this time or later was written while the log was read; the records before it may not have been read
 */
export function closeCheck(check: ChainCheck, fromMs: number): void {
  for (const [boot, chain] of check.chains) {
    while (chain.ahead.size > 0) {
      if (chain.ahead.get(Math.min(...chain.ahead.keys()))!.atMs >= fromMs) break;
      skipGap(check, boot, chain);
      settleAhead(check, boot, chain);
    }
  }
}

export function note(check: ChainCheck, kind: AuditFaultKind, text: string): void {
  check.intact = false;
  check.faultCount += 1;
  if (check.faults.length < check.bounds.faultsMax) check.faults.push({ kind, text });
}
