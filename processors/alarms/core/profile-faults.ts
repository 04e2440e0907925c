/**
 * Checks a profile of a profile file. Each fault names its place in the file and says in a sentence what is wrong. A
 * profile must be complete: each group has limits, or is off with a reason (CLINICAL, "Judged or told", 10). Pure.
 */

import { type Static, Type } from 'typebox';
import { adultLimits } from '../../../contracts/adult-limits.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { bounds, limitsFault, vitalGroups } from '../../../contracts/effective-limits.ts';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import { priorities } from '../../../contracts/priorities.ts';
import type { Bound, Delay } from './profile.ts';
import { faultsOf, Reason, shapesOf } from './profile-shapes.ts';
import { scoreFaults } from './scores/score-faults.ts';

const noOtherFields = { additionalProperties: false } as const;
/** Longest delay (CLINICAL, "Delays": 0 to 30 s). */
const DelayMs = Type.Integer({ minimum: 0, maximum: 30_000 });
/** Time until an alarm escalates: 10 s to 1 h (ours). */
const EscalationMs = Type.Integer({ minimum: 10_000, maximum: 60 * minuteMs });
const escalations = (isRequired: boolean) => {
  const shape = isRequired ? EscalationMs : Type.Optional(EscalationMs);
  return Type.Object({ high: shape, medium: shape, low: Type.Optional(EscalationMs) }, noOtherFields);
};
/** Time until an acknowledged alarm calls again: a ward chooses 1, 2, 3, 5 or 10 min (CLINICAL, "Alarm vocabulary"). */
const RealarmMs = Type.Enum([1, 2, 3, 5, 10].map((minutes) => minutes * minuteMs));
const Priority = Type.Enum([...priorities]);
const Hysteresis = Type.Number({ minimum: 0, maximum: 50 });
const OffDelayMs = Type.Integer({ minimum: 0, maximum: minuteMs });
const times = { realarmMs: Type.Optional(RealarmMs), escalationMs: Type.Optional(escalations(false)) };
const extremes = { extremeLow: Type.Optional(Type.Number()), extremeHigh: Type.Optional(Type.Number()) };

const shapes = {
  profile: Type.Object(
    {
      realarmMs: RealarmMs,
      escalationMs: escalations(true),
      groups: Type.Object({}),
      scores: Type.Optional(Type.Unknown()),
    },
    noOtherFields,
  ),
  off: Type.Object({ off: Reason, ...extremes }, noOtherFields),
  rules: Type.Object(
    {
      priority: Priority,
      low: Type.Optional(Type.Object({})),
      high: Type.Optional(Type.Object({})),
      ...extremes,
      hysteresis: Hysteresis,
      offDelayMs: OffDelayMs,
      ...times,
    },
    noOtherFields,
  ),
  bound: Type.Object(
    {
      limit: Type.Number(),
      delay: Type.Object({ kind: Type.Enum(['fixed', 'tiered', 'area']) }),
      priority: Type.Optional(Priority),
      hysteresis: Type.Optional(Hysteresis),
      offDelayMs: Type.Optional(OffDelayMs),
      ...times,
    },
    noOtherFields,
  ),
  fixed: Type.Object({ kind: Type.Literal('fixed'), ms: DelayMs }, noOtherFields),
  tiered: Type.Object(
    {
      kind: Type.Literal('tiered'),
      ms: DelayMs,
      steps: Type.Array(Type.Object({ by: Type.Number({ exclusiveMinimum: 0 }), ms: DelayMs }, noOtherFields), {
        minItems: 1,
        maxItems: 8,
      }),
    },
    noOtherFields,
  ),
  area: Type.Object(
    { kind: Type.Literal('area'), unitMs: Type.Integer({ minimum: 1, maximum: 1_000_000 }), capMs: DelayMs },
    noOtherFields,
  ),
};
const checks = shapesOf(shapes);
const shapeFaults = (shape: keyof typeof shapes, value: unknown, path: string) => faultsOf(checks, shape, value, path);

/**
 * Returns all faults of a profile.
 * @param isScored true if the patients of this profile get scores. Other profiles must not contain scores
 */
