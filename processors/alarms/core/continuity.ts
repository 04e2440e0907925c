/**
 * The detector of lost readings. A device numbers its readings 1, 2, 3 and so on. If a number never comes, a reading was lost between the
 * device and here, and a person must know. A reading that is out of order, repeated, or from a new start is not lost. See
 * docs/decisions/011-gap-watch.md. Pure.
 */
import type { Condition } from './condition.ts';
import type { Counts } from './counts.ts';

/** Numbers of one boot that have not come. */
export type Hole = {
  readonly boot: string;
  /** Both bounds are included. */
  readonly from: number;
  readonly to: number;
  /** How many numbers are missing: all in the range, or fewer if several holes were joined into one. */
  readonly missing: number;
  /** Device time of the reading after the hole. */
  readonly at: number;
  /** The gateway's clock when the hole was found, or last became smaller. */
  readonly since: number;
  /** The alarm about it is on. */
  readonly told: boolean;
};

type Head = { readonly boot: string; readonly seq: number; readonly time: number };

export type ContinuityPart = {
  /** By boot, the most recently used last: the highest number so far, and the device time of its reading. */
  readonly heads: readonly Head[];
  /** The oldest first; at most `holesMax`. */
  readonly holes: readonly Hole[];
  /** The gateway's clock when the alarm last took up a hole. */
  readonly toldAt: number;
  /** Onset of the alarm; null if no alarm is on. */
  readonly since: number | null;
};

export const initialContinuity: ContinuityPart = { heads: [], holes: [], toldAt: 0, since: null };

/**
 * A number counts as lost if it has not come for this long while others have (ours): six times the limit for late readings. If a backlog
 * fills part of the hole, the time starts again.
 */
const proofMs = 60_000;
/**
 * The alarm about lost readings lasts this long after the last of them, unless a person has seen it or the readings come after all (ours).
 */
const toldMs = 600_000;
/**
 * If a device counts further than this between two readings, by one number for each 10 ms between their times, it numbers by a clock. Then
 * missing numbers mean nothing (ours).
 */
const numbersAtOnceMax = 20;
const numberMsMin = 10;
const bootsMax = 8;
const holesMax = 16;

export const missingKey = 'readings-missing';

type Numbered = { readonly boot: string; readonly seq: number; readonly time: number; readonly receivedAt: number };

/** Notes the number of a reading that is not a repeat. @param isSeen a person has acknowledged the alarm */
export function number(part: ContinuityPart, reading: Numbered, isSeen: boolean): ContinuityPart {
  const next = told(noted(part, reading), reading.receivedAt, isSeen);
  if (next === part) return part;
  const first = next.holes.find((hole) => hole.told);
  const since = first === undefined ? null : (part.since ?? first.at);
  return since === next.since ? next : { ...next, since };
}

/** Takes the reading's number: it fills a hole, follows the highest number, or leaves a hole behind. */
function noted(before: ContinuityPart, { boot, seq, time, receivedAt }: Numbered): ContinuityPart {
  const last = before.heads.at(-1);
  const head = last?.boot === boot ? last : before.heads.find((candidate) => candidate.boot === boot);
  // The number is not higher than the last one, but its time is later: the device numbers anew.
  const anew = head !== undefined && seq <= head.seq && time > head.time;
  if (head !== undefined && seq <= head.seq && !anew) return filled(before, boot, seq, receivedAt);
  const heads = withHead(before.heads, head, { boot, seq, time });
  // This is the first reading of a boot. Earlier numbers may belong to another patient, so they are not missing.
  if (head === undefined || anew || seq === head.seq + 1) return { ...before, heads };
  const missing = seq - head.seq - 1;
  if (missing > numbersAtOnceMax + Math.abs(time - head.time) / numberMsMin) return { ...before, heads };
  const hole: Hole = { boot, from: head.seq + 1, to: seq - 1, missing, at: time, since: receivedAt, told: false };
  return { ...before, heads, holes: bounded([...before.holes, hole]) };
}

