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
export type EngineTask = Input['type'] | 'limits-in-force' | 'scores' | 'realign' | 'restore' | 'snapshot';

export type FaultPart = {
  /** The onset of the alarm, ms since 1970. */
  readonly since: number;
  /** Wall-clock time of the last failure, ms since 1970. */
  readonly lastAt: number;
  /** Tasks that have failed and have not succeeded since. */
  readonly failed: readonly EngineTask[];
};

/**
 * The alarm ends when the code has not failed for this time, ms. So failures that come and go make one alarm (ours).
 */
const calmMs = 30_000;

/**
 * Tasks that must succeed again before the alarm ends. Other inputs (a connection, a status, a notice) come so rarely
 * that a success may never come. The judging of values does not depend on them.
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

/** Returns the part after a failure. @param since the onset if the code worked until now, ms since 1970 */
export function noteFailure(part: FaultPart | undefined, task: EngineTask, since: number, now: number): FaultPart {
  const failed = part?.failed ?? [];
  const isNoted = !mustSucceed.has(task) || failed.includes(task);
  return { since: part?.since ?? since, lastAt: now, failed: isNoted ? failed : [...failed, task] };
}

/** Returns the part after a task has succeeded. */
export function noteSuccess(part: FaultPart, task: EngineTask): FaultPart {
  return part.failed.includes(task) ? { ...part, failed: part.failed.filter((other) => other !== task) } : part;
}

/** Returns the part, or undefined if the code counts as working again. */
export const endFault = (part: FaultPart, now: number): FaultPart | undefined =>
  faultDue(part) <= now ? undefined : part;

/**
 * Returns the wall-clock time at which the alarm ends if nothing fails until then; infinity if a task must succeed
 * first.
 */
export const faultDue = (part: FaultPart | undefined): number =>
  part === undefined || part.failed.length > 0 ? Number.POSITIVE_INFINITY : part.lastAt + calmMs;

const noConditions: readonly Condition[] = [];

/** Returns the condition while the code counts as failing. A device without a patient gets only a low alarm. */
export function faultConditions(part: FaultPart | undefined, category: Category | null): readonly Condition[] {
  if (part === undefined) return noConditions;
  return [technicalCondition(notJudgedKey, category === 'unassigned' ? 'low' : 'high', text, part.since)];
}
