import { beforeEach, describe, expect, it } from 'vitest';
import type { WaveMessage } from '../../protocol/live.ts';
import type { SweepCanvas } from './sweeper.ts';
import { createPainter, frameMsFull, type Painter } from './wave-painter.ts';

const code = 'MDC_ECG_ELEC_POTL_II';
const row = { code, colour: '#fff', unit: 'mV', min: -20, max: 20, mmPerS: 25 };

/** Returns a canvas that counts strokes and clears. Tests in `tests/screens/` use a real canvas. */
function countingCanvas() {
  const counts = { strokes: 0, clears: 0 };
  const context = {
    clearRect: () => void counts.clears++,
    stroke: () => void counts.strokes++,
    beginPath() {},
    moveTo() {},
    lineTo() {},
    setTransform() {},
  };
  return { counts, canvas: { width: 0, height: 0, getContext: () => context } as unknown as SweepCanvas };
}

let nowMs: number;
let frames: (() => void)[];
let painter: Painter;
let bed: ReturnType<typeof countingCanvas>;

beforeEach(() => {
  [nowMs, frames] = [1_000_000, []];
  painter = createPainter(
    () => nowMs,
    (draw) => frames.push(draw),
  );
  bed = countingCanvas();
  painter.carryOut({ do: 'open', id: 1, associationId: 'assoc-01', canvas: bed.canvas });
  painter.carryOut({ do: 'rows', id: 1, rows: [row] });
  painter.carryOut({ do: 'size', id: 1, size: { width: 400, height: 60, ratio: 1 } });
  sendChunk();
});

/** Sends the last second of a rising wave to the painter. */
function sendChunk() {
  const samples = Buffer.from(Int16Array.from({ length: 100 }, (_, i) => i).buffer).toString('base64');
  const message: WaveMessage = {
    ...{ type: 'wave', associationId: 'assoc-01', code, rateHz: 100, scale: 0.01, offset: 0, samples, gap: false },
    start: new Date(nowMs - 1000).toISOString(),
  };
  painter.carryOut({ do: 'take', texts: [JSON.stringify(message)] });
}

/** Lets `count` frames of the browser pass, 60 a second, and sends new samples each second. */
function showFrames(count: number) {
  for (let i = 1; i <= count; i++) {
    nowMs += 1000 / 60;
    if (i % 60 === 0) sendChunk();
    for (const draw of frames.splice(0)) draw();
  }
}

function drawnIn(count: number): number {
  const before = bed.counts.strokes;
  showFrames(count);
  return bed.counts.strokes - before;
}

describe('createPainter', () => {
  it('the painter draws about 30 times a second if the browser has 60 frames a second', () => {
    showFrames(120);
    const drawn = drawnIn(240);
    expect(drawn).toBeGreaterThan(100);
    expect(drawn).toBeLessThanOrEqual(124);
  });

  it('the painter draws nothing on a canvas that is out of view, and draws again when the canvas is in view', () => {
    showFrames(120);
    painter.carryOut({ do: 'show', id: 1, isShown: false });
    expect(drawnIn(120)).toBe(0);
    painter.carryOut({ do: 'show', id: 1, isShown: true });
    expect(drawnIn(60)).toBeGreaterThan(20);
  });

  it('while waves are off, the canvases are empty and the painter requests no frames', () => {
    showFrames(120);
    const { clears } = bed.counts;
    painter.carryOut({ do: 'pace', frameMs: 0 });
    expect(bed.counts.clears).toBeGreaterThan(clears);
    expect(drawnIn(60)).toBe(0);
    expect(frames).toEqual([]);
    painter.carryOut({ do: 'pace', frameMs: frameMsFull });
    expect(drawnIn(60)).toBeGreaterThan(20);
  });

  it('the painter draws less often if the time between two frames is longer', () => {
    showFrames(120);
    painter.carryOut({ do: 'pace', frameMs: frameMsFull * 3 });
    expect(drawnIn(120)).toBeLessThanOrEqual(22);
  });

  it('the painter continues to draw after a message that it cannot read', () => {
    painter.carryOut({ do: 'take', texts: ['{"type":"wave",', '{"type":"wave","associationId":"assoc-01"}'] });
    showFrames(120);
    expect(drawnIn(60)).toBeGreaterThan(20);
  });

  it('lateMs returns the longest delay of a frame since the last call', () => {
    showFrames(60);
    painter.lateMs();
    showFrames(60);
    expect(painter.lateMs()).toBeLessThan(20);
    nowMs += 700;
    showFrames(2);
    expect(painter.lateMs()).toBeGreaterThan(650);
    showFrames(60);
    expect(painter.lateMs()).toBeLessThan(20);
  });

  it('lateMs includes the time for which the painter has waited for the next frame', () => {
    showFrames(60);
    painter.lateMs();
    nowMs += 5_000;
    expect(painter.lateMs()).toBeGreaterThan(4_900);
    painter.carryOut({ do: 'pace', frameMs: 0 });
    showFrames(2);
    nowMs += 5_000;
    painter.lateMs();
    expect(painter.lateMs()).toBe(0);
  });

  it('the painter requests no frame after the last canvas was closed', () => {
    painter.carryOut({ do: 'close', id: 1 });
    showFrames(2);
    expect(frames).toEqual([]);
  });
});