function withHead(heads: ContinuityPart['heads'], head: Head | undefined, next: Head): ContinuityPart['heads'] {
  const isLast = head !== undefined && head === heads.at(-1);
  const others = isLast ? heads.slice(0, -1) : heads.filter((other) => other !== head);
  const after = others.concat(next);
  return after.length > bootsMax ? after.slice(-bootsMax) : after;
}

function filled(before: ContinuityPart, boot: string, seq: number, receivedAt: number): ContinuityPart {
  const hit = before.holes.find((hole) => hole.boot === boot && seq >= hole.from && seq <= hole.to);
  if (hit === undefined) return before;
  const left = partsOf(hit, seq)
    .filter(({ missing }) => missing > 0)
    .map((hole) => ({ ...hole, since: receivedAt }));
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

/** Joins the two oldest neighbours if there are too many holes. The count of missing numbers stays exact; which ones they are is lost. */
function bounded(holes: readonly Hole[]): readonly Hole[] {
  if (holes.length <= holesMax) return holes;
  for (const [at, hole] of holes.entries()) {
    const next = holes.findIndex((other, i) => i > at && other.boot === hole.boot);
    const other = holes[next];
    if (other === undefined || other.told !== hole.told) continue;
    const missing = hole.missing + other.missing;
    const joined = { ...hole, to: other.to, missing, since: Math.min(hole.since, other.since) };
    return holes.flatMap((each, i) => (i === at ? [joined] : i === next ? [] : [each]));
  }
  return holes.slice(1);
}

/** Starts the alarm for holes that have lasted long enough. Ends it if its time has passed or a person has seen it. */
function told(now: ContinuityPart, receivedAt: number, isSeen: boolean): ContinuityPart {
  if (now.holes.length === 0) return now;
  const due = now.holes.filter((hole) => !hole.told && receivedAt - hole.since >= proofMs);
  if (due.length > 0) {
    const holes = now.holes.map((hole) => (due.includes(hole) ? { ...hole, told: true } : hole));
    return { ...now, holes, toldAt: receivedAt };
  }
  if (!isSeen && receivedAt - now.toldAt < toldMs) return now;
  const holes = now.holes.filter((hole) => !hole.told);
  return holes.length === now.holes.length ? now : { ...now, holes };
}

const none: readonly Condition[] = [];

export function continuityConditions({ holes, since }: ContinuityPart): readonly Condition[] {
  if (since === null) return none;
  const missing = holes.reduce((sum, hole) => (hole.told ? sum + hole.missing : sum), 0);
  return [
    {
      key: missingKey,
      name: missingKey,
      kind: 'technical',
      priority: 'low',
      chain: missingKey,
      rank: 0,
      text: missing === 1 ? '1 reading missing' : `${missing} readings missing`,
      onset: since,
      determined: since,
      valueAt: since,
      excess: 0,
      late: false,
      outOfOrder: false,
    },
  ];
}

/**
 * Returns what a reading changed, for the metrics: the holes that became lost now, the readings in them, and whether this reading was
 * counted as lost before.
 */
export function continuityCounts(
  before: ContinuityPart,
  after: ContinuityPart,
  { boot, seq }: Pick<Numbered, 'boot' | 'seq'>,
): Counts {
  if (before.holes === after.holes) return {};
  const toldOf = ({ holes }: ContinuityPart) => holes.filter((hole) => hole.told);
  const missing = (holes: readonly Hole[]) => holes.reduce((sum, hole) => sum + hole.missing, 0);
  const [was, is] = [toldOf(before), toldOf(after)];
  const isNew = after.toldAt !== before.toldAt;
  const filled = was.some((hole) => hole.boot === boot && seq >= hole.from && seq <= hole.to) ? 1 : 0;
  return {
    ...(isNew && { gaps: is.length - was.length, readingsMissing: missing(is) + filled - missing(was) }),
    readingsFilled: filled,
  };
}
