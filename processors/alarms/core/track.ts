/** Judges one parameter by its rules: how long it has been beyond each limit, and since when it is inside again. Pure. */
import { noDataMsOf, patchyIntervalMsMax, singleMs } from './interval.ts';
import { excessOf, isBeyond, isBeyondAny, isClear, type Rule, type Rules, type TierName, tiers } from './rules.ts';

/** One value, as the limits need it. */
export type Sample = {
  /** Device time. */
  readonly at: number;
  /** Null: no valid value (missing, calibrating, out of range, unknown unit). */
  readonly value: number | null;
  /** The value may raise an alarm, but never end one (CLINICAL, "Judged or told", 5). */
  readonly questionable: boolean;
  readonly late: boolean;
  readonly single: boolean;
  /** If no value follows for longer than this, a technical alarm is on, and nothing is judged. */
  readonly noDataMs: number;
};

/** One limit that is broken, or was a moment ago. */
export type Tracker = {
  readonly tier: TierName;
  readonly limit: number;
  readonly priority: Rule['priority'];
  /** Device time of the first value beyond the limit. */
  readonly onset: number;
  /** Time beyond the limit that counts towards the delay, ms; and distance × time, unit·ms. */
  readonly countedMs: number;
  readonly dose: number;
  /** Time at which the delay had passed; null while it runs. */
  readonly determined: number | null;
  /** The latest value beyond the limit, and its time. */
  readonly value: number;
  readonly valueAt: number;
  readonly questionable: boolean;
  readonly late: boolean;
  /** Time of the latest value that counted, and how long the next one may take. */
  readonly lastAt: number;
  readonly noDataMs: number;
  /** Time since which the value is clear of the limit; null if it is not. */
  readonly insideSince: number | null;
  /** For at least one value it held while no graver limit of its side called instead. */
  readonly called?: true;
};

export type Trackers = Readonly<Partial<Record<TierName, Tracker>>>;

/** Returns the trackers after a sample. An invalid or missing value neither counts nor resets. */
export function judge(before: Trackers, sample: Sample, rules: Rules): Trackers {
  const { value } = sample;
  if (value === null) return before;
  // Nearly always no limit is or was broken.
  if (isEmpty(before) && !isBeyondAny(rules, value)) return none;
  let next: Partial<Record<TierName, Tracker>> | undefined;
  for (const rule of rules.list) {
    const tracker = track(before[rule.tier], rule, value, sample);
    if (tracker === undefined) continue;
    next ??= {};
    next[rule.tier] = tracker;
  }
  if (next === undefined) return none;
  for (const rule of rules.list) {
    const tracker = next[rule.tier];
    if (tracker?.called || tracker?.determined == null || tracker.insideSince !== null) continue;
    if (graverOf(next, rule.tier) === undefined) next[rule.tier] = { ...tracker, called: true };
  }
  return next;
}

/** Returns the graver limit of the same side that calls instead of this one, if there is one. */
export function graverOf(trackers: Trackers, tier: TierName): Tracker | undefined {
  const { side, rank } = tiers[tier];
  return Object.values(trackers).find(
    (other) => other.determined !== null && tiers[other.tier].side === side && tiers[other.tier].rank > rank,
  );
}

const none: Trackers = {};

export function isEmpty(trackers: Trackers): boolean {
  for (const _tier in trackers) return false;
  return true;
}

function track(before: Tracker | undefined, rule: Rule, value: number, sample: Sample): Tracker | undefined {
  if (isBeyond(rule, value)) return beyond(before, rule, value, sample);
  if (before === undefined || sample.questionable) return before;
  // A value inside the limit ends a running delay. If a limit was moved, the value counts at once, without hysteresis.
  if (before.determined === null || before.limit !== rule.limit) return undefined;
  const { at, noDataMs } = sample;
  if (!isClear(rule, value)) return { ...before, lastAt: at, noDataMs, insideSince: null };
  const goesOn = at - before.lastAt <= before.noDataMs;
  const insideSince = goesOn && before.insideSince !== null ? before.insideSince : at;
  return at - insideSince >= rule.offDelayMs ? undefined : { ...before, lastAt: at, noDataMs, insideSince };
}

/** Returns the tracker after its clock was set by `byMs`. */
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

function beyond(before: Tracker | undefined, rule: Rule, value: number, sample: Sample): Tracker {
  const { at, late, questionable, noDataMs } = sample;
  const now = { tier: rule.tier, limit: rule.limit, priority: rule.priority, value, valueAt: at };
  const rest = { questionable, late, lastAt: at, noDataMs, insideSince: null };
  // A condition that holds goes on through silence and when a limit is moved: its end was not seen.
  if (before !== undefined && before.determined !== null) return { ...before, ...now, ...rest };
  const gapMs = before === undefined ? 0 : at - before.lastAt;
  const countsMs = before === undefined ? 0 : countedOf(gapMs, before.noDataMs);
  const countedMs = (before?.countedMs ?? 0) + countsMs;
  const dose = before === undefined ? 0 : before.dose + countsMs * excessOf(rule, before.value);
  const onset = before?.onset ?? at;
  const determined = hasPassed(rule, value, countedMs, dose) ? at : null;
  return { ...now, ...rest, onset, countedMs, dose, determined };
}

/**
 * Returns how much of the time between two values beyond counts. Time during a technical alarm does not count, because nothing was judged
 * then. For a parameter that is too slow to be called intermittent (arrivals.ts) the time before that alarm counts. Otherwise values that
 * come a little less often than the no-data time would never be judged.
 */
function countedOf(gapMs: number, noDataMs: number): number {
  if (gapMs <= noDataMs) return gapMs;
  const isSlow = noDataMs > noDataMsOf(patchyIntervalMsMax) && noDataMs <= noDataMsOf(singleMs);
  return isSlow ? noDataMs : 0;
}

function hasPassed({ delay, limit }: Rule, value: number, countedMs: number, dose: number): boolean {
  switch (delay.kind) {
    case 'fixed':
      return countedMs >= delay.ms;
    case 'tiered': {
      const by = Math.abs(value - limit);
      const step = delay.steps.findLast((step) => by >= step.by);
      return countedMs >= (step?.ms ?? delay.ms);
    }
    case 'area':
      return dose >= delay.unitMs || countedMs >= delay.capMs;
  }
}
