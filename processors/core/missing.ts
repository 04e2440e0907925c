/**
 * The promise, checked where it counts: behind the log. A device numbers its readings by one, so a number that never comes is a
 * reading that was lost between the device's clock and here, whoever lost it, and somebody must know. What comes out of order,
 * again, or after a new start is none. See docs/decisions/011-gap-watch.md.
 */
import { count, type Draft } from './draft.ts';
import type { ObservationInput } from './inputs.ts';
import { reconcile } from './reconcile.ts';
import { dropTechnical, setTechnical } from './silence.ts';
import { bootsMax, gapProofMs, gapToldMs, holesMax, numberMsMin, numbersAtOnceMax } from './tuning.ts';

/** Numbers of one boot that have not come. */
export type Hole = {
  readonly boot: string;
  /** Both included. */
  readonly from: number;
  readonly to: number;
  /** How many of them: all, or fewer where several holes had to be remembered as one. */
  readonly missing: number;
  /** Event time of the reading behind it. */
  readonly at: number;
  /** The gateway's clock when it was found, or last became smaller. */
  readonly since: number;
  /** It is told of. */
  readonly told: boolean;
};

export type Continuity = {
  /** By boot, the most recently used last: the highest number so far, and the event time of its reading. */
  readonly heads: readonly { readonly boot: string; readonly seq: number; readonly time: number }[];
  /** The oldest first; at most `holesMax`. */
  readonly holes: readonly Hole[];
  /** The gateway's clock when a hole was last told of. */
  readonly toldAt: number;
};

const initialContinuity: Continuity = { heads: [], holes: [], toldAt: 0 };

export const missingKey = 'readings-missing';

/** Notes the number of a reading that is no repeat, and tells of what is missing for good. */
export function watchMissing(d: Draft, input: ObservationInput): void {
  // The device without a patient is one association before and after each patient: what it lacks came to those.
  if (d.s.association?.category === 'unassigned') return;
  const before = d.s.continuity ?? initialContinuity;
  const next = told(d, input, noted(d, before, input));
  if (next === before) return;
  d.s.continuity = next;
  const missing = next.holes.filter((hole) => hole.told);
  const onset = d.s.technical[missingKey]?.onset ?? missing[0]?.at;
  if (onset === undefined) return;
  if (missing.length === 0) dropTechnical(d, missingKey);
  else setTechnical(d, missingKey, { condition: missingKey, priority: 'low', text: textOf(missing), onset });
  reconcile(d, Math.max(input.time, onset, d.s.main.judgedUntil ?? input.time));
}

/** The period is over: nobody is at the device whom it could concern. */
export function forgetMissing(d: Draft): void {
  if (d.s.continuity) d.s.continuity = { ...d.s.continuity, holes: [] };
}

function textOf(holes: readonly Hole[]): string {
  const numbers = numbersIn(holes);
  return numbers === 1 ? '1 reading missing' : `${numbers} readings missing`;
}

const numbersIn = (holes: readonly Hole[]) => holes.reduce((sum, { missing }) => sum + missing, 0);

/** With the reading's number: it fills a hole, follows the highest, or leaves a hole behind. */
function noted(d: Draft, before: Continuity, { boot, seq, time, receivedAt }: ObservationInput): Continuity {
  const head = before.heads.find((one) => one.boot === boot);
  if (head !== undefined && seq <= head.seq) return filled(d, before, boot, seq, receivedAt);
  const heads = [...before.heads.filter((one) => one !== head), { boot, seq, time }].slice(-bootsMax);
  // The first of a boot: where it began is not known, since it may have been another patient's.
  if (head === undefined || seq === head.seq + 1) return { ...before, heads };
  const missing = seq - head.seq - 1;
  if (missing > numbersAtOnceMax + Math.abs(time - head.time) / numberMsMin) {
    count(d, 'numberingsOdd');
    return { ...before, heads };
  }
  const hole: Hole = { boot, from: head.seq + 1, to: seq - 1, missing, at: time, since: receivedAt, told: false };
  return { ...before, heads, holes: bounded([...before.holes, hole]) };
}

function filled(d: Draft, before: Continuity, boot: string, seq: number, receivedAt: number): Continuity {
  const hit = before.holes.find((hole) => hole.boot === boot && seq >= hole.from && seq <= hole.to);
  if (hit === undefined) return before;
  if (hit.told) count(d, 'readingsFilled');
  const parts = partsOf(hit, seq).filter(({ missing }) => missing > 0);
  const left = parts.map((hole) => ({ ...hole, since: receivedAt }));
  return { ...before, holes: bounded(before.holes.flatMap((hole) => (hole === hit ? left : [hole]))) };
}

function partsOf(hole: Hole, seq: number): Hole[] {
  const { from, to, missing } = hole;
  if (missing <= to - from) return [{ ...hole, missing: missing - 1 }];
  return [
    { ...hole, to: seq - 1, missing: seq - from },
    { ...hole, from: seq + 1, missing: to - seq },
  ];
}

/** Where there are too many, the two oldest neighbours become one: how many are missing stays known, not which. */
function bounded(holes: readonly Hole[]): readonly Hole[] {
  if (holes.length <= holesMax) return holes;
  for (const [at, hole] of holes.entries()) {
    const next = holes.findIndex((other, i) => i > at && other.boot === hole.boot);
    const other = holes[next];
    if (other === undefined || other.told !== hole.told) continue;
    const one = {
      ...hole,
      to: other.to,
      missing: hole.missing + other.missing,
      since: Math.min(hole.since, other.since),
    };
    return holes.flatMap((each, i) => (i === at ? [one] : i === next ? [] : [each]));
  }
  return holes.slice(1);
}

/** What has stood for long enough is told of; what was told for long enough, or seen by a person, is left. */
function told(d: Draft, { receivedAt }: ObservationInput, now: Continuity): Continuity {
  if (now.holes.length === 0) return now;
  const due = now.holes.filter((hole) => !hole.told && receivedAt - hole.since >= gapProofMs);
  if (due.length > 0) {
    count(d, 'gaps', due.length);
    count(d, 'readingsMissing', numbersIn(due));
    const holes = now.holes.map((hole) => (due.includes(hole) ? { ...hole, told: true } : hole));
    return { ...now, holes, toldAt: receivedAt };
  }
  const seen = d.s.live[missingKey]?.acknowledged ?? false;
  if (!seen && receivedAt - now.toldAt < gapToldMs) return now;
  const holes = now.holes.filter((hole) => !hole.told);
  return holes.length === now.holes.length ? now : { ...now, holes };
}
