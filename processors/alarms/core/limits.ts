/**
 * The detector of broken limits. Each parameter has its own timeline (CLINICAL, "Judged or told", 1): whether a value
 * came in order depends only on the values of the same code. Judges by device time, except in `endLate`. Pure.
 */
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { type Condition, type Episode, joinConditions } from './condition.ts';
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

/** The values of one parameter, and the limits that they break. */
export type Line = {
  readonly samples: Timeline<Sample, Trackers>;
  /**
   * Values from before the window or with an unknown place in time, judged separately. Absent if none came lately.
   */
  readonly late?: { readonly samples: Timeline<Sample, Trackers>; readonly heardAt: number };
};

export type LimitsPart = Readonly<Record<string, Line>>;

/** One value of a reading, with the facts that the detectors need. */
export type ReceivedValue = {
  readonly parameter: Parameter;
  readonly numeric: NumericValue;
  /** The number that rules may use; null if the value has no usable number. */
  readonly value: number | null;
  /** Device time. */
  readonly time: number;
  /** How far the device's clock was set since the previous value, ms; 0 if the clock was not set. */
  readonly setByMs: number;
  /** The value is much older than the newest value, and its place in time is unknown. It is judged separately. */
  readonly isPlaceUnknown: boolean;
  /** The value reached the gateway more than 10 s after its time (CLINICAL, "Judged or told", 2). */
  readonly late: boolean;
  /** Device time, corrected by the error of the device's clock. */
  readonly at: number;
  readonly intervalMs: number;
  /** The value is a single measurement (interval.ts, `isSingle`). */
  readonly single: boolean;
  /** After this time without a valid value, ms, a technical alarm begins. Longer gaps: track.ts (`countedGapMs`). */
  readonly noDataMs: number;
};

/** What the pulse limits need to know about heart rate and pulse. */
export type RatesNow = {
  /** The heart rate is valid and judged, so the pulse is not judged. */
  readonly isHeartRateJudged: boolean;
  /** The heart rate has been judged for long enough to end an alarm that the pulse raised. */
  readonly isHeartRateSteady: boolean;
  /** The present pulse rate, which the text of an asystole shows; undefined if the last pulse rate is too old. */
  readonly pulse: number | undefined;
};

export type RulesOf = (parameter: Pick<Parameter, 'limits'>) => GroupRules | undefined;

/** Judges the values of one reading. @param now wall clock, used only to know when late values last came */
export function judgeValues(
  part: LimitsPart,
  received: readonly ReceivedValue[],
  rulesOf: RulesOf,
  now: number,
): { readonly part: LimitsPart; readonly episodes: readonly Episode[] } {
  const next: Record<string, Line> = { ...part };
  const episodes: Episode[] = [];
  for (const value of received) {
    const { parameter } = value;
    if (parameter.limits === undefined) continue;
    next[parameter.code] = takeValue(next[parameter.code], value, rulesOf(parameter), now, episodes);
  }
  return { part: next, episodes };
}

/** Returns the part without parameters that are no longer measured. */
export function withoutCodes(part: LimitsPart, codes: readonly string[]): LimitsPart {
  if (codes.length === 0) return part;
  return Object.fromEntries(Object.entries(part).filter(([code]) => !codes.includes(code)));
}

/** Returns the part after a change of limits: changed limits judge the last values of their parameters. */
export function judgeLimitsAgain(part: LimitsPart, before: RulesOf, rulesOf: RulesOf): LimitsPart {
  if (before === rulesOf) return part;
  const lines = Object.entries(part).map(([code, line]) => {
    const parameter = parameters.get(code)!;
    if (JSON.stringify(before(parameter)) === JSON.stringify(rulesOf(parameter))) return [code, line] as const;
    const fold = foldWithRules(parameter, rulesOf(parameter));
    const last = line.samples.window.findLast(({ value, questionable }) => value !== null && !questionable);
    const samples = refold(line.samples, fold);
    // The values of the window count for the delay. A limit that the last value is clear of does not stay broken.
    const head = last === undefined ? samples.head : brokenTrackers(samples.head, last, rulesOf(parameter), parameter);
    return [code, { ...line, samples: { ...samples, head } }] as const;
  });
  return Object.fromEntries(lines);
}

/** Removes a tracker if its limit no longer exists, or if the last value is clear of its present limit. */
function brokenTrackers(head: Trackers, last: Sample, rules: GroupRules | undefined, parameter: Parameter): Trackers {
  const inForce = rulesFor(parameter, rules, last.single);
  const broken = Object.entries(head).filter(([tier]) => {
    const rule = inForce.list.find((candidate) => candidate.tier === tier);
    return rule !== undefined && (isBeyond(rule, last.value!) || !isClear(rule, last.value!));
  });
  return Object.fromEntries(broken);
}

