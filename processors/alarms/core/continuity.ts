/**
 * The detector of lost readings. A device numbers its readings 1, 2, 3 and so on (`seq`). If a number never comes, a
 * reading was lost between the device and the engine, and a person must know. A reading that comes out of order or a
 * second time is not lost. A new start of the device loses no reading. See docs/decisions/011-gap-watch.md. Pure.
 */
import { countsByOne } from '../../../contracts/reading-numbers.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { Counts } from './counts.ts';

/** A range of missing numbers of one boot. */
export type Hole = {
  readonly boot: string;
  /** Both bounds are included. */
  readonly from: number;
  readonly to: number;
  /** How many numbers are missing: all numbers of the range, or fewer if this hole was joined from several holes. */
  readonly missing: number;
  /** Device time of the reading after the hole. */
  readonly at: number;
  /** The gateway's clock when the hole was found or last became smaller. */
  readonly since: number;
  /** The alarm about this hole is on. */
  readonly told: boolean;
};

/** The highest number of a boot, and the device time of its reading. */
type Head = { readonly boot: string; readonly seq: number; readonly time: number };

export type ContinuityPart = {
  /** One head for each boot, the most recently used boot last; at most `bootsMax`. */
  readonly heads: readonly Head[];
  /** The oldest hole first; at most `holesMax`. */
  readonly holes: readonly Hole[];
  /** The gateway's clock when the alarm last began for a hole. */
  readonly toldAt: number;
  /** Onset of the alarm; null if no alarm is on. */
  readonly since: number | null;
};

export const initialContinuity: ContinuityPart = { heads: [], holes: [], toldAt: 0, since: null };

/**
 * A number counts as lost if it has not come for this time while other readings came (ours): six times the limit for
 * late readings. If a backlog fills part of the hole, the time starts again.
 */
const proofMs = 60_000;
/**
 * The alarm about lost readings ends this long after it last began for a hole. The alarm ends earlier if a person
 * acknowledges it, or if the missing readings come (ours). It ends only when a reading comes.
 */
const alarmMs = 600_000;
const bootsMax = 8;
const holesMax = 16;

export const missingReadingsKey = 'readings-missing';

type Numbered = { readonly boot: string; readonly seq: number; readonly time: number; readonly receivedAt: number };

/**
 * Handles the number of a reading that is not a repeat.
 * @param isSeen a person has acknowledged the alarm about lost readings
 */
export function noteNumber(part: ContinuityPart, reading: Numbered, isSeen: boolean): ContinuityPart {
  const next = withAlarm(withNumber(part, reading), reading.receivedAt, isSeen);
  if (next === part) return part;
  const first = next.holes.find((hole) => hole.told);
  const since = first === undefined ? null : (part.since ?? first.at);
  return since === next.since ? next : { ...next, since };
}

/**
 * Returns the part after a number. The number fills a hole, follows the highest number, or leaves a new hole before
 * itself.
 */
function withNumber(before: ContinuityPart, { boot, seq, time, receivedAt }: Numbered): ContinuityPart {
  const last = before.heads.at(-1);
  const head = last?.boot === boot ? last : before.heads.find((candidate) => candidate.boot === boot);
  // The number is not higher than the highest number, but the time is later: the device has started to count again.
  const isCountedAnew = head !== undefined && seq <= head.seq && time > head.time;
  if (head !== undefined && seq <= head.seq && !isCountedAnew) return withNumberFilled(before, boot, seq, receivedAt);
  const heads = withHead(before.heads, head, { boot, seq, time });
  // Numbers before the first reading of a boot may belong to another patient, so they are not missing.
  if (head === undefined || isCountedAnew || seq === head.seq + 1) return { ...before, heads };
  const missing = seq - head.seq - 1;
  if (!countsByOne(missing, time - head.time)) return { ...before, heads };
  const hole: Hole = { boot, from: head.seq + 1, to: seq - 1, missing, at: time, since: receivedAt, told: false };
  return { ...before, heads, holes: limitHoles([...before.holes, hole]) };
}

function withHead(heads: ContinuityPart['heads'], head: Head | undefined, next: Head): ContinuityPart['heads'] {
  if (head !== undefined && head === heads.at(-1)) return heads.with(-1, next);
  return [...heads.filter((other) => other !== head), next].slice(-bootsMax);
}

