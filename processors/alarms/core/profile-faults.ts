/**
 * Returns every fault of a profile file, each with its place and a sentence. An incomplete profile is refused: each group has its limits,
 * or is off with a reason (CLINICAL, "Judged or told", 10). Pure.
 */
import { type Static, Type } from 'typebox';
import { adultLimits } from '../../../contracts/adult-limits.ts';
import { bounds, limitsFault, vitalGroups } from '../../../contracts/effective-limits.ts';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../../contracts/parameters.ts';
import { priorities } from '../../../contracts/priorities.ts';
import type { Bound, Delay } from './profile.ts';
import { faultsOf, Reason, shapesOf } from './profile-shapes.ts';
import { scoreFaults } from './scores/score-faults.ts';

const closed = { additionalProperties: false } as const;
/** Longest delay (CLINICAL, "Delays": 0 to 30 s). */
const DelayMs = Type.Integer({ minimum: 0, maximum: 30_000 });
const minuteMs = 60_000;
/** 10 s to 1 h (ours). */
const EscalationMs = Type.Integer({ minimum: 10_000, maximum: 60 * minuteMs });
const escalations = (isWhole: boolean) => {
  const of = isWhole ? EscalationMs : Type.Optional(EscalationMs);
  return Type.Object({ high: of, medium: of, low: Type.Optional(EscalationMs) }, closed);
};
/** CLINICAL, "Alarm vocabulary": a ward chooses 1, 2, 3, 5 or 10 min. */
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
    closed,
  ),
  off: Type.Object({ off: Reason, ...extremes }, closed),
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
    closed,
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
    closed,
  ),
  fixed: Type.Object({ kind: Type.Literal('fixed'), ms: DelayMs }, closed),
  tiered: Type.Object(
    {
      kind: Type.Literal('tiered'),
      ms: DelayMs,
      steps: Type.Array(Type.Object({ by: Type.Number({ exclusiveMinimum: 0 }), ms: DelayMs }, closed), {
        minItems: 1,
        maxItems: 8,
      }),
    },
    closed,
  ),
  area: Type.Object(
    { kind: Type.Literal('area'), unitMs: Type.Integer({ minimum: 1, maximum: 1_000_000 }), capMs: DelayMs },
    closed,
  ),
};
const checks = shapesOf(shapes);
const shapeFaults = (shape: keyof typeof shapes, value: unknown, path: string) => faultsOf(checks, shape, value, path);

/** @param isScored the patients get scores; other profiles contain no scores */
export function profileFaults(profile: unknown, path: string, isScored: boolean): string[] {
  const faults = [...shapeFaults('profile', profile, path), ...scoreFaultsOf(profile, path, isScored)];
  const groups = (profile as { readonly groups?: unknown } | null)?.groups;
  if (groups === null || typeof groups !== 'object') return faults;
  const unknown = Object.keys(groups).filter((name) => !(limitGroups as readonly string[]).includes(name));
  return [
    ...faults,
    ...unknown.map((name) => `${path}/groups/${name}: there is no such group of limits.`),
    ...limitGroups.flatMap((group) => {
      const at = `${path}/groups/${group}`;
      if (!Object.hasOwn(groups, group)) return [`${at}: it is missing. Give its limits, or {"off": "<reason>"}.`];
      return groupFaults(group, (groups as Record<string, unknown>)[group], at);
    }),
  ];
}

function scoreFaultsOf(profile: unknown, path: string, isScored: boolean): string[] {
  if (profile === null || typeof profile !== 'object' || !('scores' in profile)) return [];
  if (!isScored) return [`${path}/scores: scores are for adults alone. Leave it out.`];
  return scoreFaults(profile.scores, `${path}/scores`);
}

type Rules = Static<typeof shapes.rules>;

function groupFaults(group: LimitGroup, given: unknown, path: string): string[] {
  if (given !== null && typeof given === 'object' && 'off' in given) return offFaults(group, given, path);
  const faults = shapeFaults('rules', given, path);
  if (faults.length > 0) return faults;
  const rules = given as Rules;
  const missing = bounds.filter((name) => adultLimits[group][name] !== undefined && rules[name] === undefined);
  const sides = (['low', 'high'] as const).filter((side) => rules[side] !== undefined);
  const ofSides = sides.flatMap((side) => boundFaults(rules[side], `${path}/${side}`));
  const all = [...missing.map((name) => `${path}/${name}: it is missing.`), ...ofSides];
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
  return [`${path}/hysteresis: no value would end an alarm: low ends at ${clearLow}, high at ${clearHigh}.`];
}

function offFaults(group: LimitGroup, given: object, path: string): string[] {
  const faults = shapeFaults('off', given, path);
  if (faults.length > 0) return faults;
  const { off: _reason, ...limits } = given as Static<typeof shapes.off>;
  const fault = limitsFault(group, limits);
  const needed = (['extremeLow', 'extremeHigh'] as const).filter(
    (name) => vitalGroups.includes(group) && adultLimits[group][name] !== undefined && limits[name] === undefined,
  );
  return [
    ...needed.map((name) => `${path}/${name}: it is missing. The extreme limits of ${group} cannot be off.`),
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
    : [`${path}/delay/steps: each step must be further beyond the limit than the one before, and not later.`];
}
