/**
 * The detector of broken limits. Each parameter has its own timeline (CLINICAL, "Judged or told", 1): only values of the same code decide
 * whether a value is in order. Nothing here knows the wall clock. Pure.
 */
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Condition, Episode } from './condition.ts';
import type { GroupRules } from './profile.ts';
import {
  causeOf,
  conditionName,
  excessOf,
  isBeyond,
  isClear,
  limitText,
  rulesFor,
  type TierName,
  tiers,
} from './rules.ts';
import { append, insert, refold, startTimeline, type Timeline } from './timeline.ts';
import { isEmpty, judge, type Sample, type Tracker, type Trackers, trackerMoved } from './track.ts';

export type Line = {
  readonly samples: Timeline<Sample, Trackers>;
  /** Values that are older than the window, or whose place is unknown. They are judged apart. Absent if there are none. */
  readonly late?: { readonly samples: Timeline<Sample, Trackers>; readonly heardAt: number };
};

/** By code. */
export type LimitsPart = Readonly<Record<string, Line>>;

/** One value of a reading, with what is known about it. */
export type Came = {
  readonly parameter: Parameter;
  readonly numeric: NumericValue;
  /** Null: there is no number that a rule may use. */
  readonly value: number | null;
  /** Device time. */
  readonly time: number;
  /** How far the clock was set since the value before, ms; 0: it was not set. */
  readonly setByMs: number;
  /** Much older than the newest value, and perhaps of another start. It is judged apart until its place is known. */
  readonly apart: boolean;
  /** Reached the gateway more than 10 s after its time (CLINICAL, "Judged or told", 2). */
  readonly late: boolean;
  /** Its time, corrected by the accepted error of the device's clock. */
  readonly at: number;
  /** The expected interval of the parameter. */
  readonly intervalMs: number;
  /** A single measurement: expected less than once a minute. */
  readonly single: boolean;
  /** A technical alarm begins after this time without a valid value. Time beyond it is not judged. */
  readonly noDataMs: number;
};

/** What the pulse limits need to know about both rates. */
export type RatesNow = {
  /** The heart rate is valid and judged, so the pulse is not judged. */
  readonly isHeartRateJudged: boolean;
  /** The heart rate has been judged for long enough to end an alarm that the pulse raised. */
  readonly isHeartRateSteady: boolean;
  /** The present pulse rate, shown beside an asystole; undefined if the last one is too old. */
  readonly pulse: number | undefined;
};

export type RulesOf = (parameter: Pick<Parameter, 'limits'>) => GroupRules | undefined;

/** Judges the values of one reading. @param now wall clock: only notes when late values last came */
export function limits(
  part: LimitsPart,
  came: readonly Came[],
  rulesOf: RulesOf,
  now: number,
): { readonly part: LimitsPart; readonly episodes: readonly Episode[] } {
  const next: Record<string, Line> = { ...part };
  const episodes: Episode[] = [];
  for (const cameValue of came) {
    const { parameter } = cameValue;
    if (parameter.limits === undefined) continue;
    next[parameter.code] = takeValue(next[parameter.code], cameValue, rulesOf(parameter), now, episodes);
  }
  return { part: next, episodes };
}

/** Removes codes that are no longer measured: a person has acknowledged all their alarms. */
export function without(part: LimitsPart, codes: readonly string[]): LimitsPart {
  if (codes.length === 0) return part;
  return Object.fromEntries(Object.entries(part).filter(([code]) => !codes.includes(code)));
}

/** Applies other limits. They judge the last values of the parameters that changed. All other parameters stay as they are. */
export function refoldLimits(part: LimitsPart, before: RulesOf, rulesOf: RulesOf): LimitsPart {
  if (before === rulesOf) return part;
  const lines = Object.entries(part).map(([code, line]) => {
    const parameter = parameters.get(code)!;
    if (JSON.stringify(before(parameter)) === JSON.stringify(rulesOf(parameter))) return [code, line] as const;
    const fold = foldBy(parameter, rulesOf(parameter));
    const last = line.samples.window.findLast(({ value, questionable }) => value !== null && !questionable);
    const samples = refold(line.samples, (base) => base, fold);
    // The window may hold no value, or only a value that hysteresis keeps. The last value decides.
    const head = last === undefined ? samples.head : answered(samples.head, last, rulesOf(parameter), parameter);
    return [code, { ...line, samples: { ...samples, head } }] as const;
  });
  return Object.fromEntries(lines);
}

/** Removes each limit that the last value does not break, by the rules in force. */
function answered(head: Trackers, last: Sample, rules: GroupRules | undefined, parameter: Parameter): Trackers {
  const inForce = rulesFor(parameter, rules, last.single);
  const kept = Object.entries(head).filter(([tier]) => {
    const rule = inForce.list.find((candidate) => candidate.tier === tier);
    return rule !== undefined && (isBeyond(rule, last.value!) || !isClear(rule, last.value!));
  });
  return Object.fromEntries(kept);
}

/** If late values stop coming, their conditions have ended. The timeline itself judges the present (ours). */
const lateIdleMs = 10_000;

