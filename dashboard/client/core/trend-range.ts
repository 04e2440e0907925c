/** Computes the scale of a trend chart. Also decides which times of the axis have room for a text. */
import { parameters } from '../../../contracts/parameters.ts';
import { type LimitLine, rangeWithLimits } from './trend-limits.ts';

/**
 * The shortest scale for whole numbers, and the shortest scale for tenths (ours). On a shorter scale, noise would look
 * like an event.
 */
const leastLength = 10;
const leastLengthOfTenths = 4;

/**
 * Returns the lower and upper end of the scale. The scale contains the curve and its limits with some room, but no
 * impossible values, such as an SpO2 of 110 %.
 * @param least the least value of the chart; null if the chart has no value
 */
export function chartRange(
  codes: readonly string[],
  [least, greatest]: readonly [least: number | null, greatest: number | null],
  limits: readonly LimitLine[],
): [number, number] {
  if (least === null || greatest === null || !Number.isFinite(least) || !Number.isFinite(greatest)) return [0, 1];
  const ofChart = codes.flatMap((code) => parameters.get(code) ?? []);
  const length = ofChart.some(({ digits }) => digits > 0) ? leastLengthOfTenths : leastLength;
  const [min, max] = rangeWithLimits(least, greatest, limits);
  const room = Math.max(length / 5, (max - min) * 0.1, (length - (max - min)) / 2);
  const lowest = Math.min(min, ...ofChart.map((parameter) => parameter.min));
  const highest = Math.max(max, ...ofChart.map((parameter) => parameter.max));
  const [low, high] = [Math.max(lowest, Math.floor(min - room)), Math.min(highest, Math.ceil(max + room))];
  // If one end cannot move further, the opposite end moves, so that the scale gets its length.
  return [Math.max(lowest, Math.min(low, high - length)), Math.min(highest, Math.max(high, low + length))];
}

/**
 * Returns the text for each time of the axis. The text is empty if its right end would not fit into the chart or into
 * the room beside the chart.
 * @param ticks `leftPx`: the distance of the time from the left end of the axis; `textPx`: the width of its text
 * @param roomPx the room to the right of the axis, px
 */
export function timeTexts(
  ticks: readonly { readonly text: string; readonly leftPx: number; readonly textPx: number }[],
  widthPx: number,
  roomPx: number,
): string[] {
  return ticks.map(({ text, leftPx, textPx }) => (leftPx + textPx / 2 > widthPx + roomPx ? '' : text));
}
