/** Whether the audit trail's chains hold, as they are read back: contracts/audit-chain.ts says how a chain is made. */
import { chainStart, type Hash, hashIsRight } from '../../contracts/audit-chain.ts';
import type { AuditRecord } from '../../contracts/messages/records.ts';

/** Records that came before one that they follow, by chain; past it the missing one counts as lost. */
const aheadMax = 1_000;
export const faultsMax = 20;

type Chain = {
  /** The last record up to which nothing is missing. */
  n: number;
  hash: string;
  readonly ahead: Map<number, AuditRecord>;
  /** Hashes by number are needed once more for repeats. */
  lastHashes: Map<number, string>;
};

export type ChainCheck = {
  readonly chains: Map<string, Chain>;
  /** The reading began in the middle of the log: a chain's first record then need not be its number 1. Over once `beginChains` ran. */
  fromMiddle: boolean;
  records: number;
  intact: boolean;
  readonly faults: string[];
};

export function newCheck(fromMiddle: boolean): ChainCheck {
  return { chains: new Map(), fromMiddle, records: 0, intact: true, faults: [] };
}

/**
 * Begins each chain at the lowest of its records that lay in the log, which were read partition by partition and so out of
 * order. A chain that is met later begins at its number 1.
 */
export function beginChains(check: ChainCheck, records: readonly AuditRecord[]): void {
  for (const record of [...records].sort((a, b) => a.n - b.n)) chainOf(check, record);
  check.fromMiddle = false;
}

/** Chains (process starts) remembered; past it the oldest is forgotten. */
const chainsMax = 1_000;
const repeatsMax = 1_000;

/**
 * Takes the next record that was read. Records of one chain lie in several partitions: they may come out of order, and, after a
 * retry, twice.
 * @returns `repeat` where it was there already, `false` where its hash or its link is wrong
 */
export function checkNext(check: ChainCheck, record: AuditRecord, hash: Hash): 'ok' | 'repeat' | 'wrong' {
  const chain = chainOf(check, record);
  const known = chain.lastHashes.get(record.n) ?? chain.ahead.get(record.n)?.hash;
  if (known === record.hash && hashIsRight(record, hash)) return 'repeat';
  check.records += 1;
  if (!hashIsRight(record, hash)) {
    // It takes its place all the same, so that one change is told once.
    fault(check, `record ${record.n} of ${record.boot} was changed: its hash does not fit`);
    if (known === undefined) settle(check, chain, record);
    return 'wrong';
  }
  if (known !== undefined || record.n <= chain.n) {
    fault(check, `record ${record.n} of ${record.boot} is there twice, with different content`);
    return 'wrong';
  }
  return settle(check, chain, record) ? 'ok' : 'wrong';
}

function chainOf(check: ChainCheck, record: AuditRecord): Chain {
  const known = check.chains.get(record.boot);
  if (known) return known;
  const startsLater = check.fromMiddle && record.n > 1;
  const chain: Chain = {
    n: startsLater ? record.n - 1 : 0,
    hash: startsLater ? record.prev : chainStart,
    ahead: new Map(),
    lastHashes: new Map(),
  };
  check.chains.set(record.boot, chain);
  if (check.chains.size > chainsMax) check.chains.delete(check.chains.keys().next().value!);
  return chain;
}

function settle(check: ChainCheck, chain: Chain, record: AuditRecord): boolean {
  chain.ahead.set(record.n, record);
  if (chain.ahead.size > aheadMax) {
    fault(check, `records after ${chain.n} of ${record.boot} are missing`);
    const first = Math.min(...chain.ahead.keys());
    chain.n = first - 1;
    chain.hash = chain.ahead.get(first)!.prev;
  }
  let linked = true;
  for (let next = chain.ahead.get(chain.n + 1); next; next = chain.ahead.get(chain.n + 1)) {
    if (next.prev !== chain.hash) {
      fault(check, `record ${next.n} of ${next.boot} does not follow the one before it`);
      if (next === record) linked = false;
    }
    chain.n = next.n;
    chain.hash = next.hash;
    chain.ahead.delete(next.n);
    chain.lastHashes.set(next.n, next.hash);
    if (chain.lastHashes.size > repeatsMax) chain.lastHashes.delete(chain.lastHashes.keys().next().value!);
  }
  return linked;
}

/** What is missing now: to be asked once everything that lay in the log has been read. */
export function missingRecords(check: ChainCheck): string[] {
  return [...check.chains]
    .filter(([, chain]) => chain.ahead.size > 0)
    .map(([boot, chain]) => `a record after ${chain.n} of ${boot} is missing`);
}

function fault(check: ChainCheck, text: string): void {
  check.intact = false;
  if (check.faults.length < faultsMax) check.faults.push(text);
}
