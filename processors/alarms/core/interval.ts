/**
 * How often values of a parameter are expected, and after which time without values the parameter is silent (CLINICAL,
 * "Judged or told", 1, 4, 6). Pure.
 */
import type { Parameter } from '../../../contracts/parameters.ts';

/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
export const intervalMsDefault = 1_000;
/** A parameter with a longer expected interval than this gives single measurements (CLINICAL, "Judged or told", 6). */
export const continuousIntervalMsMax = 60_000;
/**
 * A parameter is silent after 3 intervals without a valid value; a continuous parameter after at least 20 s ("Judged or
 * told", 4).
 */
const noDataIntervals = 3;
export const noDataMsMin = 20_000;

/**
 * A parameter with a longer expected interval than this is never intermittent, because fewer than six values are
 * expected in a minute (ours).
 */
export const patchyIntervalMsMax = 10_000;

/** Returns how often a parameter is expected, ms. @param statusMs the interval that the device's status declared */
export function intervalOf(
  { episodicMs }: Pick<Parameter, 'episodicMs'>,
  declaredMs: number | null,
  spacings: readonly number[],
  statusMs = intervalMsDefault,
): number {
  // A declared interval of at most a minute is the interval of the messages, not of a cuff that measures now and then.
  if (declaredMs !== null && (episodicMs === undefined || declaredMs > continuousIntervalMsMax))
    return slowPaceOf(spacings, declaredMs) ?? declaredMs;
  return median(spacings) ?? episodicMs ?? statusMs;
}

/**
 * A pace is even if it has at least `paceSpacingsMin` spacings, and each spacing differs from the median by at most the
 * fraction `paceSlack` of the median (ours).
 */
const paceSpacingsMin = 3;
const paceSlack = 0.2;

/**
 * Returns the pace of a parameter that comes evenly, but less often than declared; undefined if the parameter has no
 * such pace. The device declares the interval of its messages, but a slow parameter is not in each message. A pace
 * below `patchyIntervalMsMax` is not slow.
 */
function slowPaceOf(spacings: readonly number[], declaredMs: number): number | undefined {
  if (spacings.length < paceSpacingsMin) return undefined;
  const paceMs = median(spacings)!;
  if (paceMs < patchyIntervalMsMax || paceMs <= declaredMs) return undefined;
  return spacings.every((spacing) => Math.abs(spacing - paceMs) <= paceSlack * paceMs) ? paceMs : undefined;
}

/** Returns the median; undefined if fewer than two spacings are known. */
function median(spacings: readonly number[]): number | undefined {
  if (spacings.length < 2) return undefined;
  // If the number of spacings is even, the shorter of the two spacings in the middle is used: an early alarm is better
  // than a late alarm.
  const rank = Math.floor((spacings.length - 1) / 2);
  // Every value needs the median, and the list is short. So counting is faster than sorting.
  return spacings.find((spacing) => {
    let lessCount = 0;
    let equalCount = 0;
    for (const other of spacings)
      if (other < spacing) lessCount += 1;
      else if (other === spacing) equalCount += 1;
    return lessCount <= rank && rank < lessCount + equalCount;
  });
}

/** Returns the time without a valid value after which a parameter is silent, ms. */
export function noDataMsOf(intervalMs: number): number {
  return intervalMs > continuousIntervalMsMax
    ? noDataIntervals * intervalMs
    : Math.max(noDataIntervals * intervalMs, noDataMsMin);
}

/**
 * Returns whether a value is judged immediately and holds until the next value. A cuff pressure always is such a single
 * measurement.
 */
export function isSingle({ group }: Parameter, intervalMs: number): boolean {
  return intervalMs > continuousIntervalMsMax || group === 'NIBP';
}

const spacingsMax = 5;

/** Returns the spacings with one more spacing. Returns the same list if all spacings are equal to the new spacing. */
export function withSpacing(spacings: readonly number[], gapMs: number): readonly number[] {
  if (spacings.length < spacingsMax) return [...spacings, gapMs];
  for (const spacing of spacings) if (spacing !== gapMs) return [...spacings.slice(1), gapMs];
  return spacings;
}
