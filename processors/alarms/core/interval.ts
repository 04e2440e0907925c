/** How often a parameter is expected, and what follows from that (CLINICAL, "Judged or told", 1, 4, 6). Pure. */
import type { Parameter } from '../../../contracts/parameters.ts';

/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
const intervalMsDefault = 1_000;
/** A parameter that is expected less than once a minute is a single measurement (CLINICAL, "Judged or told", 6). */
export const singleMs = 60_000;
/** No data: no valid value for 3 intervals, and at least 20 s for a continuous parameter ("Judged or told", 4). */
const noDataIntervals = 3;
export const noDataMsMin = 20_000;

/** A parameter that is expected less often than this is never called intermittent: a minute would bring fewer than six values (ours). */
export const patchyIntervalMsMax = 10_000;

/** Returns how often a parameter is expected, ms. @param statusMs the interval that the device's status declared */
export function intervalOf(
  { episodicMs }: Pick<Parameter, 'episodicMs'>,
  declaredMs: number | null,
  spacings: readonly number[],
  statusMs = intervalMsDefault,
): number {
  // A cuff pressure beside a heart rate each second: the declared interval is not the cuff's.
  if (declaredMs !== null && (episodicMs === undefined || declaredMs > singleMs))
    return slowPaceOf(spacings, declaredMs) ?? declaredMs;
  return median(spacings) ?? episodicMs ?? statusMs;
}

/** Number of spacings that make a pace, and how far each may be from the middle one (ours). */
const paceSpacingsMin = 3;
const paceSlack = 0.2;

/**
 * Returns the own pace of a slow parameter. A declared interval is the pace of the messages, and a slow parameter is not in each of them.
 * The parameter has its own pace if it comes at even intervals and too seldom to be called intermittent. If it comes unevenly, it is
 * expected as declared.
 */
function slowPaceOf(spacings: readonly number[], declaredMs: number): number | undefined {
  if (spacings.length < paceSpacingsMin) return undefined;
  const paceMs = median(spacings)!;
  if (paceMs < patchyIntervalMsMax || paceMs <= declaredMs) return undefined;
  return spacings.every((spacing) => Math.abs(spacing - paceMs) <= paceSlack * paceMs) ? paceMs : undefined;
}

function median(spacings: readonly number[]): number | undefined {
  if (spacings.length < 2) return undefined;
  // Of two in the middle it takes the shorter. A value that is expected too early gives an alarm; one that is expected too late gives
  // silence.
  const rank = Math.floor((spacings.length - 1) / 2);
  // There are few spacings, and every value asks for the median, so it counts instead of sorting.
  return spacings.find((spacing) => {
    let less = 0;
    let same = 0;
    for (const other of spacings)
      if (other < spacing) less += 1;
      else if (other === spacing) same += 1;
    return less <= rank && rank < less + same;
  });
}

export function noDataMsOf(intervalMs: number): number {
  return intervalMs > singleMs ? noDataIntervals * intervalMs : Math.max(noDataIntervals * intervalMs, noDataMsMin);
}

/** Returns whether a value is judged at once and counts until the next one. A cuff pressure always does, however often it comes. */
export function isSingle({ group }: Parameter, intervalMs: number): boolean {
  return intervalMs > singleMs || group === 'NIBP';
}

const spacingsMax = 5;

/** Returns the spacings with one more. Returns the same list if the device keeps its pace. */
export function spacedBy(spacings: readonly number[], gapMs: number): readonly number[] {
  if (spacings.length < spacingsMax) return [...spacings, gapMs];
  for (const spacing of spacings) if (spacing !== gapMs) return [...spacings.slice(1), gapMs];
  return spacings;
}