/** If no late value has come for this time, the conditions of the late values end (a number of ours). */
const lateIdleMs = 10_000;

/** Drops late values if no more come. `endings`: device times at which the conditions of the late values ended. */
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

/** Returns the wall-clock time at which `endLate` next changes something. */
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
  received: ReceivedValue,
  rules: GroupRules | undefined,
  now: number,
  episodes: Episode[],
): Line {
  const sample = sampleOf(received);
  const fold = foldWithRules(received.parameter, rules);
  const line = withMovedTimes(before ?? { samples: startTimeline<Sample, Trackers>({}) }, received.setByMs);
  if (sample.value === null && !isCorrection(line, sample)) return received.late ? withLateHeard(line, now) : line;
  const newer = received.isPlaceUnknown ? undefined : append(line.samples, sample, fold);
  if (newer === undefined) return takeOlderValue(line, received, sample, fold, now, episodes);
  return line.late === undefined ? { samples: newer } : { samples: newer, late: line.late };
}

/** Handles a value that is not the newest value of its parameter. */
function takeOlderValue(
  line: Line,
  { parameter, isPlaceUnknown }: ReceivedValue,
  sample: Sample,
  fold: Fold,
  now: number,
  episodes: Episode[],
): Line {
  const onFolded = (before: Trackers, after: Trackers, { at }: Sample) => {
    for (const tracker of Object.values(before))
      if (tracker.called && after[tracker.tier]?.determined == null)
        episodes.push({ condition: conditionOf(parameter, tracker, true), endedAt: at });
  };
  // The place in time is unknown: the value is from a backlog, or the device's clock was set back.
  if (isPlaceUnknown) return { ...line, late: takeLateValue(line.late?.samples, sample, fold, now) };
  const { line: samples, place } = insert(line.samples, sample, fold, onFolded);
  if (place === 'between' || place === 'same') addRevealed(line.samples.head, samples.head, parameter, episodes);
  if (place !== 'too-old') return { ...line, samples };
  return { ...line, late: takeLateValue(line.late?.samples, sample, fold, now) };
}

/**
 * Returns whether a missing value corrects an earlier value of the same instant. Any other missing value is ignored, so
 * that the last measurement stays in the window and changed limits can judge it.
 */
function isCorrection({ samples, late }: Line, { at }: Sample): boolean {
  const isSame = (sample: Sample) => sample.at === at;
  return samples.window.some(isSame) || late?.samples.window.some(isSame) === true;
}

/** Notes in the line that late readings still come. Called after a late reading without a value. */
const withLateHeard = (line: Line, now: number): Line =>
  line.late ? { ...line, late: { ...line.late, heardAt: now } } : line;

/** Adds an episode without an end for each lasting condition that calls only because of the older value. */
function addRevealed(before: Trackers, after: Trackers, parameter: Parameter, episodes: Episode[]): void {
  for (const tracker of Object.values(after))
    if (tracker.called && !before[tracker.tier]?.called)
      episodes.push({ condition: conditionOf(parameter, tracker, true), endedAt: Number.POSITIVE_INFINITY });
}

/**
 * Returns the line after the device's clock was set. All times move with the clock, so that running delays continue.
 */
function withMovedTimes(line: Line, byMs: number): Line {
  if (byMs === 0) return line;
  const { samples, late } = line;
  const movedTrackers = (trackers: Trackers) =>
    Object.fromEntries(Object.entries(trackers).map(([tier, tracker]) => [tier, trackerMoved(tracker, byMs)]));
  // The late values already have times of the new clock.
  if (late !== undefined)
    return { samples: startTimeline<Sample, Trackers>({ ...late.samples.head, ...movedTrackers(samples.head) }) };
  return {
    samples: {
      base: movedTrackers(samples.base),
      baseAt: samples.baseAt === null ? null : samples.baseAt + byMs,
      window: samples.window.map((sample) => ({ ...sample, at: sample.at + byMs })),
      head: movedTrackers(samples.head),
    },
  };
}

/**
 * Handles a value whose place in time is unknown or that is older than the window. Such values have a timeline of their
 * own. If the value is too old for this timeline too, a new timeline begins with the value.
 */
