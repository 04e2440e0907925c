/** How often a parameter is expected, and what follows from it (CLINICAL, "Judged or told", 1, 4, 6). Pure. */
import type { Parameter } from '../../../contracts/parameters.ts';

/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
const intervalMsDefault = 1_000;
/** Whatever is expected less than once a minute is a single measurement (CLINICAL, "Judged or told", 6). */
export const singleMs = 60_000;
/** No data: nothing valid for 3 intervals, at least 20 s for what is continuous ("Judged or told", 4). */
const noDataIntervals = 3;
export const noDataMsMin = 20_000;

/** What is expected less often than this is not called intermittent: a minute would bring fewer than six values (ours). */
export const patchyIntervalMsMax = 10_000;

/** How often a parameter is expected, ms. @param statusMs what the device's status declared */
export function intervalOf(
  { episodicMs }: Pick<Parameter, 'episodicMs'>,
  declaredMs: number | null,
  spacings: readonly number[],
  statusMs = intervalMsDefault,
): number {
  // Beside a heart rate each second, a cuff pressure declares nothing of itself.
  if (declaredMs !== null && (episodicMs === undefined || declaredMs > singleMs))
    return slowPaceOf(spacings, declaredMs) ?? declaredMs;
  return median(spacings) ?? episodicMs ?? statusMs;
}

/** Spacings that make a pace, and how far each may be from the middle one (ours). */
const paceSpacingsMin = 3;
const paceSlack = 0.2;

/**
 * What a message declares is the pace of the messages: a slow parameter is not in each of them. Where a parameter comes as evenly as a
 * clock, and too seldom to be called intermittent, that is its own pace. One that comes unevenly is expected as declared.
 */
function slowPaceOf(spacings: readonly number[], declaredMs: number): number | undefined {
  if (spacings.length < paceSpacingsMin) return undefined;
  const paceMs = median(spacings)!;
  if (paceMs < patchyIntervalMsMax || paceMs <= declaredMs) return undefined;
  return spacings.every((one) => Math.abs(one - paceMs) <= paceSlack * paceMs) ? paceMs : undefined;
}

function median(spacings: readonly number[]): number | undefined {
  if (spacings.length < 2) return undefined;
  // Of two in the middle the shorter: to expect a value too early is told, to expect it too late is silence.
  const rank = Math.floor((spacings.length - 1) / 2);
  // They are few, and it is asked for with each value: counted, not sorted.
  return spacings.find((one) => {
    let less = 0;
    let same = 0;
    for (const other of spacings)
      if (other < one) less += 1;
      else if (other === one) same += 1;
    return less <= rank && rank < less + same;
  });
}

export function noDataMsOf(intervalMs: number): number {
  return intervalMs > singleMs ? noDataIntervals * intervalMs : Math.max(noDataIntervals * intervalMs, noDataMsMin);
}

/** Judged as it comes, and true until the next one. A cuff measures singly, however often. */
export function isSingle({ group }: Parameter, intervalMs: number): boolean {
  return intervalMs > singleMs || group === 'NIBP';
}

const spacingsMax = 5;

/** With one spacing more. Of a device that keeps its pace the same list. */
export function spacedBy(spacings: readonly number[], gapMs: number): readonly number[] {
  if (spacings.length < spacingsMax) return [...spacings, gapMs];
  for (const one of spacings) if (one !== gapMs) return [...spacings.slice(1), gapMs];
  return spacings;
}
