/**
 * Judges the values of one parameter: how long they are beyond each limit, and since when they are inside again. Pure.
 */
import { continuousIntervalMsMax, noDataMsOf, patchyIntervalMsMax } from './interval.ts';
import { excessOf, isBeyond, isBeyondAny, isClear, type Rule, type Rules, type TierName, tiers } from './rules.ts';

/** One value, in the form that the rules need. */
export type Sample = {
  /** Device time. */
  readonly at: number;
  /** Null if the value is not valid: missing, calibrating, out of range, or with an unknown unit. */
  readonly value: number | null;
  /** A questionable value may raise an alarm, but never ends an alarm (CLINICAL, "Judged or told", 5). */
  readonly questionable: boolean;
  readonly late: boolean;
  /** The value is a single measurement (interval.ts, `isSingle`). */
  readonly single: boolean;
  /** Longest time until the next value, ms. After this time, a technical alarm begins, and nothing is judged. */
  readonly noDataMs: number;
};

/** The state of one limit that is broken now, or was broken a moment ago. */
export type Tracker = {
  readonly tier: TierName;
  readonly limit: number;
  readonly priority: Rule['priority'];
  /** Device time of the first value beyond the limit. */
  readonly onset: number;
  /** The first value beyond the limit, measured at `onset`; absent in states of older releases. */
  readonly onsetValue?: number;
  /** Time beyond the limit that counts towards the delay, ms. */
  readonly countedMs: number;
  /** Sum of distance from the limit × time, unit·ms. */
  readonly dose: number;
  /** Time at which the delay had passed; null while the delay runs. */
  readonly determined: number | null;
  /** The latest value beyond the limit. */
  readonly value: number;
  readonly valueAt: number;
  readonly questionable: boolean;
  readonly late: boolean;
  /** Time of the latest value that counted. */
  readonly lastAt: number;
  readonly noDataMs: number;
  /** Time since which the values are clear of the limit; null if the last value is not clear. */
  readonly insideSince: number | null;
  /** The condition has called at least once. It does not call while a more serious limit of the same side calls. */
  readonly called?: true;
};

export type Trackers = Readonly<Partial<Record<TierName, Tracker>>>;

/** Returns the trackers after a sample. A missing or invalid value changes nothing. */
export function judge(before: Trackers, sample: Sample, rules: Rules): Trackers {
  const { value } = sample;
  if (value === null) return before;
  // The usual case: no limit is broken.
  if (isEmpty(before) && !isBeyondAny(rules, value)) return noTrackers;
  let next: Partial<Record<TierName, Tracker>> | undefined;
  for (const rule of rules.list) {
    const tracker = trackerAfter(before[rule.tier], rule, value, sample);
    if (tracker === undefined) continue;
    next ??= {};
    next[rule.tier] = tracker;
  }
  if (next === undefined) return noTrackers;
  for (const rule of rules.list) {
    const tracker = next[rule.tier];
    if (tracker?.called || tracker?.determined == null || tracker.insideSince !== null) continue;
    if (moreSeriousTracker(next, rule.tier) === undefined) next[rule.tier] = { ...tracker, called: true };
  }
  return next;
}

/**
 * Returns a more serious limit of the same side that calls instead of this limit; undefined if no such limit is broken.
 */
export function moreSeriousTracker(trackers: Trackers, tier: TierName): Tracker | undefined {
  const { side, rank } = tiers[tier];
  return Object.values(trackers).find(
    (other) => other.determined !== null && tiers[other.tier].side === side && tiers[other.tier].rank > rank,
  );
}

const noTrackers: Trackers = {};

export function isEmpty(trackers: Trackers): boolean {
  for (const _tier in trackers) return false;
  return true;
}

/** Returns the tracker of one limit after a valid value; undefined if the limit is not broken. */
function trackerAfter(before: Tracker | undefined, rule: Rule, value: number, sample: Sample): Tracker | undefined {
  if (isBeyond(rule, value)) return trackerAfterBreach(before, rule, value, sample);
  if (before === undefined || sample.questionable) return before;
  // A value inside the limit ends a running delay. If the limit was changed, a value inside the new limit ends the
  // condition immediately.
  if (before.determined === null || before.limit !== rule.limit) return undefined;
  const { at, noDataMs } = sample;
  if (!isClear(rule, value)) return { ...before, lastAt: at, noDataMs, insideSince: null };
  const isContinued = at - before.lastAt <= before.noDataMs;
  const insideSince = isContinued && before.insideSince !== null ? before.insideSince : at;
  return at - insideSince >= rule.offDelayMs ? undefined : { ...before, lastAt: at, noDataMs, insideSince };
}

/** Returns the tracker after the device's clock was set by `byMs`. */
export function trackerMoved(tracker: Tracker, byMs: number): Tracker {
  const { onset, determined, valueAt, lastAt, insideSince } = tracker;
  return {
    ...tracker,
    onset: onset + byMs,
    determined: determined === null ? null : determined + byMs,
    valueAt: valueAt + byMs,
    lastAt: lastAt + byMs,
    insideSince: insideSince === null ? null : insideSince + byMs,
  };
}

/** Returns the tracker of a limit after a value beyond the limit. */
function trackerAfterBreach(before: Tracker | undefined, rule: Rule, value: number, sample: Sample): Tracker {
  const { at, late, questionable, noDataMs } = sample;
  const now = { tier: rule.tier, limit: rule.limit, priority: rule.priority, value, valueAt: at };
  const rest = { questionable, late, lastAt: at, noDataMs, insideSince: null };
  // A condition that holds continues through a silence and through a change of the limit, because no value has shown
  // its end.
  if (before !== undefined && before.determined !== null) return { ...before, ...now, ...rest };
  const gapMs = before === undefined ? 0 : at - before.lastAt;
  const countsMs = before === undefined ? 0 : countedGapMs(gapMs, before.noDataMs);
  const countedMs = (before?.countedMs ?? 0) + countsMs;
  const dose = before === undefined ? 0 : before.dose + countsMs * excessOf(rule, before.value);
  const { onset, onsetValue } = before ?? { onset: at, onsetValue: value };
  const determined = hasDelayPassed(rule, value, countedMs, dose) ? at : null;
  return { ...now, ...rest, onset, ...(onsetValue !== undefined && { onsetValue }), countedMs, dose, determined };
}

/**
 * Returns how much of the time between two values beyond the limit counts towards the delay, ms. A gap that is longer
 * than the no-data time does not count, because a technical alarm was on. One exception: a slow parameter is never
 * intermittent (interval.ts), so its no-data time counts in place of the longer gap. Without this exception, values
 * that come a little less often would never alarm.
 */
function countedGapMs(gapMs: number, noDataMs: number): number {
  if (gapMs <= noDataMs) return gapMs;
  const isSlow = noDataMs > noDataMsOf(patchyIntervalMsMax) && noDataMs <= noDataMsOf(continuousIntervalMsMax);
  return isSlow ? noDataMs : 0;
}

/** Returns whether the delay of a limit has passed. */
function hasDelayPassed({ delay, limit }: Rule, value: number, countedMs: number, dose: number): boolean {
  switch (delay.kind) {
    case 'fixed':
      return countedMs >= delay.ms;
    case 'tiered': {
      const excess = Math.abs(value - limit);
      const step = delay.steps.findLast((step) => excess >= step.by);
      return countedMs >= (step?.ms ?? delay.ms);
    }
    case 'area':
      return dose >= delay.unitMs || countedMs >= delay.capMs;
  }
}