export function profileFaults(profile: unknown, path: string, isScored: boolean): string[] {
  const faults = [...shapeFaults('profile', profile, path), ...scoreFaultsOf(profile, path, isScored)];
  const groups = (profile as { readonly groups?: unknown } | null)?.groups;
  if (groups === null || typeof groups !== 'object') return faults;
  const unknown = Object.keys(groups).filter((name) => !(limitGroups as readonly string[]).includes(name));
  return [
    ...faults,
    ...unknown.map((name) => `${path}/groups/${name}: no group of limits has this name.`),
    ...limitGroups.flatMap((group) => {
      const at = `${path}/groups/${group}`;
      if (!Object.hasOwn(groups, group))
        return [`${at}: this group is missing. Give its limits, or {"off": "<reason>"}.`];
      return groupFaults(group, (groups as Record<string, unknown>)[group], at);
    }),
  ];
}

function scoreFaultsOf(profile: unknown, path: string, isScored: boolean): string[] {
  if (profile === null || typeof profile !== 'object' || !('scores' in profile)) return [];
  if (!isScored) return [`${path}/scores: only adults get scores. Remove this field.`];
  return scoreFaults(profile.scores, `${path}/scores`);
}

type Rules = Static<typeof shapes.rules>;

function groupFaults(group: LimitGroup, content: unknown, path: string): string[] {
  if (content !== null && typeof content === 'object' && 'off' in content) return offFaults(group, content, path);
  const faults = shapeFaults('rules', content, path);
  if (faults.length > 0) return faults;
  const rules = content as Rules;
  const missing = bounds.filter((name) => adultLimits[group][name] !== undefined && rules[name] === undefined);
  const sides = (['low', 'high'] as const).filter((side) => rules[side] !== undefined);
  const ofSides = sides.flatMap((side) => boundFaults(rules[side], `${path}/${side}`));
  const all = [...missing.map((name) => `${path}/${name}: this limit is missing.`), ...ofSides];
  if (ofSides.length > 0) return all;
  const { low, high } = rules as { readonly low?: Bound; readonly high?: Bound };
  return [...all, ...numberFaults(group, rules, low, high, path)];
}

function numberFaults(
  group: LimitGroup,
  { extremeLow, extremeHigh, hysteresis }: Rules,
  low: Bound | undefined,
  high: Bound | undefined,
  path: string,
): string[] {
  const limits: Limits = {
    ...(extremeLow !== undefined && { extremeLow }),
    ...(low && { low: low.limit }),
    ...(high && { high: high.limit }),
    ...(extremeHigh !== undefined && { extremeHigh }),
  };
  const fault = limitsFault(group, limits);
  if (fault !== undefined) return [`${path}: ${fault}`];
  if (!low || !high) return [];
  const clearLow = low.limit + (low.hysteresis ?? hysteresis);
  const clearHigh = high.limit - (high.hysteresis ?? hysteresis);
  if (clearLow <= clearHigh) return [];
  return [
    `${path}/hysteresis: no value could end an alarm, because a low alarm ends at ${clearLow} and a high alarm at ${clearHigh}.`,
  ];
}

function offFaults(group: LimitGroup, content: object, path: string): string[] {
  const faults = shapeFaults('off', content, path);
  if (faults.length > 0) return faults;
  const { off: _reason, ...limits } = content as Static<typeof shapes.off>;
  const fault = limitsFault(group, limits);
  const needed = (['extremeLow', 'extremeHigh'] as const).filter(
    (name) => vitalGroups.includes(group) && adultLimits[group][name] !== undefined && limits[name] === undefined,
  );
  return [
    ...needed.map((name) => `${path}/${name}: this limit is missing. The extreme limits of ${group} cannot be off.`),
    ...(fault === undefined ? [] : [`${path}: ${fault}`]),
  ];
}

function boundFaults(bound: unknown, path: string): string[] {
  const faults = shapeFaults('bound', bound, path);
  if (faults.length > 0) return faults;
  const { delay } = bound as { readonly delay: Delay };
  const ofDelay = shapeFaults(delay.kind, delay, `${path}/delay`);
  if (ofDelay.length > 0 || delay.kind !== 'tiered') return ofDelay;
  const steps = [{ by: 0, ms: delay.ms }, ...delay.steps];
  const isFalling = steps.every(({ by, ms }, at) => at === 0 || (by > steps[at - 1]!.by && ms <= steps[at - 1]!.ms));
  return isFalling
    ? []
    : [`${path}/delay/steps: each step must have a greater "by" than the step before, and no greater "ms".`];
}