/** @returns also the device times at which the conditions of the late values ended */
export function endLate(
  part: LimitsPart,
  now: number,
): { readonly part: LimitsPart; readonly endings: ReadonlyMap<string, number> } {
  const endings = new Map<string, number>();
  if (lateDue(part) > now) return { part, endings };
  const lines = Object.entries(part).map(([code, line]) => {
    const { late, ...rest } = line;
    if (late === undefined || late.heardAt + lateIdleMs > now) return [code, line] as const;
    for (const { tier } of Object.values(late.samples.head))
      endings.set(conditionKey(parameters.get(code)!, tier), late.samples.window.at(-1)!.at);
    return [code, rest] as const;
  });
  return { part: Object.fromEntries(lines), endings };
}

export function lateDue(part: LimitsPart): number {
  let due = Number.POSITIVE_INFINITY;
  for (const code in part) {
    const { late } = part[code]!;
    if (late) due = Math.min(due, late.heardAt + lateIdleMs);
  }
  return due;
}

function takeValue(
  before: Line | undefined,
  came: Came,
  rules: GroupRules | undefined,
  now: number,
  episodes: Episode[],
): Line {
  const sample = sampleOf(came);
  const fold = foldBy(came.parameter, rules);
  const line = moved(before ?? { samples: startTimeline<Sample, Trackers>({}) }, came.setByMs);
  if (sample.value === null && !corrects(line, sample)) return came.late ? stillHeard(line, now) : line;
  const newer = came.apart ? undefined : append(line.samples, sample, fold);
  if (newer === undefined) return takeOld(line, came, sample, fold, now, episodes);
  return line.late === undefined ? { samples: newer } : { samples: newer, late: line.late };
}

/** Takes a value that is not newer than all before it. */
function takeOld(
  line: Line,
  { parameter, apart }: Came,
  sample: Sample,
  fold: Fold,
  now: number,
  episodes: Episode[],
): Line {
  const onFolded = (was: Trackers, is: Trackers, { at }: Sample) => {
    for (const tracker of Object.values(was))
      if (tracker.called && is[tracker.tier]?.determined == null)
        episodes.push({ condition: conditionOf(parameter, tracker, true), endedAt: at });
  };
  // The place of the value is unknown: it may be from a backlog, or the clock was set back.
  if (apart) return { ...line, late: takeLate(line.late?.samples, sample, fold, now) };
  const { line: samples, place } = insert(line.samples, sample, fold, onFolded);
  if (place === 'between' || place === 'same') addRevealed(line.samples.head, samples.head, parameter, episodes);
  if (place !== 'too-old') return { ...line, samples };
  return { ...line, late: takeLate(line.late?.samples, sample, fold, now) };
}

/**
 * Returns whether a missing value corrects an earlier value of the same instant. Any other missing value is ignored and gets no place on
 * the line. It must not push out the last measurement: that is true until the next one, and new limits judge it at once.
 */
function corrects({ samples, late }: Line, { at }: Sample): boolean {
  const isSame = (sample: Sample) => sample.at === at;
  return samples.window.some(isSame) || late?.samples.window.some(isSame) === true;
}

/** Late readings still come, although this one has no value. */
const stillHeard = (line: Line, now: number): Line =>
  line.late ? { ...line, late: { ...line.late, heardAt: now } } : line;

/** Adds each condition that goes on and, as an older value now shows, called before a graver limit did. */
function addRevealed(before: Trackers, after: Trackers, parameter: Parameter, episodes: Episode[]): void {
  for (const tracker of Object.values(after))
    if (tracker.called && !before[tracker.tier]?.called)
      episodes.push({ condition: conditionOf(parameter, tracker, true), endedAt: Number.POSITIVE_INFINITY });
}

/** The device's clock was set. Moves all times to the new clock, so that running delays go on. */
function moved(line: Line, byMs: number): Line {
  if (byMs === 0) return line;
  const { samples, late } = line;
  const trackersBy = (trackers: Trackers) =>
    Object.fromEntries(Object.entries(trackers).map(([tier, tracker]) => [tier, trackerMoved(tracker, byMs)]));
  // The values that were judged apart are already on the new clock.
  if (late !== undefined)
    return { samples: startTimeline<Sample, Trackers>({ ...late.samples.head, ...trackersBy(samples.head) }) };
  return {
    samples: {
      base: trackersBy(samples.base),
      baseAt: samples.baseAt === null ? null : samples.baseAt + byMs,
      window: samples.window.map((sample) => ({ ...sample, at: sample.at + byMs })),
      head: trackersBy(samples.head),
    },
  };
}

/**
 * Takes a value that is judged apart or is older than the window. Such values are judged in their own order. A value that is older than
 * even those starts a new line.
 */
function takeLate(
  before: Timeline<Sample, Trackers> | undefined,
  sample: Sample,
  fold: Fold,
  now: number,
): NonNullable<Line['late']> {
  const started = before ?? startTimeline<Sample, Trackers>({});
  const inserted = insert(started, sample, fold);
  if (inserted.place !== 'too-old') return { samples: inserted.line, heardAt: now };
  return { samples: insert(startTimeline<Sample, Trackers>({}), sample, fold).line, heardAt: now };
}

