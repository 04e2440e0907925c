/**
 * Draws a bed's waves on one canvas. Each frame draws only the new samples and clears the erase bar ahead of the pen.
 * Missing samples are gaps in the line.
 */
import { type Gain, gainFor, gainY, spanOf } from '../core/gain.ts';
import { eraseSpans, oldestVisibleMs, type Sweep, sweepOf, sweepX } from '../core/sweep.ts';
import { indexAt, sampleAt, timeOf } from '../core/wave-buffer.ts';
import type { StoredBed, StoredWave } from './wave-store.ts';

export type SweepRow = {
  readonly code: string;
  readonly colour: string;
  readonly unit: string;
  /** Plausible range of a sample. */
  readonly min: number;
  readonly max: number;
  readonly mmPerS: number;
};
/** A canvas of the page, or an offscreen canvas in a worker. */
export type SweepCanvas = HTMLCanvasElement | OffscreenCanvas;
/** `width`, `height`: CSS pixels. `ratio`: the number of device pixels in a CSS pixel. */
export type SweepSize = { readonly width: number; readonly height: number; readonly ratio: number };

export type Sweeper = {
  rows(rows: readonly SweepRow[]): void;
  size(size: SweepSize): void;
  /** Draws the samples up to the event time `penMs`. */
  draw(bed: StoredBed, penMs: number): void;
  /** Empties the canvas. The next `draw` draws all samples in the buffers. */
  blank(): void;
};

/** Seconds of samples from which the vertical scale is computed. */
const gainSeconds = 6;
/** Time between two computations of the vertical scale. */
const gainEveryMs = 1500;
const rowGapPx = 4;

type Trace = SweepRow & {
  /** Index of the first sample that is not drawn yet. */
  nextIndex: number;
  penMs: number;
  epoch: number;
  gain: Gain | undefined;
  gainAtMs: number;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSweeper(canvas: SweepCanvas): Sweeper {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  let traces: Trace[] = [];
  let width = 0;
  let height = 0;

  function blank() {
    context.clearRect(0, 0, width, height);
    for (const trace of traces) trace.penMs = Number.NaN;
  }

  function drawTrace(trace: Trace, wave: StoredWave, penMs: number, top: number, rowHeight: number) {
    const sweep = sweepOf(width, trace.mmPerS);
    const { buffer } = wave;
    if (penMs - trace.gainAtMs > gainEveryMs || !trace.gain || trace.epoch !== wave.epoch) {
      const gain = measuredGain(trace, wave, penMs);
      if (gain !== trace.gain) trace.penMs = Number.NaN;
      trace.gain = gain;
      trace.gainAtMs = penMs;
    }
    if (!trace.gain) return;
    const oldestIndex = Math.max(buffer.first, indexAt(buffer, oldestVisibleMs(sweep, penMs)) + 1);
    if (Number.isNaN(trace.penMs) || trace.epoch !== wave.epoch || penMs < trace.penMs) {
      context.clearRect(0, top - rowGapPx / 2, width, rowHeight + rowGapPx);
      trace.nextIndex = oldestIndex;
    } else {
      for (const span of eraseSpans(sweep, trace.penMs, penMs))
        context.clearRect(span.x, top - rowGapPx / 2, span.width, rowHeight + rowGapPx);
      // Also draws late samples, which came after the pen had passed their place.
      trace.nextIndex = Math.max(oldestIndex, Math.min(trace.nextIndex, wave.lateFrom));
    }
    wave.lateFrom = Number.POSITIVE_INFINITY;
    trace.epoch = wave.epoch;
    trace.penMs = penMs;
    const lastIndex = Math.min(buffer.next - 1, indexAt(buffer, penMs));
    if (lastIndex < trace.nextIndex) return;
    stroke(trace, wave, sweep, lastIndex, top, rowHeight, trace.gain);
    trace.nextIndex = lastIndex + 1;
  }

  function stroke(
    trace: Trace,
    wave: StoredWave,
    sweep: Sweep,
    lastIndex: number,
    top: number,
    rowHeight: number,
    gain: Gain,
  ) {
    const { buffer } = wave;
    context.strokeStyle = trace.colour;
    context.lineWidth = 1.5;
    context.beginPath();
    let isJoined = false;
    let lastX = 0;
    for (let i = trace.nextIndex - 1; i <= lastIndex; i++) {
      const value = sampleAt(buffer, i);
      if (Number.isNaN(value)) {
        isJoined = false;
        continue;
      }
      const x = sweepX(sweep, timeOf(buffer, i));
      const y = top + gainY(gain, value, rowHeight);
      // A line from the right edge to the left edge is not drawn.
      if (isJoined && x >= lastX) context.lineTo(x, y);
      else context.moveTo(x, y);
      isJoined = true;
      lastX = x;
    }
    context.stroke();
  }

  return {
    blank,
    rows(rows) {
      traces = rows.map((row) => ({
        ...row,
        nextIndex: 0,
        penMs: Number.NaN,
        epoch: -1,
        gain: undefined,
        gainAtMs: Number.NEGATIVE_INFINITY,
      }));
      blank();
    },
    size(size) {
      width = size.width;
      height = size.height;
      const [w, h] = [Math.max(1, Math.round(width * size.ratio)), Math.max(1, Math.round(height * size.ratio))];
      if (canvas.width !== w) canvas.width = w;
      if (canvas.height !== h) canvas.height = h;
      context.setTransform(w / Math.max(1, width), 0, 0, h / Math.max(1, height), 0, 0);
      context.lineJoin = 'round';
      blank();
    },
    draw(bed, penMs) {
      if (width < 8 || height < 8) return;
      const rowHeight = height / Math.max(1, traces.length);
      traces.forEach((trace, i) => {
        const wave = bed.waves.get(trace.code);
        if (wave) drawTrace(trace, wave, penMs, i * rowHeight + rowGapPx / 2, rowHeight - rowGapPx);
      });
    },
  };
}

function measuredGain(trace: Trace, { buffer }: StoredWave, penMs: number): Gain | undefined {
  const from = Math.max(buffer.first, indexAt(buffer, penMs - gainSeconds * 1000));
  const samples = new Float32Array(Math.max(0, buffer.next - from));
  for (let i = 0; i < samples.length; i++) samples[i] = sampleAt(buffer, from + i);
  const span = spanOf(samples, trace, trace.unit);
  return span === undefined ? trace.gain : gainFor(trace.gain, span.min, span.max, trace.unit);
}
