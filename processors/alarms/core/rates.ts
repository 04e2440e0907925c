/**
 * Heart rate and pulse are one rate (CLINICAL, "Judged or told", 8). Decides which of them is judged, and detects two that differ: then one
 * of the sensors counts something else. Pure.
 */
import type { ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';
import type { Came, RatesNow } from './limits.ts';

const heartRate = 'MDC_ECG_HEART_RATE';
export const pulseRate = 'MDC_PULS_OXIM_PULS_RATE';
/** For this long after a valid heart rate the pulse is not judged: the ECG's rate may be invalid for a moment (ours). */
const rateHoldMs = 5_000;
/** A heart rate that was valid for this long ends an alarm that the pulse raised: the off-delay (CLINICAL, "Judged or told", 9). */
const steadyMs = 5_000;

type Rate = { readonly at: number; readonly value: number };

export type RatesPart = {
  readonly heart: Rate | null;
  /** Time since which valid heart rates have come without a gap in which the pulse was judged; absent in a state from before 2026-12. */
  readonly heartSince?: number;
  readonly pulse: Rate | null;
  /** Time since which they differ: device time, corrected by its clock's error; null while they agree. */
  readonly since: number | null;
  /** They have differed for long enough, so the alarm is on. */
  readonly told: boolean;
  /** Time since which they agree again while the alarm is on; null while they differ. */
  readonly agreeSince: number | null;
};

export const initialRates: RatesPart = { heart: null, pulse: null, since: null, told: false, agreeSince: null };

const differMin = 25;
const differMs = 10_000;
/** The alarm ends after they have agreed for this long: a difference around 25 /min stays one alarm (ours). */
const agreeMs = differMs;
/** Two values that were measured further apart are neither compared nor shown side by side (ours). */
const apartMsMax = 5_000;
/** After this time without a valid value of a continuous parameter there is a technical alarm (CLINICAL, "Judged or told", 4). */
const goneMs = 20_000;

const agreed = { since: null, told: false, agreeSince: null } as const;

/** Takes the values of one reading. Values that came out of order change nothing. */
export function rates(part: RatesPart, came: readonly Came[]): RatesPart {
  const heart = newer(part.heart, rateOf(came, heartRate));
  const pulse = newer(part.pulse, rateOf(came, pulseRate));
  if (heart === part.heart && pulse === part.pulse) return part;
  const next = { ...part, heart, pulse, ...(heart !== part.heart && { heartSince: heartSinceOf(part, came) }) };
  if (heart === null || pulse === null) return next;
  const apartMs = Math.abs(heart.at - pulse.at);
  // One of them has been missing for so long that a technical alarm says so.
  if (apartMs > goneMs) return { ...next, ...agreed };
  if (apartMs > apartMsMax) return next;
  const at = Math.max(heart.at, pulse.at);
  if (Math.abs(heart.value - pulse.value) <= differMin) {
    const agreeSince = part.agreeSince ?? at;
    return part.told && at - agreeSince < agreeMs ? { ...next, agreeSince } : { ...next, ...agreed };
  }
  const since = part.since ?? at;
  return { ...next, since, told: part.told || at - since >= differMs, agreeSince: null };
}

const cameOf = (came: readonly Came[], code: string) =>
  came.find(({ numeric }) => numeric.code === code && numeric.validity === undefined);

/** Returns the start of the steady heart rate, after a valid and newest heart rate. */
function heartSinceOf({ heart, heartSince }: RatesPart, came: readonly Came[]): number {
  const { at, intervalMs, single } = cameOf(came, heartRate)!;
  if (single) return at - steadyMs;
  return heart !== null && heartSince !== undefined && at - heart.at <= holdMsOf(intervalMs) ? heartSince : at;
}

function rateOf(came: readonly Came[], code: string): Rate | null {
  const cameRate = cameOf(came, code);
  return cameRate === undefined || cameRate.value === null ? null : { at: cameRate.at, value: cameRate.value };
}

function newer(before: Rate | null, came: Rate | null): Rate | null {
  return came === null || (before !== null && came.at <= before.at) ? before : came;
}

const none: readonly Condition[] = [];

export function ratesConditions({ heart, pulse, since, told }: RatesPart): readonly Condition[] {
  if (!told || since === null || heart === null || pulse === null) return none;
  const at = since + differMs;
  return [
    {
      key: 'rates-differ',
      name: 'rates-differ',
      kind: 'technical',
      priority: 'low',
      chain: 'rates-differ',
      rank: 0,
      text: 'HR and pulse differ',
      onset: since,
      determined: at,
      valueAt: at,
      excess: 0,
      late: false,
      outOfOrder: false,
    },
  ];
}

export function ratesNow({ heart, heartSince, pulse }: RatesPart, arrivals: ArrivalsPart): RatesNow {
  const { now } = arrivals;
  return {
    isHeartRateJudged: isHeartRateJudged(arrivals),
    isHeartRateSteady: heart === null || heartSince === undefined || heart.at - heartSince >= steadyMs,
    pulse: pulse !== null && now !== null && now - pulse.at < apartMsMax ? pulse.value : undefined,
  };
}

/**
 * Returns whether the heart rate is judged and the pulse is not: while the ECG's rate is valid. One cause, one call (CLINICAL, "Judged or
 * told", 8).
 */
export function isHeartRateJudged({ codes }: ArrivalsPart): boolean {
  const { [heartRate]: rate, [pulseRate]: pulse } = codes;
  if (rate === undefined || rate.validAt === null) return false;
  return Math.max(rate.namedAt, pulse?.namedAt ?? 0) - rate.validAt <= holdMsOf(rate.intervalMs);
}

const holdMsOf = (intervalMs: number) => Math.max(rateHoldMs, 2 * intervalMs);