function sampleOf({ numeric, value, time, late, single, noDataMs }: Came): Sample {
  return { at: time, value, questionable: numeric.validity === 'questionable', late, single, noDataMs };
}

type Fold = (before: Trackers, sample: Sample) => Trackers;

function foldBy(parameter: Parameter, rules: GroupRules | undefined): Fold {
  const often = rulesFor(parameter, rules, false);
  return (before, sample) => judge(before, sample, sample.single ? rulesFor(parameter, rules, true) : often);
}

/** Returns the broken limits, one condition for each name. */
export function conditionsOf(part: LimitsPart, rates: RatesNow): readonly Condition[] {
  if (!isAnyBroken(part)) return none;
  const found = new Map<string, Condition>();
  const add = (condition: Condition) => {
    const other = found.get(condition.key);
    found.set(condition.key, other === undefined ? condition : together(other, condition));
  };
  for (const code in part) {
    const { samples, late } = part[code]!;
    if (late === undefined && isEmpty(samples.head)) continue;
    const parameter = parameters.get(code)!;
    const isPulse = parameter.limits === 'PR';
    const isMasked = isPulse && rates.isHeartRateJudged;
    for (const tracker of Object.values(samples.head)) {
      if (tracker.determined === null || (isMasked && !goesOn(part, tracker.tier, rates))) continue;
      const condition = conditionOf(parameter, tracker, false, rates.pulse);
      add(isPulse ? { ...condition, ...(isMasked ? { onlyGoesOn: true } : resumed(part, tracker)) } : condition);
    }
    if (late === undefined || isMasked) continue;
    for (const tracker of Object.values(late.samples.head))
      if (tracker.determined !== null && !found.has(conditionKey(parameter, tracker.tier)))
        add(conditionOf(parameter, tracker, true));
  }
  return [...found.values()];
}

const none: readonly Condition[] = [];

function isAnyBroken(part: LimitsPart): boolean {
  for (const code in part) {
    const { samples, late } = part[code]!;
    if (late !== undefined || !isEmpty(samples.head)) return true;
  }
  return false;
}

const heartLine = ({ MDC_ECG_HEART_RATE: line }: LimitsPart) => line?.samples;

/**
 * Returns whether an alarm of the pulse goes on beside a judged heart rate: the heart rate is beyond the same limit and its delay still
 * runs, or it has not been inside for long enough.
 */
function goesOn(part: LimitsPart, tier: TierName, { isHeartRateSteady }: RatesNow): boolean {
  const own = heartLine(part)?.head[tier];
  return own === undefined ? !isHeartRateSteady : own.determined === null;
}

/** Returns when the pulse was judged again, if a heart rate was judged after the pulse went beyond the limit. */
function resumed(part: LimitsPart, { onset }: Tracker): Pick<Condition, 'resumedAt'> {
  const last = heartLine(part)?.window.at(-1)?.at;
  return last !== undefined && last > onset ? { resumedAt: last } : {};
}

/** Returns the key of a condition. Heart rate and pulse are one rate, so they share one alarm (CLINICAL, "Judged or told", 8). */
export const conditionKey = (parameter: Parameter, tier: TierName): string =>
  conditionName(parameter.limits === 'PR' ? { limits: 'HR' } : parameter, tier);

/** Joins the conditions of several sensors of one parameter: the latest value, and the earliest onset. */
function together(a: Condition, b: Condition): Condition {
  const first = a.onset <= b.onset ? a : b;
  return { ...(a.valueAt >= b.valueAt ? a : b), onset: first.onset, determined: first.determined };
}

function conditionOf(parameter: Parameter, tracker: Tracker, outOfOrder: boolean, pulse?: number): Condition {
  const { tier, value, limit } = tracker;
  const name = conditionName(parameter, tier);
  const { side, rank } = tiers[tier];
  return {
    key: conditionKey(parameter, tier),
    name,
    kind: 'physiological',
    priority: tracker.priority,
    chain: causeOf(parameter, side),
    // If two are equally grave, the ECG's rate calls before the pulse, and the systolic pressure before the mean.
    rank: 10 * rank + (parameter.limits === 'PR' || parameter.limits === 'BPmean' ? 0 : 1),
    text: textOf(parameter, tracker, pulse),
    code: parameter.code,
    value,
    limit,
    unit: parameter.unit,
    onset: tracker.onset,
    determined: tracker.determined!,
    valueAt: tracker.valueAt,
    excess: excessOf(tracker, value),
    ...(tracker.insideSince !== null && { clearing: true, ...(!tracker.called && { stoodFor: true }) }),
    late: tracker.late || outOfOrder,
    outOfOrder,
  };
}

function textOf(
  parameter: Parameter,
  { tier, value, limit, questionable }: Tracker,
  pulse: number | undefined,
): string {
  const text = limitText(parameter, tier, value, limit);
  const doubt = questionable ? ' (questionable)' : '';
  // Motion and compressions can make a pulse. The text names it, but it does not end the alarm.
  return pulse === undefined || tier !== 'asystole' ? `${text}${doubt}` : `${text} (pulse ${pulse})${doubt}`;
}
