/**
 * Reduces the samples of a wave to columns of pixels. Each column keeps its smallest and its largest sample, so no
 * spike is lost, even on very slow paper.
 */

/** Samples of one chunk: physical values, NaN for a missing sample. */
export type Trace = { readonly startMs: number; readonly rateHz: number; readonly values: Float32Array };

/** One column of pixels, with the first, the last, the smallest and the largest sample in it. */
export type Column = { x: number; first: number; last: number; min: number; max: number };

/** A line without a gap. */
export type Stroke = Column[];

/** The place of the samples on the paper. */
export type Scale = { readonly startMs: number; readonly msPerPx: number; readonly widthPx: number };

/**
 * Returns the lines to draw. A line ends at a missing sample, and between two traces whose distance is more than
 * `joinMs`.
 * @param traces in the order of their times
 */
export function strokesOf(traces: readonly (Trace & { readonly joinMs: number })[], scale: Scale): Stroke[] {
  const { startMs, msPerPx, widthPx } = scale;
  const strokes: Stroke[] = [];
  let stroke: Stroke | undefined;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const trace of traces) {
    const stepMs = 1000 / trace.rateHz;
    if (trace.startMs - endMs > trace.joinMs) stroke = undefined;
    endMs = trace.startMs + trace.values.length * stepMs;
    // Uses one sample beyond each edge of the paper, so that the line reaches the edges.
    const from = Math.max(0, Math.floor((startMs - trace.startMs) / stepMs) - 1);
    const to = Math.min(trace.values.length, Math.ceil((startMs + widthPx * msPerPx - trace.startMs) / stepMs) + 2);
    if (from >= to) {
      stroke = undefined;
      continue;
    }
    if (from > 0) stroke = undefined;
    for (let i = from; i < to; i += 1) {
      const value = trace.values[i]!;
      if (Number.isNaN(value)) {
        stroke = undefined;
        continue;
      }
      const x = (trace.startMs + i * stepMs - startMs) / msPerPx;
      if (stroke === undefined) {
        stroke = [];
        strokes.push(stroke);
      }
      addSample(stroke, stepMs >= msPerPx ? x : Math.floor(x), value);
    }
  }
  return strokes;
}

function addSample(stroke: Stroke, x: number, value: number): void {
  const column = stroke.at(-1);
  if (column === undefined || column.x !== x) {
    stroke.push({ x, first: value, last: value, min: value, max: value });
    return;
  }
  column.last = value;
  if (value < column.min) column.min = value;
  if (value > column.max) column.max = value;
}

/** Returns the smallest and the largest value of the lines; undefined if the lines have no values. */
export function spanOfStrokes(strokes: readonly Stroke[]): { readonly min: number; readonly max: number } | undefined {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const stroke of strokes)
    for (const column of stroke) {
      min = Math.min(min, column.min);
      max = Math.max(max, column.max);
    }
  return min <= max ? { min, max } : undefined;
}

/** Returns the value of a wave at an instant; undefined in a gap. */
export function valueAt(traces: readonly Trace[], ms: number): number | undefined {
  for (const { startMs, rateHz, values } of traces) {
    const value = values[Math.round(((ms - startMs) * rateHz) / 1000)];
    if (ms >= startMs - 500 / rateHz && value !== undefined && !Number.isNaN(value)) return value;
  }
  return undefined;
}
