/**
 * Limits judged on event time: one line of readings, each later than the one before, and what each of them breaks. Nothing
 * here knows the wall clock.
 */
import type { Limits } from '../../contracts/messages/alarms.ts';
import { usableNumber } from '../../contracts/messages/check.ts';
import { canonicalParameter } from '../../contracts/numerics.ts';
import { type LimitGroup, parameters } from '../../contracts/parameters.ts';
import type { Value } from './inputs.ts';
import type { Active } from './state.ts';
import { conditionName, limitText, type Rule, rulesFor, type TierName, tiers } from './tiers.ts';
import { gapIntervals, lostMs, silenceIntervals, silenceMsMin } from './tuning.ts';

/** One parameter beyond one bound. */
export type Tracker = {
  readonly tier: TierName;
  readonly limit: number;
  readonly priority: Rule['priority'];
  /** Event time of the first value beyond. */
  readonly onset: number;
  /** Time beyond that counts towards the delay. */
  readonly countedMs: number;
  /** Event time at which the delay had passed; null while it runs. */
  readonly determined: number | null;
  /** The latest value beyond, and when. */
  readonly value: number;
  readonly valueAt: number;
  readonly late: boolean;
};

export type Line = {
  /** Event time of the newest reading. */
  readonly judgedUntil: number | null;
  /** The engine's clock when it came. */
  readonly heardAt: number;
  /** By parameter, event time of its newest value. At most one entry per row of the parameter table. */
  readonly values: Readonly<Record<string, number>>;
  /** By parameter and tier. */
  readonly trackers: Readonly<Record<string, Tracker>>;
};

export const initialLine: Line = { judgedUntil: null, heardAt: 0, values: {}, trackers: {} };

export type LineReading = {
  readonly time: number;
  readonly intervalMs: number;
  readonly values: readonly Value[];
  readonly late: boolean;
};

/** No reading for so long is silence (CLINICAL, "Silence is an alarm"). */
export function silenceMs(intervalMs: number): number {
  return Math.max(silenceIntervals * intervalMs, silenceMsMin);
}

/** Whether rules may see a value (see `usableNumber`): missing and implausible ones never are seen; a real 0 and a questionable one are. */
export function usable(value: Value): 'usable' | 'missing' | 'implausible' {
  if (usableNumber(value) !== undefined) return 'usable';
  const { validity } = value;
  return value.value === undefined || validity === 'invalid' || validity === 'calibrating' ? 'missing' : 'implausible';
}

/** Judges one reading, not older than the newest of the line. `limitsOf` gives the limits in force, undefined where there are none. */
export function judge(
  line: Line,
  reading: LineReading,
  now: number,
  limitsOf: (group: LimitGroup) => Limits | undefined,
): Line {
  const values: Record<string, number> = { ...line.values };
  const trackers: Record<string, Tracker> = { ...line.trackers };
  for (const value of reading.values) {
    const parameter = canonicalParameter(value.code);
    if (parameter?.limits === undefined || usable(value) !== 'usable') continue;
    const gap = gapBefore(values[parameter.code], reading);
    values[parameter.code] = reading.time;
    const seen = new Set<string>();
    for (const rule of rulesFor(parameter, limitsOf(parameter.limits), reading.intervalMs)) {
      const key = `${parameter.code}|${rule.tier}`;
      seen.add(key);
      const tracker = track(trackers[key], rule, value.value!, reading, gap);
      if (tracker) trackers[key] = tracker;
      else delete trackers[key];
    }
    // A bound that is no longer set holds nothing.
    for (const key of Object.keys(trackers))
      if (key.startsWith(`${parameter.code}|`) && !seen.has(key)) delete trackers[key];
  }
  return withoutLost({ judgedUntil: reading.time, heardAt: now, values, trackers });
}

type Gap = { readonly ms: number; readonly kind: 'none' | 'short' | 'silent' };

