/** Explains why one profile makes a call that another does not make. Pure. */
import { parameters } from '../../contracts/parameters.ts';
import { rulesOfGroup } from '../alarms/core/judging.ts';
import type { Delay, Profile } from '../alarms/core/profile.ts';
import { conditionName, isBeyond, rulesFor } from '../alarms/core/rules.ts';
import { isScore } from '../alarms/core/scores/names.ts';
import type { Call } from './core/calls.ts';
import { type Point, pointsOf, type Stay } from './stays.ts';

/**
 * `goes-on`: an alarm of the same condition already lasts. `other-calls`: another alarm of the same cause calls. `off`: the limit does not
 * judge. `limit-moved`: no value was beyond the limit. `delay`: it ended before the delay had passed. `not-raised`: none of these.
 */
export type Reason = 'goes-on' | 'other-calls' | 'off' | 'limit-moved' | 'delay' | 'not-raised';

export type Explained = {
  readonly call: Call;
  /** From the start of the recording to the onset, ms. */
  readonly atMs: number;
  readonly reason: Reason;
  readonly words: string;
};

export type Pair = { readonly a: Call; readonly b: Call };

/** Pairs overlapping calls of the same condition, each at most once. Also returns the unpaired calls of both sides. */
export function pair(
  a: readonly Call[],
  b: readonly Call[],
): { readonly pairs: Pair[]; readonly onlyA: Call[]; readonly onlyB: Call[] } {
  const left = new Set(b);
  const pairs: Pair[] = [];
  const onlyA: Call[] = [];
  for (const call of a) {
    const fits = [...left].filter((other) => other.condition === call.condition && overlap(call, other));
    if (fits.length === 0) {
      onlyA.push(call);
      continue;
    }
    const apart = (other: Call) => Math.abs(other.onsetMs - call.onsetMs);
    const nearest = fits.reduce((least, other) => (apart(other) < apart(least) ? other : least));
    left.delete(nearest);
    pairs.push({ a: call, b: nearest });
  }
  return { pairs, onlyA, onlyB: [...left] };
}

const endOf = ({ endMs }: Call) => endMs ?? Number.POSITIVE_INFINITY;

function overlap(a: Call, b: Call): boolean {
  return a.patient === b.patient && a.onsetMs <= endOf(b) && b.onsetMs <= endOf(a);
}

/**
 * Explains a call that the other profile does not make.
 * @param others all calls of this patient under the other profile
 * @param profile the other profile; undefined if it has none for the patient
 */
export function explain(call: Call, others: readonly Call[], profile: Profile | undefined, stay: Stay): Explained {
  return { call, atMs: call.onsetMs - stay.startMs, ...why(call, others, profile, stay) };
}

type Why = Pick<Explained, 'reason' | 'words'>;

function why(call: Call, others: readonly Call[], profile: Profile | undefined, stay: Stay): Why {
  const concurrent = others.filter((other) => overlap(call, other));
  const same = concurrent.find(({ condition }) => condition === call.condition);
  if (same !== undefined) {
    const words = `within one ${call.condition} that goes on since ${clock(same.onsetMs - stay.startMs)}`;
    return { reason: 'goes-on', words };
  }
  const other = concurrent.find(({ cause }) => cause === call.cause);
  if (other !== undefined) {
    const words = `${other.condition} (${other.priority}) of the same cause calls`;
    return { reason: 'other-calls', words };
  }
  // A score need not call if the limits of its inputs call.
  const beside = isScore(call.condition) ? concurrent.find(({ kind }) => kind === 'physiological') : undefined;
  if (beside !== undefined) return { reason: 'not-raised', words: `not raised while ${beside.condition} calls` };
  return byRule(call, profile, stay);
}

function byRule(call: Call, profile: Profile | undefined, stay: Stay): Why {
  const parameter = parameters.get(call.code ?? '');
  const group = parameter?.limits;
  if (call.kind !== 'physiological' || parameter === undefined || group === undefined)
    return { reason: 'not-raised', words: 'not raised' };
  if (profile === undefined) return { reason: 'off', words: 'no profile for this patient' };
  const rules = rulesFor(parameter, rulesOfGroup(profile, {}, group), false).list;
  const rule = rules.find(({ tier }) => conditionName(parameter, tier) === call.condition);
  if (rule === undefined) return { reason: 'off', words: `${call.condition} does not judge` };
  const points = pointsOf(stay, parameter.code, call.onsetMs, call.endMs ?? stay.endMs);
  const beyond = points.filter(({ value }) => isBeyond(rule, value));
  const values = points.map(({ value }) => value);
  if (points.length > 0 && beyond.length === 0) {
    const worst = call.side === 'low' ? Math.min(...values) : Math.max(...values);
    return { reason: 'limit-moved', words: `limit ${rule.limit}: the worst value was ${worst}` };
  }
  if (rule.delay.kind === 'fixed' && rule.delay.ms === 0) return { reason: 'not-raised', words: 'not raised' };
  const lastedMs = longestMs(points, (value) => isBeyond(rule, value));
  const words = `beyond ${rule.limit} for ${seconds(lastedMs)} at most; delay ${delayWords(rule.delay)}`;
  return { reason: 'delay', words };
}

/** Returns the longest time without a value inside the limit, from the first value beyond it to the last. */
function longestMs(points: readonly Point[], isBeyondAt: (value: number) => boolean): number {
  let longest = 0;
  let since: number | null = null;
  for (const { atMs, value } of points) {
    since = isBeyondAt(value) ? (since ?? atMs) : null;
    if (since !== null) longest = Math.max(longest, atMs - since);
  }
  return longest;
}

export function delayWords(delay: Delay): string {
  switch (delay.kind) {
    case 'fixed':
      return seconds(delay.ms);
    case 'tiered':
      return [seconds(delay.ms), ...delay.steps.map(({ by, ms }) => `${seconds(ms)} from ${by} beyond`)].join(', ');
    case 'area':
      return `by area, ${delay.unitMs / 1000} unit·s, at most ${seconds(delay.capMs)}`;
  }
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;

/** Returns the time since the start: `1:02:03`. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}
