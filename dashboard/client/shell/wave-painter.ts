/**
 * The wave painter: stores the received waves and draws them on all canvases of the page. The painter runs in a worker
 * (`wave-worker.ts`), so that drawing does not delay the main thread. If the browser cannot draw in a worker, the
 * painter runs on the main thread with fewer frames.
 */
import type { WaveMessage } from '../../protocol/live.ts';
import { createSweeper, type SweepCanvas, type Sweeper, type SweepRow, type SweepSize } from './sweeper.ts';
import { createWaveStore } from './wave-store.ts';

/** An order of the page to the painter. `id` identifies a canvas. */
export type PainterOrder =
  | { readonly do: 'open'; readonly id: number; readonly associationId: string; readonly canvas: SweepCanvas }
  | { readonly do: 'rows'; readonly id: number; readonly rows: readonly SweepRow[] }
  | { readonly do: 'size'; readonly id: number; readonly size: SweepSize }
  /** Says whether a canvas is in view. The painter does not draw canvases out of view. */
  | { readonly do: 'show'; readonly id: number; readonly isShown: boolean }
  | { readonly do: 'close'; readonly id: number }
  /** Stores wave messages of the server, in JSON. */
  | { readonly do: 'take'; readonly texts: readonly string[] }
  /** Keeps the waves of these beds, and forgets the waves of all other beds. */
  | { readonly do: 'keep'; readonly associationIds: ReadonlySet<string> }
  | { readonly do: 'clear' }
  /** Sets the time between two frames; 0 switches the waves off and empties the canvases. */
  | { readonly do: 'pace'; readonly frameMs: number };

export type Painter = {
  carryOut(order: PainterOrder): void;
  /** Returns the longest delay of a frame since the last call, ms. The frame that has not come yet counts too. */
  lateMs(): number;
};

/**
 * At 25 mm/s and 30 frames a second the pen moves 3 px per frame. This looks smooth, and is half the work of 60 frames
 * a second.
 */
export const frameMsFull = 1000 / 31;

type DrawnCanvas = { readonly associationId: string; readonly sweeper: Sweeper; isShown: boolean };

/**
 * @param now a steady clock, ms
 * @param requestFrame calls `draw` at the next frame of the browser
 */
export function createPainter(now: () => number, requestFrame: (draw: () => void) => void): Painter {
  const store = createWaveStore();
  const canvases = new Map<number, DrawnCanvas>();
  let frameMs = frameMsFull;
  let lastFrameMs = Number.NEGATIVE_INFINITY;
  let worstLateMs = 0;
  let isRunning = false;

  function run() {
    if (isRunning || frameMs === 0 || canvases.size === 0) return;
    isRunning = true;
    lastFrameMs = now();
    requestFrame(frame);
  }

  function frame() {
    if (frameMs === 0 || canvases.size === 0) {
      isRunning = false;
      return;
    }
    requestFrame(frame);
    const nowMs = now();
    const passedMs = nowMs - lastFrameMs;
    if (passedMs < frameMs) return;
    worstLateMs = Math.max(worstLateMs, passedMs - frameMs);
    lastFrameMs = nowMs;
    for (const { associationId, sweeper, isShown } of canvases.values()) {
      const bed = isShown ? store.bed(associationId) : undefined;
      const penMs = bed ? store.pen(bed, nowMs) : Number.NaN;
      if (bed && !Number.isNaN(penMs)) sweeper.draw(bed, penMs);
    }
  }

  function storeMessage(text: string) {
    try {
      store.take(JSON.parse(text) as WaveMessage, now());
    } catch {
      // A message that cannot be read leaves a gap in the trace.
    }
  }

  return {
    carryOut(order) {
      switch (order.do) {
        case 'open': {
          const { associationId, canvas } = order;
          canvases.set(order.id, { associationId, sweeper: createSweeper(canvas), isShown: true });
          return run();
        }
        case 'rows':
          return canvases.get(order.id)?.sweeper.rows(order.rows);
        case 'size':
          return canvases.get(order.id)?.sweeper.size(order.size);
        case 'show': {
          const drawn = canvases.get(order.id);
          if (!drawn || drawn.isShown === order.isShown) return;
          drawn.isShown = order.isShown;
          return drawn.sweeper.blank();
        }
        case 'close':
          canvases.delete(order.id);
          return;
        case 'take':
          return order.texts.forEach(storeMessage);
        case 'keep':
          return store.keep(order.associationIds);
        case 'clear':
          return store.clear();
        case 'pace':
          frameMs = order.frameMs;
          if (frameMs === 0) for (const { sweeper } of canvases.values()) sweeper.blank();
          return run();
      }
    },
    lateMs() {
      const waitsMs = isRunning ? now() - lastFrameMs - frameMs : 0;
      const worst = Math.max(worstLateMs, waitsMs);
      worstLateMs = 0;
      return worst;
    },
  };
}
