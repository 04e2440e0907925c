/**
 * The alarm that a patient is not judged, because the engine's own code fails (CLINICAL, "Judged or told"). The caller
 * of the engine notes each failure (without-judging.ts). The engine itself notes when the code works again, and ends
 * the alarm. Pure.
 */
import { type Condition, technicalCondition } from './condition.ts';
import type { Category, Input } from './inputs.ts';

export const notJudgedKey = 'not-judged';
const text = 'Fault in Vigil: values not judged, watch the monitor';

/** What the code did when it failed: it judged an input, or it made a record for the screens or for the next owner. */
export type EngineTask =
  | Input['type']
  | 'failed-command'
  | 'limits-in-force'
  | 'scores'
  | 'realign'
  | 'restore'
  | 'snapshot';

/** Times are by the engine's clock, ms since 1970. */
export type FaultPart = {
  /** The onset of the alarm. */
  readonly since: number;
  /** Time of the last failure. */
  readonly lastAt: number;
  /** Tasks that have failed and have not succeeded since. */
  readonly failed: readonly EngineTask[];
  /**
   * A time for each parameter of failed readings, by code. Before this time, the alarm ends only after a later reading
   * with the parameter was judged.
   */
  readonly unjudged?: Readonly<Record<string, number>>;
  /** How long nothing must fail before the alarm ends, ms; absent: `calmMsMin`. */
  readonly calmMs?: number;
  /** The alarm has ended. The part stays for some time, so that the engine notices a failure that comes again. */
  readonly isOver?: true;
};

/**
 * The alarm ends when the code has not failed for a calm time, ms. If failures are further apart than a third of this
 * time, the calm time grows to three times their distance, up to `calmMsMax`. So failures that come and go make one
 * alarm, and failures that come less often make at most two alarms in an hour (ours; the factor is that of the silence
 * of a parameter). The engine's own clock counts, because the code that fails is ours. The device's clock is not used:
 * it may be set, may differ between parameters, and moves by hours in a moment when a backlog comes.
 */
const calmMsMin = 30_000;
export const calmMsMax = 30 * 60_000;
const calmFactor = 3;
/** Longest time for which the alarm waits for a value of a parameter, ms (ours). An hourly cuff needs three hours. */
export const unjudgedMsMax = 6 * 60 * 60_000;

/**
 * Tasks that must succeed again before the alarm ends. Other inputs (a connection, a status, a notice) come so rarely
 * that a success may never come. The judging of values does not depend on these inputs.
 */
const mustSucceed: ReadonlySet<EngineTask> = new Set([
  'observation',
  'alerts',
  'association',
  'profiles',
  'tick',
  'limits-in-force',
  'scores',
  'realign',
]);

export type NotedFailure = {
  readonly task: EngineTask;
  /** The onset if the code worked until now, ms since 1970. */
  readonly since: number;
  /** The parameters of the reading that failed: their codes, and their times without a value, ms (interval.ts). */
  readonly noDataMs: Readonly<Record<string, number>>;
};

/** Returns the part after a failure. */
export function noteFailure(part: FaultPart | undefined, failure: NotedFailure, now: number): FaultPart {
  const { task, since, noDataMs } = failure;
  const failed = part?.failed ?? [];
  const isNoted = !mustSucceed.has(task) || failed.includes(task);
  const apartMs = part === undefined ? 0 : now - part.lastAt;
  const calmMs = Math.min(Math.max(part?.calmMs ?? calmMsMin, calmFactor * apartMs), calmMsMax);
  const until = Object.entries(noDataMs).map(
    ([code, ms]) => [code, now + Math.min(Math.max(ms, calmMsMax), unjudgedMsMax)] as const,
  );
  const unjudged = { ...part?.unjudged, ...Object.fromEntries(until) };
  return {
    since: part === undefined || part.isOver ? since : part.since,
    lastAt: now,
    failed: isNoted ? failed : [...failed, task],
    ...(Object.keys(unjudged).length > 0 && { unjudged }),
    ...(calmMs > calmMsMin && { calmMs }),
  };
}

/** Returns the part after a task has succeeded. @param codes the parameters of the reading that was judged */
export function noteSuccess(part: FaultPart, task: EngineTask, codes: readonly string[] = []): FaultPart {
  const failed = part.failed.includes(task) ? part.failed.filter((other) => other !== task) : part.failed;
  const next = codes.length === 0 ? part : withUnjudged(part, (code) => !codes.includes(code));
  return failed === part.failed ? next : { ...next, failed };
}

/** Keeps those parameters for which `mayStay` returns true. */
function withUnjudged(part: FaultPart, mayStay: (code: string, until: number) => boolean): FaultPart {
  const { unjudged = {}, ...rest } = part;
  const all = Object.entries(unjudged);
  const left = all.filter(([code, until]) => mayStay(code, until));
  if (left.length === all.length) return part;
  return left.length === 0 ? rest : { ...rest, unjudged: Object.fromEntries(left) };
}

/** Returns whether the patient has the alarm. */
export const isFailing = (part: FaultPart | undefined): boolean => part !== undefined && part.isOver !== true;

/** Returns the part at a time: with the alarm, without the alarm, or undefined when no failure must be remembered. */
export function endFault(part: FaultPart, now: number): FaultPart | undefined {
  const left = withUnjudged(part, (_, until) => until > now);
  if (faultDue(left) > now) return left;
  return left.lastAt + calmMsMax <= now ? undefined : { ...left, isOver: true };
}

/**
 * Returns the time at which `endFault` next changes the part if nothing fails until then; infinity if a task must
 * succeed first.
 */
export function faultDue(part: FaultPart | undefined): number {
  if (part === undefined || part.failed.length > 0) return Number.POSITIVE_INFINITY;
  const { lastAt, unjudged = {}, calmMs = calmMsMin } = part;
  return Math.max(lastAt + (part.isOver ? calmMsMax : calmMs), ...Object.values(unjudged));
}

const noConditions: readonly Condition[] = [];

/** Returns the condition while the code counts as failing. A device without a patient gets only a low alarm. */
export function faultConditions(part: FaultPart | undefined, category: Category | null): readonly Condition[] {
  if (part === undefined || part.isOver) return noConditions;
  return [technicalCondition(notJudgedKey, category === 'unassigned' ? 'low' : 'high', text, part.since)];
}
