/**
 * Heart rate and pulse are one rate (CLINICAL, "Judged or told", 8): which of them is judged, and the detector of two that differ, since
 * one of the two sensors counts something else then. Pure.
 */
import type { ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';
import type { Came, RatesNow } from './limits.ts';

const heartRate = 'MDC_ECG_HEART_RATE';
export const pulseRate = 'MDC_PULS_OXIM_PULS_RATE';
/** So long after a valid heart rate the pulse is not judged: the ECG's may be invalid for a moment (ours). */
const rateHoldMs = 5_000;
/** A heart rate that was valid for so long ends what the pulse raised: the off-delay (CLINICAL, "Judged or told", 9). */
const steadyMs = 5_000;

type Rate = { readonly at: number; readonly value: number };

export type RatesPart = {
  readonly heart: Rate | null;
  /** Since when valid heart rates have come without a gap in which the pulse was judged; absent in a state of before 2026-12. */
  readonly heartSince?: number;
  readonly pulse: Rate | null;
  /** Since when they differ, device time with its clock's error taken out; null while they agree. */
  readonly since: number | null;
  /** And have for so long that somebody is told. */
  readonly told: boolean;
  /** Since when they agree again, after that; null while they differ. */
  readonly agreeSince: number | null;
};

export const initialRates: RatesPart = { heart: null, pulse: null, since: null, told: false, agreeSince: null };

const differMin = 25;
const differMs = 10_000;
/** What was said is over when they have agreed for as long: around 25 /min it is one alarm (ours). */
const agreeMs = differMs;
/** Two values that were measured further apart are not compared, nor told beside each other (ours). */
const apartMsMax = 5_000;
/** Nothing valid of a continuous parameter for so long is told of it (CLINICAL, "Judged or told", 4). */
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
  // One of them is gone for so long that a technical alarm says so.
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

/** After a valid heart rate that is the newest. */
function heartSinceOf({ heart, heartSince }: RatesPart, came: readonly Came[]): number {
  const { at, intervalMs, single } = cameOf(came, heartRate)!;
  if (single) return at - steadyMs;
  return heart !== null && heartSince !== undefined && at - heart.at <= holdMsOf(intervalMs) ? heartSince : at;
}

function rateOf(came: readonly Came[], code: string): Rate | null {
  const one = cameOf(came, code);
  return one === undefined || one.value === null ? null : { at: one.at, value: one.value };
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

/** One cause, one call: while the ECG's rate is valid, it is judged, and not the pulse (CLINICAL, "Judged or told", 8). */
export function isHeartRateJudged({ codes }: ArrivalsPart): boolean {
  const { [heartRate]: rate, [pulseRate]: pulse } = codes;
  if (rate === undefined || rate.validAt === null) return false;
  return Math.max(rate.namedAt, pulse?.namedAt ?? 0) - rate.validAt <= holdMsOf(rate.intervalMs);
}

const holdMsOf = (intervalMs: number) => Math.max(rateHoldMs, 2 * intervalMs);
