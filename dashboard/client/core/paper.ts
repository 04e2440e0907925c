/**
 * Geometry of waves that are drawn as on paper: the place of an instant, the millimetre grid, and the labels of times.
 * All places are CSS pixels from the left edge of the paper.
 */
import { hourMs, minuteMs, secondMs } from '../../../contracts/durations.ts';

/** Speeds of paper, mm/s, and gains of an ECG, mm/mV, as on electrocardiographs. */
export const paperSpeedChoices = [6.25, 12.5, 25, 50] as const;
export const ecgGainChoices = [2.5, 5, 10, 20] as const;
export type PaperSpeed = (typeof paperSpeedChoices)[number];
export type EcgGain = (typeof ecgGainChoices)[number];

/** CSS pixels in a millimetre by the definition of CSS. A real millimetre of a screen may differ. */
export const cssPxPerMm = 96 / 25.4;
/** A person may calibrate a screen to a number of CSS pixels in a millimetre within this range. */
export const pxPerMmMin = 1;
export const pxPerMmMax = 20;

export type Paper = {
  /** The instant at the left edge, ms since 1970. */
  readonly startMs: number;
  readonly widthPx: number;
  readonly mmPerSecond: number;
  readonly pxPerMm: number;
};

export function msPerPx({ mmPerSecond, pxPerMm }: Pick<Paper, 'mmPerSecond' | 'pxPerMm'>): number {
  return secondMs / (mmPerSecond * pxPerMm);
}

/** Returns the time that the paper shows, ms. */
export function shownMs(paper: Omit<Paper, 'startMs'>): number {
  return paper.widthPx * msPerPx(paper);
}

export const endMsOf = (paper: Paper): number => paper.startMs + shownMs(paper);

export function xOf(paper: Paper, ms: number): number {
  return (ms - paper.startMs) / msPerPx(paper);
}

export function timeAt(paper: Paper, x: number): number {
  return paper.startMs + x * msPerPx(paper);
}

export type Bounds = { readonly firstMs: number; readonly lastMs: number };

/**
 * Returns the start of the view: the wanted start, moved into the bounds. A view that is longer than the bounds begins
 * at the first instant.
 */
export function startWithin(wantedMs: number, viewMs: number, { firstMs, lastMs }: Bounds): number {
  return Math.max(firstMs, Math.min(wantedMs, lastMs - viewMs));
}

/** How far each key moves the view. `ms`: by a time. `view`: by a part of the shown time. */
const keyMoves: Readonly<Record<string, { readonly view?: number; readonly ms?: number }>> = {
  ArrowLeft: { ms: -secondMs },
  ArrowRight: { ms: secondMs },
  PageUp: { view: -0.9 },
  PageDown: { view: 0.9 },
};

/**
 * Returns the start of the view after the press of a key. `live`: the key goes to the present. Undefined: the key has
 * no meaning. With Shift, an arrow moves the view by a tenth of its usual distance.
 */
export function startAfterKey(
  key: string,
  isShift: boolean,
  startMs: number,
  viewMs: number,
  bounds: Bounds,
): number | 'live' | undefined {
  if (key === 'Home') return bounds.firstMs;
  if (key === 'End') return 'live';
  const move = keyMoves[key];
  if (move === undefined) return undefined;
  const byMs = (move.ms ?? 0) * (isShift ? 0.1 : 1) + (move.view ?? 0) * viewMs;
  return startWithin(startMs + byMs, viewMs, bounds);
}

export type GridLine = { readonly at: number; readonly isBold: boolean };

/** If the distance of the thin lines of the grid is below this, px, the thin lines are left out. */
const thinPxMin = 3;

/**
 * Returns the vertical lines of the grid, one line for each millimetre. Each fifth line is bold. The lines belong to
 * instants, so that the grid moves with the waves.
 */
export function verticalLines(paper: Paper): GridLine[] {
  const stepMs = secondMs / paper.mmPerSecond;
  const every = paper.pxPerMm < thinPxMin ? 5 : 1;
  const first = Math.ceil(paper.startMs / stepMs);
  const last = Math.floor(endMsOf(paper) / stepMs);
  const lines: GridLine[] = [];
  for (let n = first; n <= last; n += 1)
    if (n % every === 0) lines.push({ at: xOf(paper, n * stepMs), isBold: n % 5 === 0 });
  return lines;
}

/** Returns the horizontal lines of a row: a line for each millimetre, counted from the middle of the row. */
export function horizontalLines(heightPx: number, pxPerMm: number): GridLine[] {
  const every = pxPerMm < thinPxMin ? 5 : 1;
  const count = Math.floor(heightPx / 2 / pxPerMm);
  const lines: GridLine[] = [];
  for (let n = -count; n <= count; n += 1)
    if (n % every === 0) lines.push({ at: heightPx / 2 + n * pxPerMm, isBold: n % 5 === 0 });
  return lines;
}

const labelSteps = [1, 2, 5, 10, 15, 30, 60].map((seconds) => seconds * secondMs);

/** Returns the instants that get a label. They are whole seconds, with at least `spacePx` from label to label. */
export function labelTimes(paper: Paper, spacePx: number): number[] {
  const stepMs = labelSteps.find((step) => step / msPerPx(paper) >= spacePx) ?? minuteMs;
  const times: number[] = [];
  for (let ms = Math.ceil(paper.startMs / stepMs) * stepMs; ms < endMsOf(paper); ms += stepMs) times.push(ms);
  return times;
}

/**
 * Returns the whole hours of a span, in local time. All hours have the same length, even in the night in which the
 * clocks are changed.
 * @param offsetMinutesAt how far the local time is behind UTC at an instant, minutes (`Date.getTimezoneOffset`)
 */
export function wholeHours({ firstMs, lastMs }: Bounds, offsetMinutesAt: (ms: number) => number): number[] {
  const offsetMs = (offsetMinutesAt(firstMs) % 60) * minuteMs;
  const hours: number[] = [];
  for (let ms = Math.ceil((firstMs - offsetMs) / hourMs) * hourMs + offsetMs; ms <= lastMs; ms += hourMs)
    hours.push(ms);
  return hours;
}

/**
 * Returns the instant of a typed time of day: the latest instant with this time that is not in the future. If the time
 * comes twice because the clocks are set back, this is the second instant.
 * @param text `14:03` or `14:03:07`
 * @param timeOfDayAt returns the local time of day at an instant, seconds since midnight
 * @returns undefined if the text is not a time of day, or if the last day has no such time
 */
export function instantOfTime(text: string, nowMs: number, timeOfDayAt: (ms: number) => number): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim()) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const wanted = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const nowS = Math.floor(nowMs / secondMs);
  // Checks each candidate, because the local time of day may jump.
  const backS = (((timeOfDayAt(nowS * secondMs) - wanted) % 86_400) + 86_400) % 86_400;
  for (const shiftS of [-3_600, 0, 3_600]) {
    const candidateMs = (nowS - backS - shiftS) * secondMs;
    if (candidateMs <= nowMs && timeOfDayAt(candidateMs) === wanted) return candidateMs;
  }
  return undefined;
}
