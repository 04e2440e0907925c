/**
 * Geometry of a printed strip, in millimetres: 25 mm/s, and 10 mm/mV for an ECG, as on the paper of a recorder. A strip
 * has two halves of 10 s: before and after the onset. The screen and the PDF draw the same geometry. Pure.
 */
import type { Strip, StripChunk } from './messages/strips.ts';
import { missingSample, type ParameterGroup, waves } from './parameters.ts';
import { bytesOfBase64 } from './strip-bytes.ts';
import { stripSideMs } from './strip-key.ts';
import { parseInstant } from './time.ts';

const mmPerSecond = 25;
const mmPerMv = 10;
/** Width of one half, mm. */
export const halfMm = (stripSideMs / 1_000) * mmPerSecond;
/** Lowest and highest height of an ECG, mm (ours). Every other wave has the height `otherMm`. */
const ecgMm = { min: 20, max: 50 } as const;
const otherMm = 25;
/** An empty time of at least this length is drawn as a gap, ms (ours). */
const gapMsMin = 40;

export type Point = { readonly x: number; readonly y: number };
export type HalfDrawing = {
  readonly lines: readonly (readonly Point[])[];
  /** Times without samples. */
  readonly gaps: readonly { readonly x: number; readonly width: number }[];
};
export type WaveDrawing = {
  readonly code: string;
  readonly label: string;
  /** UCUM; `1` for a wave without a unit. */
  readonly unit: string;
  readonly group: ParameterGroup;
  readonly isEcg: boolean;
  readonly heightMm: number;
  /** Parts of the wave are beyond the edges of the row, and are drawn on the edge. */
  readonly isCut: boolean;
  /** The values at the upper and the lower edge. */
  readonly topValue: number;
  readonly bottomValue: number;
  readonly halves: readonly [HalfDrawing, HalfDrawing];
};

/** Samples without a break: time since the onset in ms, and value. */
type Run = { readonly startMs: number; readonly stepMs: number; readonly values: number[] };

export function drawingsOf({ chunks, onsetAt }: Pick<Strip, 'chunks' | 'onsetAt'>): WaveDrawing[] {
  const onsetMs = parseInstant(onsetAt) ?? 0;
  return [...Map.groupBy(chunks, ({ code }) => code)].map(([code, ofWave]) => drawingOf(code, runsOf(ofWave, onsetMs)));
}

function drawingOf(code: string, runs: readonly Run[]): WaveDrawing {
  const { label, unit, group } = waves.get(code) ?? { label: code, unit: '1', group: 'HR' as const };
  const isEcg = unit === 'mV';
  const { min, max } = rangeOf(runs);
  const heightMm = isEcg ? Math.min(ecgMm.max, Math.max(ecgMm.min, Math.ceil((max - min) * mmPerMv) + 4)) : otherMm;
  const perMm = isEcg ? 1 / mmPerMv : (max - min || 2) / (heightMm - 2);
  // An artefact can be far higher than the row. Then the middle of the row is the median: around the middle between the
  // lowest and the highest value, the rest of the ECG would be a flat line at an edge.
  const isCut = isEcg && (max - min) / perMm > heightMm;
  const topValue = (isCut ? medianOf(runs) : (max + min) / 2) + (heightMm / 2) * perMm;
  const yOf = (value: number) => Math.min(heightMm, Math.max(0, (topValue - value) / perMm));
  const half = (fromMs: number): HalfDrawing => ({ lines: linesOf(runs, fromMs, yOf), gaps: gapsOf(runs, fromMs) });
  return {
    ...{ code, label, unit, group, isEcg, heightMm, isCut, topValue },
    bottomValue: topValue - heightMm * perMm,
    halves: [half(-stripSideMs), half(0)],
  };
}

/**
 * Splits the samples where a sample is missing, and where a message does not begin at the end of the previous message.
 */
function runsOf(chunks: readonly StripChunk[], onsetMs: number): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  for (const { start, rateHz, scale, offset, samples } of chunks) {
    const stepMs = 1_000 / rateHz;
    const startMs = (parseInstant(start) ?? Number.NaN) - onsetMs;
    const bytes = bytesOfBase64(samples);
    const view = new DataView(bytes.buffer);
    const endMs = open && open.startMs + open.values.length * open.stepMs;
    if (endMs === undefined || open?.stepMs !== stepMs || Math.abs(endMs - startMs) > 1.5 * stepMs) open = undefined;
    for (let at = 0; at + 1 < bytes.length; at += 2) {
      const sample = view.getInt16(at, true);
      const atMs = startMs + (at / 2) * stepMs;
      if (sample === missingSample) open = undefined;
      else {
        if (open === undefined) {
          open = { startMs: atMs, stepMs, values: [] };
          runs.push(open);
        }
        open.values.push(sample * scale + offset);
      }
    }
  }
  return runs.filter(({ startMs }) => Number.isFinite(startMs));
}

function rangeOf(runs: readonly Run[]): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs, stepMs, values } of runs)
    for (const [at, value] of values.entries()) {
      if (Math.abs(startMs + at * stepMs) > stripSideMs) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

/** Returns the median of all values of the wave. */
function medianOf(runs: readonly Run[]): number {
  const inside = runs.flatMap(({ startMs, stepMs, values }) =>
    values.filter((_, at) => Math.abs(startMs + at * stepMs) <= stripSideMs),
  );
  const sorted = Float64Array.from(inside).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const xOf = (ms: number, fromMs: number) => ((ms - fromMs) / 1_000) * mmPerSecond;

function linesOf(runs: readonly Run[], fromMs: number, yOf: (value: number) => number): Point[][] {
  return runs
    .map(({ startMs, stepMs, values }) =>
      values.flatMap((value, at): Point[] => {
        const ms = startMs + at * stepMs;
        return ms < fromMs || ms > fromMs + stripSideMs ? [] : [{ x: xOf(ms, fromMs), y: yOf(value) }];
      }),
    )
    .filter((points) => points.length > 0);
}

function gapsOf(runs: readonly Run[], fromMs: number): HalfDrawing['gaps'] {
  const toMs = fromMs + stripSideMs;
  const covered = runs
    .map(({ startMs, stepMs, values }) => ({ fromMs: startMs, toMs: startMs + values.length * stepMs }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const gaps: { x: number; width: number }[] = [];
  let atMs = fromMs;
  for (const span of [...covered, { fromMs: toMs, toMs }]) {
    const endMs = Math.min(span.fromMs, toMs);
    if (endMs - atMs >= gapMsMin) gaps.push({ x: xOf(atMs, fromMs), width: xOf(endMs, atMs) });
    atMs = Math.max(atMs, span.toMs);
  }
  return gaps;
}

/**
 * Returns the mark with which an ECG begins: 1 mV for 200 ms, around the middle of the row. Its width and its height
 * are in mm.
 */
export function calibrationOf({ heightMm }: Pick<WaveDrawing, 'heightMm'>): readonly Point[] {
  const bottom = heightMm / 2 + mmPerMv / 2;
  const top = bottom - mmPerMv;
  return [
    { x: 0, y: bottom },
    { x: 1, y: bottom },
    { x: 1, y: top },
    { x: 6, y: top },
    { x: 6, y: bottom },
    { x: 7, y: bottom },
  ];
}