function takeLateValue(
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

function sampleOf({ numeric, value, time, late, single, noDataMs }: ReceivedValue): Sample {
  return { at: time, value, questionable: numeric.validity === 'questionable', late, single, noDataMs };
}

type Fold = (before: Trackers, sample: Sample) => Trackers;

function foldWithRules(parameter: Parameter, rules: GroupRules | undefined): Fold {
  const continuous = rulesFor(parameter, rules, false);
  return (before, sample) => judge(before, sample, sample.single ? rulesFor(parameter, rules, true) : continuous);
}

export function limitConditions(part: LimitsPart, rates: RatesNow): readonly Condition[] {
  if (!isAnyBroken(part)) return noConditions;
  const byKey = new Map<string, Condition>();
  const add = (condition: Condition) => {
    const other = byKey.get(condition.key);
    byKey.set(condition.key, other === undefined ? condition : joinConditions(other, condition));
  };
  for (const code in part) {
    const { samples, late } = part[code]!;
    if (late === undefined && isEmpty(samples.head)) continue;
    const parameter = parameters.get(code)!;
    const isPulse = parameter.limits === 'PR';
    const isMasked = isPulse && rates.isHeartRateJudged;
    for (const tracker of Object.values(samples.head)) {
      if (tracker.determined === null || (isMasked && !pulseAlarmContinues(part, tracker.tier, rates))) continue;
      const condition = conditionOf(parameter, tracker, false, rates.pulse);
      add(isPulse ? { ...condition, ...(isMasked ? { raisesNoAlarm: true } : resumedAtOf(part, tracker)) } : condition);
    }
    if (late === undefined || isMasked) continue;
    for (const tracker of Object.values(late.samples.head))
      if (tracker.determined !== null && !byKey.has(conditionKey(parameter, tracker.tier)))
        add(conditionOf(parameter, tracker, true));
  }
  return [...byKey.values()];
}

const noConditions: readonly Condition[] = [];

function isAnyBroken(part: LimitsPart): boolean {
  for (const code in part) {
    const { samples, late } = part[code]!;
    if (late !== undefined || !isEmpty(samples.head)) return true;
  }
  return false;
}

const heartRateLine = ({ MDC_ECG_HEART_RATE: line }: LimitsPart) => line?.samples;

/**
 * Returns whether an alarm of the pulse continues while the heart rate is judged. There are two cases: the heart rate
 * breaks the same limit and its delay still runs, or it is inside the limit but not judged for long enough.
 */
function pulseAlarmContinues(part: LimitsPart, tier: TierName, { isHeartRateSteady }: RatesNow): boolean {
  const heartRateTracker = heartRateLine(part)?.head[tier];
  return heartRateTracker === undefined ? !isHeartRateSteady : heartRateTracker.determined === null;
}

/** Returns since when the pulse is judged, if the heart rate was judged after the onset of the pulse's breach. */
function resumedAtOf(part: LimitsPart, { onset }: Tracker): Pick<Condition, 'resumedAt'> {
  const last = heartRateLine(part)?.window.at(-1)?.at;
  return last !== undefined && last > onset ? { resumedAt: last } : {};
}

/** Returns the key of a condition. Heart rate and pulse share one alarm (CLINICAL, "Judged or told", 8). */
export const conditionKey = (parameter: Parameter, tier: TierName): string =>
  conditionName(parameter.limits === 'PR' ? { limits: 'HR' } : parameter, tier);

function conditionOf(parameter: Parameter, tracker: Tracker, outOfOrder: boolean, pulse?: number): Condition {
  const { tier, value, limit, onsetValue } = tracker;
  const name = conditionName(parameter, tier);
  const { side, rank } = tiers[tier];
  return {
    key: conditionKey(parameter, tier),
    name,
    kind: 'physiological',
    priority: tracker.priority,
    chain: causeOf(parameter, side),
    // Among equally serious conditions, heart rate calls instead of pulse, and systolic instead of mean pressure.
    rank: 10 * rank + (parameter.limits === 'PR' || parameter.limits === 'BPmean' ? 0 : 1),
    text: textOf(parameter, tracker, pulse),
    code: parameter.code,
    value,
    limit,
    unit: parameter.unit,
    onset: tracker.onset,
    ...(onsetValue !== undefined && {
      atOnset: { code: parameter.code, value: onsetValue, limit, unit: parameter.unit },
    }),
    determined: tracker.determined!,
    valueAt: tracker.valueAt,
    excess: excessOf(tracker, value),
    ...(tracker.insideSince !== null && { clearing: true, ...(!tracker.called && { hasNeverCalled: true }) }),
    late: tracker.late || outOfOrder,
    outOfOrder,
  };
}

function textOf(
  parameter: Parameter,
  { tier, value, limit, questionable, valueAt, onset }: Tracker,
  pulse: number | undefined,
): string {
  const text = limitText(parameter, tier, value, limit, valueAt - onset);
  const doubt = questionable ? ' (questionable)' : '';
  // A pulse does not end an asystole, because motion and chest compressions can make a pulse.
  return pulse === undefined || tier !== 'asystole' ? `${text}${doubt}` : `${text} (pulse ${pulse})${doubt}`;
}
