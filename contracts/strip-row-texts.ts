/**
 * The texts at the waves of a printed strip. The screen has these texts in its own language
 * (dashboard/client/ui/strip-waves.tsx). Pure.
 */
import type { Strip } from './messages/strips.ts';
import type { WaveDrawing } from './strip-drawing.ts';

/** The titles of the two halves of a strip. */
export const halfTitles = ['10 s before the onset', '10 s after the onset'] as const;

/** Returns what the squares of the paper mean. */
export function scaleText({ isEcg, isCut, unit, topValue, bottomValue }: WaveDrawing): string {
  const cutText = isCut ? '. The wave is too high for the row: what is beyond its edges is drawn on the edge' : '';
  if (isEcg) return `25 mm/s, 10 mm/mV: a large square is 0.2 s and 0.5 mV, and the mark at the left is 1 mV${cutText}`;
  const shown = (value: number) => Number(value.toPrecision(3));
  return `25 mm/s: a large square is 0.2 s; from ${shown(bottomValue)} to ${shown(topValue)} ${unit === '1' ? '(no unit)' : unit}`;
}

/** Returns what a hatched part of the paper means. If messages cannot be read, a gap may be such a message. */
export function gapText({ unreadable }: Pick<Strip, 'unreadable'>): string {
  return unreadable === undefined ? 'no samples' : 'no samples, or cannot be read';
}

/** Smallest width of a gap that has room for its text, mm. */
const gapTextMmMin = { short: 18, long: 44 } as const;

/** Returns whether a gap has room for its text. */
export function hasRoomForText(widthMm: number, strip: Pick<Strip, 'unreadable'>): boolean {
  return widthMm >= (strip.unreadable === undefined ? gapTextMmMin.short : gapTextMmMin.long);
}