/** What lies between a value and the one before it; the first value has silence before it. */
function gapBefore(previous: number | undefined, reading: LineReading): Gap {
  if (previous === undefined) return { ms: 0, kind: 'silent' };
  const ms = reading.time - previous;
  if (ms <= gapIntervals * reading.intervalMs) return { ms, kind: 'none' };
  return { ms, kind: ms < silenceMs(reading.intervalMs) ? 'short' : 'silent' };
}

/**
 * A gap longer than 2 intervals does not count as time beyond the limit (CLINICAL, "Delays"); after silence the delay starts
 * anew. A condition that holds stays through any gap: that it ended was not seen.
 */
function track(
  before: Tracker | undefined,
  rule: Rule,
  value: number,
  reading: LineReading,
  gap: Gap,
): Tracker | undefined {
  const beyond = rule.beyond(value);
  // A limit that was moved is a new question: what was within hysteresis of the old one answers nothing.
  const moved = before !== undefined && before.limit !== rule.limit;
  const told = { tier: rule.tier, limit: rule.limit, priority: rule.priority, value, valueAt: reading.time };
  if (before !== undefined && before.determined !== null) {
    if (moved ? !beyond : rule.cleared(value)) return undefined;
    return beyond ? { ...before, ...told, late: reading.late } : before;
  }
  if (!beyond) return undefined;
  const carried = before !== undefined && !moved && gap.kind !== 'silent' ? before : undefined;
  const countedMs = carried ? carried.countedMs + (gap.kind === 'none' ? gap.ms : 0) : 0;
  const onset = carried?.onset ?? reading.time;
  const determined = countedMs >= rule.delayMs ? reading.time : null;
  return { ...told, onset, countedMs, determined, late: reading.late };
}

/** Ends what was beyond for a parameter that has given no value for `lostMs`. */
function withoutLost(line: Line): Line {
  const lost = (key: string) => line.judgedUntil! - line.values[codeOf(key)]! > lostMs;
  if (!Object.keys(line.trackers).some(lost)) return line;
  return { ...line, trackers: Object.fromEntries(Object.entries(line.trackers).filter(([key]) => !lost(key))) };
}

const codeOf = (key: string) => key.slice(0, key.indexOf('|'));

/**
 * The device's clock was set back: its readings go on below what was judged, and out-of-order ones have been judged beside it.
 * What holds stays; the newly begun line goes on as the main one.
 */
export function rebased(main: Line, late: Line, time: number): Line {
  const holding = Object.entries(main.trackers).filter(([, tracker]) => tracker.determined !== null);
  const trackers = { ...late.trackers, ...Object.fromEntries(holding) };
  const values = { ...late.values };
  for (const key of Object.keys(trackers)) values[codeOf(key)] ??= time;
  return { judgedUntil: null, heardAt: main.heardAt, values, trackers };
}

/** The conditions that hold, one per name: of several sensors the latest value counts, and the earliest onset. */
export function activeLimits(line: Line, outOfOrder: boolean): Map<string, Active> {
  const found = new Map<string, Active>();
  for (const [key, tracker] of Object.entries(line.trackers)) {
    if (tracker.determined === null) continue;
    const parameter = parameters.get(codeOf(key))!;
    const condition = conditionName(parameter, tracker.tier);
    const other = found.get(condition);
    const mine: Active = {
      key: condition,
      condition,
      kind: 'physiological',
      priority: tracker.priority,
      chain: `${parameter.limits}.${tiers[tracker.tier].side}`,
      rank: tiers[tracker.tier].rank,
      text: limitText(parameter, tracker.tier, tracker.value, tracker.limit),
      code: parameter.code,
      value: tracker.value,
      limit: tracker.limit,
      unit: parameter.unit,
      onset: tracker.onset,
      determined: tracker.determined,
      valueAt: tracker.valueAt,
      excess: Math.abs(tracker.value - tracker.limit),
      late: tracker.late || outOfOrder,
      outOfOrder,
    };
    found.set(condition, other === undefined ? mine : together(other, mine));
  }
  return found;
}

function together(a: Active, b: Active): Active {
  const first = a.onset <= b.onset ? a : b;
  return { ...(a.valueAt >= b.valueAt ? a : b), onset: first.onset, determined: first.determined };
}
