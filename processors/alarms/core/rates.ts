/**
 * Heart rate and pulse are one rate (CLINICAL, "Judged or told", 8). Decides which of the two is judged, and detects
 * when the two differ: then one of the sensors counts wrongly. Pure.
 */
import type { ArrivalsPart } from './arrivals.ts';
import { type Condition, technicalCondition } from './condition.ts';
import type { RatesNow, ReceivedValue } from './limits.ts';

const heartRate = 'MDC_ECG_HEART_RATE';
export const pulseRate = 'MDC_PULS_OXIM_PULS_RATE';
/**
 * For at least this time after a valid heart rate, the pulse is not judged, because the heart rate may be invalid only
 * for a moment (a number of ours; see `holdMsOf`).
 */
const rateHoldMs = 5_000;
/**
 * A heart rate must be valid for this long to end an alarm that the pulse raised: the off-delay (CLINICAL, "Judged or
 * told", 9).
 */
const steadyMs = 5_000;

type Rate = { readonly at: number; readonly value: number };

export type RatesPart = {
  readonly heart: Rate | null;
  /**
   * Start of the present series of valid heart rates. A gap in which the pulse was judged ends a series. Absent in a
   * state that was saved before December 2026.
   */
  readonly heartSince?: number;
  readonly pulse: Rate | null;
  /** Time since which heart rate and pulse differ, in corrected device time; null while they agree. */
  readonly since: number | null;
  /** The alarm about the difference is on. */
  readonly told: boolean;
  /** Time since which heart rate and pulse agree again while the alarm is on; null while they differ. */
  readonly agreeSince: number | null;
};

export const initialRates: RatesPart = { heart: null, pulse: null, since: null, told: false, agreeSince: null };

/** Heart rate and pulse differ if their difference is greater than this, /min, for at least `differMs`. */
const differenceMax = 25;
const differMs = 10_000;
/**
 * The alarm ends after the rates have agreed for this time (a number of ours). So a difference that goes up and down
 * around 25 /min makes only one alarm.
 */
const agreeMs = differMs;
/** Values whose times differ by more than this are neither compared nor shown together (ours). */
const apartMsMax = 5_000;
/**
 * After this time without a valid value a continuous parameter has a technical alarm (CLINICAL, "Judged or told", 4).
 */
const missingMs = 20_000;

const noDifference = { since: null, told: false, agreeSince: null } as const;

/** Handles the values of one reading. Values that are older than the last values change nothing. */
export function noteRates(part: RatesPart, received: readonly ReceivedValue[]): RatesPart {
  const heart = newerOf(part.heart, rateOf(received, heartRate));
  const pulse = newerOf(part.pulse, rateOf(received, pulseRate));
  if (heart === part.heart && pulse === part.pulse) return part;
  const next = { ...part, heart, pulse, ...(heart !== part.heart && { heartSince: heartSinceOf(part, received) }) };
  if (heart === null || pulse === null) return next;
  const apartMs = Math.abs(heart.at - pulse.at);
  // One rate has been missing for so long that it has a technical alarm of its own.
  if (apartMs > missingMs) return { ...next, ...noDifference };
  if (apartMs > apartMsMax) return next;
  const at = Math.max(heart.at, pulse.at);
  if (Math.abs(heart.value - pulse.value) <= differenceMax) {
    const agreeSince = part.agreeSince ?? at;
    return part.told && at - agreeSince < agreeMs ? { ...next, agreeSince } : { ...next, ...noDifference };
  }
  const since = part.since ?? at;
  return { ...next, since, told: part.told || at - since >= differMs, agreeSince: null };
}

const validValueOf = (received: readonly ReceivedValue[], code: string) =>
  received.find(({ numeric }) => numeric.code === code && numeric.validity === undefined);

/** Returns the new `heartSince` after a reading with a new valid heart rate. */
function heartSinceOf({ heart, heartSince }: RatesPart, received: readonly ReceivedValue[]): number {
  const { at, intervalMs, single } = validValueOf(received, heartRate)!;
  if (single) return at - steadyMs;
  return heart !== null && heartSince !== undefined && at - heart.at <= holdMsOf(intervalMs) ? heartSince : at;
}

function rateOf(received: readonly ReceivedValue[], code: string): Rate | null {
  const rate = validValueOf(received, code);
  return rate === undefined || rate.value === null ? null : { at: rate.at, value: rate.value };
}

function newerOf(before: Rate | null, rate: Rate | null): Rate | null {
  return rate === null || (before !== null && rate.at <= before.at) ? before : rate;
}

const noConditions: readonly Condition[] = [];

/** Returns the technical condition if heart rate and pulse have differed for long enough. */
export function ratesConditions({ heart, pulse, since, told }: RatesPart): readonly Condition[] {
  if (!told || since === null || heart === null || pulse === null) return noConditions;
  const at = since + differMs;
  return [technicalCondition('rates-differ', 'low', 'HR and pulse differ', since, { determined: at, valueAt: at })];
}

/** Returns the facts about heart rate and pulse that the pulse limits use. */
export function ratesNow({ heart, heartSince, pulse }: RatesPart, arrivals: ArrivalsPart): RatesNow {
  const { now } = arrivals;
  return {
    isHeartRateJudged: isHeartRateJudged(arrivals),
    isHeartRateSteady: heart === null || heartSince === undefined || heart.at - heartSince >= steadyMs,
    pulse: pulse !== null && now !== null && now - pulse.at < apartMsMax ? pulse.value : undefined,
  };
}

/**
 * Returns whether the heart rate is judged. The heart rate is judged while it is valid, and for the time `holdMsOf`
 * after its last valid value (CLINICAL, "Judged or told", 8). During this time the pulse is not judged.
 */
export function isHeartRateJudged({ codes }: ArrivalsPart): boolean {
  const { [heartRate]: rate, [pulseRate]: pulse } = codes;
  if (rate === undefined || rate.validAt === null) return false;
  return Math.max(rate.namedAt, pulse?.namedAt ?? 0) - rate.validAt <= holdMsOf(rate.intervalMs);
}

/** Returns for how long after a valid heart rate the pulse is not judged, ms. */
const holdMsOf = (intervalMs: number) => Math.max(rateHoldMs, 2 * intervalMs);