function withNumberFilled(before: ContinuityPart, boot: string, seq: number, receivedAt: number): ContinuityPart {
  const filledHole = before.holes.find((hole) => hole.boot === boot && seq >= hole.from && seq <= hole.to);
  if (filledHole === undefined) return before;
  const parts = holesWithout(filledHole, seq)
    .filter(({ missing }) => missing > 0)
    .map((hole) => ({ ...hole, since: receivedAt }));
  return { ...before, holes: limitHoles(before.holes.flatMap((hole) => (hole === filledHole ? parts : [hole]))) };
}

/**
 * Returns what remains of a hole after one of its numbers has come: one or two holes. A returned hole can be empty
 * (`missing` is 0).
 */
function holesWithout(hole: Hole, seq: number): Hole[] {
  const { from, to, missing } = hole;
  if (missing <= to - from) return [{ ...hole, missing: missing - 1 }];
  return [
    { ...hole, to: seq - 1, missing: seq - from },
    { ...hole, from: seq + 1, missing: to - seq },
  ];
}

/**
 * Limits the number of holes: joins the two oldest holes of one boot, if the alarm is on for both or for neither. The
 * joined hole still has the exact count of missing numbers. If no holes can be joined, the oldest hole is dropped.
 */
function limitHoles(holes: readonly Hole[]): readonly Hole[] {
  if (holes.length <= holesMax) return holes;
  for (const [index, hole] of holes.entries()) {
    const next = holes.findIndex((other, i) => i > index && other.boot === hole.boot);
    const other = holes[next];
    if (other === undefined || other.told !== hole.told) continue;
    const missing = hole.missing + other.missing;
    const joined = { ...hole, to: other.to, missing, since: Math.min(hole.since, other.since) };
    return holes.flatMap((each, i) => (i === index ? [joined] : i === next ? [] : [each]));
  }
  return holes.slice(1);
}

/**
 * Begins the alarm for holes that have lasted long enough. Ends the alarm if its time has passed or a person has
 * acknowledged it.
 */
function withAlarm(part: ContinuityPart, receivedAt: number, isSeen: boolean): ContinuityPart {
  if (part.holes.length === 0) return part;
  const provenHoles = part.holes.filter((hole) => !hole.told && receivedAt - hole.since >= proofMs);
  if (provenHoles.length > 0) {
    const holes = part.holes.map((hole) => (provenHoles.includes(hole) ? { ...hole, told: true } : hole));
    return { ...part, holes, toldAt: receivedAt };
  }
  if (!isSeen && receivedAt - part.toldAt < alarmMs) return part;
  const holes = part.holes.filter((hole) => !hole.told);
  return holes.length === part.holes.length ? part : { ...part, holes };
}

const noConditions: readonly Condition[] = [];

export function continuityConditions({ holes, since }: ContinuityPart): readonly Condition[] {
  if (since === null) return noConditions;
  const missing = holes.reduce((sum, hole) => (hole.told ? sum + hole.missing : sum), 0);
  const text = missing === 1 ? '1 reading missing' : `${missing} readings missing`;
  return [technicalCondition(missingReadingsKey, 'low', text, since)];
}

/**
 * Returns the counts of a reading for the metrics. Counts the holes for which the alarm begins now, the missing
 * readings in these holes, and this reading if it was counted as lost before.
 */
export function continuityCounts(
  before: ContinuityPart,
  after: ContinuityPart,
  { boot, seq }: Pick<Numbered, 'boot' | 'seq'>,
): Counts {
  if (before.holes === after.holes) return {};
  const alarmedHoles = ({ holes }: ContinuityPart) => holes.filter((hole) => hole.told);
  const missing = (holes: readonly Hole[]) => holes.reduce((sum, hole) => sum + hole.missing, 0);
  const [holesBefore, holesAfter] = [alarmedHoles(before), alarmedHoles(after)];
  const isNew = after.toldAt !== before.toldAt;
  const filled = holesBefore.some((hole) => hole.boot === boot && seq >= hole.from && seq <= hole.to) ? 1 : 0;
  return {
    ...(isNew && {
      gaps: holesAfter.length - holesBefore.length,
      readingsMissing: missing(holesAfter) + filled - missing(holesBefore),
    }),
    readingsFilled: filled,
  };
}
