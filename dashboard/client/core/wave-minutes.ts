/**
 * Decides which minutes of waves a page must load, and which loaded minutes the page forgets. A page keeps only some
 * minutes around its view.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';

/** Maximum number of minutes that a page keeps (ours): about 3 MB of samples for four waves. */
export const keptMinutesMax = 40;
/** Maximum number of minutes in one request (dashboard/protocol/wave-history.ts). */
const requestMinutesMax = 5;

/** How long the page waits before it asks again for a minute that may get further samples, ms (ours). */
const askAgainMs = 5_000;

/** Times are by the clock of the device, ms since 1970. */
export type LoadedMinute = {
  readonly fromMs: number;
  /**
   * The samples of the minute are loaded up to this instant. Later samples may still come, or the page did not ask for
   * them.
   */
  readonly knownToMs: number;
  /** When the newest answer about this minute came. */
  readonly answeredMs: number;
};

/** Returns whether samples of a minute are still missing; true for a minute that is not loaded. */
const isOpen = (minute: LoadedMinute | undefined): boolean =>
  minute === undefined || minute.knownToMs < minute.fromMs + minuteMs;

export const minuteOf = (ms: number): number => Math.floor(ms / minuteMs) * minuteMs;

function minutesOf({ fromMs, toMs }: TimeSpan): number[] {
  const minutes: number[] = [];
  for (let ms = minuteOf(fromMs); ms < toMs; ms += minuteMs) minutes.push(ms);
  return minutes;
}

/**
 * Returns the span that the page must request next: the first missing minutes of the view. If no minute of the view is
 * missing, returns the missing minutes beside the view. Undefined if all these minutes are loaded. A minute of the view
 * that was loaded before its end counts as missing, because its other samples may have come since.
 * @param nowMs the present by the clock of the device; later minutes have no samples
 */
export function nextRequest(
  view: TimeSpan,
  loaded: ReadonlyMap<number, LoadedMinute>,
  nowMs: number,
): TimeSpan | undefined {
  const besides = { fromMs: view.fromMs - minuteMs, toMs: view.toMs + minuteMs };
  const isDue = (ms: number, span: TimeSpan): boolean => {
    const minute = loaded.get(ms);
    if (minute === undefined) return true;
    return span === view && isOpen(minute) && nowMs - minute.answeredMs >= askAgainMs;
  };
  for (const span of [view, besides]) {
    const missing = minutesOf(span).filter((ms) => ms <= nowMs && isDue(ms, span));
    const [first] = missing;
    if (first === undefined) continue;
    let count = 1;
    while (count < requestMinutesMax && missing[count] === first + count * minuteMs) count += 1;
    return { fromMs: first, toMs: first + count * minuteMs };
  }
  return undefined;
}

/** Returns whether samples of the view are still missing. */
export function hasOpenMinute(view: TimeSpan, loaded: ReadonlyMap<number, LoadedMinute>): boolean {
  return minutesOf(view).some((ms) => isOpen(loaded.get(ms)));
}

/** Returns the loaded minutes to forget: if there are more than `max`, the minutes that are furthest from the view. */
export function minutesToForget(
  view: TimeSpan,
  loaded: ReadonlyMap<number, LoadedMinute>,
  max = keptMinutesMax,
): number[] {
  const middleMs = (view.fromMs + view.toMs) / 2;
  const byDistance = [...loaded.keys()].sort((a, b) => Math.abs(b - middleMs) - Math.abs(a - middleMs));
  return byDistance.slice(0, Math.max(0, loaded.size - max));
}
