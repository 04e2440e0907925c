/** Explains why a profile makes a call that another profile does not make. Pure. */
import { parameters } from '../../contracts/parameters.ts';
import { rulesOfGroup } from '../alarms/core/judging.ts';
import type { Delay, Profile } from '../alarms/core/profile.ts';
import { conditionName, isBeyond, rulesFor } from '../alarms/core/rules.ts';
import { isScore } from '../alarms/core/scores/names.ts';
import type { Call } from './core/calls.ts';
import { type Point, pointsOf, type Stay } from './stays.ts';

/**
 * The reason why the other profile does not make the call:
 * - `goes-on`: an alarm of the same condition calls already.
 * - `other-calls`: another alarm with the same cause calls instead.
 * - `off`: the limit is switched off, or the other profile is not for this patient.
 * - `limit-moved`: no value is beyond the limit of the other profile.
 * - `delay`: the values were beyond the limit for a shorter time than the delay.
 * - `not-raised`: none of the reasons above is known to apply. For a missing alarm of a score, the text of the reason
 * (`words`) names a physiological alarm that calls at the same time.
 */
export type Reason = 'goes-on' | 'other-calls' | 'off' | 'limit-moved' | 'delay' | 'not-raised';

export type ExplainedCall = {
  readonly call: Call;
  /** Time from the start of the recording to the onset, ms. */
  readonly atMs: number;
  readonly reason: Reason;
  /** The reason in words, with values. */
  readonly words: string;
};

export type Pair = { readonly a: Call; readonly b: Call };

/**
 * Makes pairs of calls that overlap and have the same patient and condition. A call is in at most one pair. Returns the
 * pairs, and the calls of each list that are in no pair.
 */
export function pairCalls(
  a: readonly Call[],
  b: readonly Call[],
): { readonly pairs: Pair[]; readonly onlyA: Call[]; readonly onlyB: Call[] } {
  const unpairedB = new Set(b);
  const pairs: Pair[] = [];
  const onlyA: Call[] = [];
  for (const call of a) {
    const candidates = [...unpairedB].filter(
      (other) => other.condition === call.condition && areOverlapping(call, other),
    );
    if (candidates.length === 0) {
      onlyA.push(call);
      continue;
    }
    const distanceMs = (other: Call) => Math.abs(other.onsetMs - call.onsetMs);
    const nearest = candidates.reduce((best, other) => (distanceMs(other) < distanceMs(best) ? other : best));
    unpairedB.delete(nearest);
    pairs.push({ a: call, b: nearest });
  }
  return { pairs, onlyA, onlyB: [...unpairedB] };
}

const endOf = ({ endMs }: Call) => endMs ?? Number.POSITIVE_INFINITY;

function areOverlapping(a: Call, b: Call): boolean {
  return a.patient === b.patient && a.onsetMs <= endOf(b) && b.onsetMs <= endOf(a);
}

/**
 * Explains a call that the other profile does not make.
 * @param others all calls of this patient under the other profile
 * @param profile the other profile; undefined if its file has no profile for the patient
 */
export function explain(call: Call, others: readonly Call[], profile: Profile | undefined, stay: Stay): ExplainedCall {
  return { call, atMs: call.onsetMs - stay.startMs, ...reasonOf(call, others, profile, stay) };
}

type ReasonWithWords = Pick<ExplainedCall, 'reason' | 'words'>;

function reasonOf(call: Call, others: readonly Call[], profile: Profile | undefined, stay: Stay): ReasonWithWords {
  const concurrent = others.filter((other) => areOverlapping(call, other));
  const sameCondition = concurrent.find(({ condition }) => condition === call.condition);
  if (sameCondition !== undefined) {
    const words = `part of one ${call.condition} alarm that began at ${clock(sameCondition.onsetMs - stay.startMs)}`;
    return { reason: 'goes-on', words };
  }
  const other = concurrent.find(({ cause }) => cause === call.cause);
  if (other !== undefined) {
    const words = `${other.condition} (${other.priority}) has the same cause and calls instead`;
    return { reason: 'other-calls', words };
  }
  // For a missing score alarm, a physiological alarm that calls at the same time is the explanation.
  const beside = isScore(call.condition) ? concurrent.find(({ kind }) => kind === 'physiological') : undefined;
  if (beside !== undefined) return { reason: 'not-raised', words: `not raised while ${beside.condition} calls` };
  return reasonByRule(call, profile, stay);
}

function reasonByRule(call: Call, profile: Profile | undefined, stay: Stay): ReasonWithWords {
  const parameter = parameters.get(call.code ?? '');
  const group = parameter?.limits;
  if (call.kind !== 'physiological' || parameter === undefined || group === undefined)
    return { reason: 'not-raised', words: 'not raised' };
  if (profile === undefined) return { reason: 'off', words: 'no profile for this patient' };
  const rules = rulesFor(parameter, rulesOfGroup(profile, {}, group), false).list;
  const rule = rules.find(({ tier }) => conditionName(parameter, tier) === call.condition);
  if (rule === undefined) return { reason: 'off', words: `${call.condition} is switched off` };
  const points = pointsOf(stay, parameter.code, call.onsetMs, call.endMs ?? stay.endMs);
  const beyond = points.filter(({ value }) => isBeyond(rule, value));
  const values = points.map(({ value }) => value);
  if (points.length > 0 && beyond.length === 0) {
    const worst = call.side === 'low' ? Math.min(...values) : Math.max(...values);
    return { reason: 'limit-moved', words: `the limit is ${rule.limit}, and the worst value was ${worst}` };
  }
  if (rule.delay.kind === 'fixed' && rule.delay.ms === 0) return { reason: 'not-raised', words: 'not raised' };
  const longest = seconds(longestMs(points, (value) => isBeyond(rule, value)));
  const words = `beyond ${rule.limit} for at most ${longest}, and the delay is ${delayText(rule.delay)}`;
  return { reason: 'delay', words };
}

/** Returns the duration of the longest series of values beyond the limit, from its first to its last value, ms. */
function longestMs(points: readonly Point[], isBeyondAt: (value: number) => boolean): number {
  let longest = 0;
  let since: number | null = null;
  for (const { atMs, value } of points) {
    since = isBeyondAt(value) ? (since ?? atMs) : null;
    if (since !== null) longest = Math.max(longest, atMs - since);
  }
  return longest;
}

export function delayText(delay: Delay): string {
  switch (delay.kind) {
    case 'fixed':
      return seconds(delay.ms);
    case 'tiered':
      return [
        seconds(delay.ms),
        ...delay.steps.map(
          ({ by: beyondBy, ms }) => `${seconds(ms)} if the value is ${beyondBy} or more beyond the limit`,
        ),
      ].join(', ');
    case 'area':
      return `the time in which distance × time reaches ${delay.unitMs / 1000} unit·s, at most ${seconds(delay.capMs)}`;
  }
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;

/** Returns a duration as hours, minutes and seconds, such as `1:02:03`. */
export function clock(ms: number): string {
  const totalS = Math.max(0, Math.round(ms / 1000));
  const twoDigits = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(totalS / 3600)}:${twoDigits(Math.floor(totalS / 60) % 60)}:${twoDigits(totalS % 60)}`;
}
