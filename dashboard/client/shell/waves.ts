/**
 * Passes wave messages, canvases and sizes from the page to the wave painter. The painter runs in a worker if the
 * browser can draw there.
 */
import { createSteadyClock } from '../core/connection.ts';
import { type PaintWatch, startWatch, watchAfterCheck, watchAfterReport } from '../core/paint-watch.ts';
import type { SweepRow } from './sweeper.ts';
import { createPainter, frameMsFull, type PainterOrder } from './wave-painter.ts';

/** Time between two frames if the painter runs on the main thread, where numbers and alarms come first. */
const frameMsOnMainThread = 100;
/**
 * How long wave messages are collected before the worker gets all of them. To wake the worker takes longer than to
 * parse a message. This delay is far below `playoutMarginMs`.
 */
const batchMs = 50;
/** How often the page checks whether its painter still paints. */
const lookEveryMs = 500;

export type OpenWaves = { rows(rows: readonly SweepRow[]): void; close(): void };
export type Waves = ReturnType<typeof openWaves>;

/**
 * @param onLate called about once a second with the longest delay of the painter's frames, ms
 * @param onStuck called with true when the painter has stopped, and with false when it draws again
 */
export function openWaves(onLate: (lateMs: number) => void, onStuck: (isStuck: boolean) => void) {
  const painter = canUseWorker() ? paintInWorker(onLate, onStuck) : paintHere();
  const canvases = new Map<Element, number>();
  let lastId = 0;
  let texts: string[] = [];
  let keptIds: ReadonlySet<string> = new Set();

  function sendTexts() {
    if (texts.length > 0) painter.order({ do: 'take', texts });
    texts = [];
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const id = canvases.get(target);
      const { width, height } = contentRect;
      const ratio = window.devicePixelRatio || 1;
      if (id !== undefined) painter.order({ do: 'size', id, size: { width, height, ratio } });
    }
  });
  const views = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const id = canvases.get(target);
      if (id !== undefined) painter.order({ do: 'show', id, isShown: isIntersecting });
    }
  });

  return {
    /** Starts to draw a bed's waves on a canvas. May be called only once for each canvas. */
    open(canvas: HTMLCanvasElement, associationId: string): OpenWaves {
      const id = ++lastId;
      canvases.set(canvas, id);
      painter.open(id, associationId, canvas);
      sizes.observe(canvas);
      views.observe(canvas);
      return {
        rows: (rows) => painter.order({ do: 'rows', id, rows }),
        close() {
          sizes.unobserve(canvas);
          views.unobserve(canvas);
          canvases.delete(canvas);
          painter.order({ do: 'close', id });
        },
      };
    },
    /** Passes the text of a wave message on to the painter. */
    take(text: string) {
      if (texts.length === 0) setTimeout(sendTexts, batchMs);
      texts.push(text);
    },
    /** Keeps the waves of these beds, and forgets the waves of all other beds. */
    keep(associationIds: Iterable<string>) {
      const ids = new Set(associationIds);
      if (ids.symmetricDifference(keptIds).size === 0) return;
      keptIds = ids;
      painter.order({ do: 'keep', associationIds: ids });
    },
    clear() {
      texts = [];
      painter.order({ do: 'clear' });
    },
    /** Sets the rate of frames as a fraction of the full rate; 0 switches waves off. */
    pace: (rateFraction: number) =>
      painter.order({ do: 'pace', frameMs: rateFraction === 0 ? 0 : painter.frameMs / rateFraction }),
  };
}

type PainterHandle = {
  readonly frameMs: number;
  order(order: PainterOrder): void;
  open(id: number, associationId: string, canvas: HTMLCanvasElement): void;
};

function canUseWorker(): boolean {
  return typeof Worker === 'function' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
}

function paintInWorker(onLate: (lateMs: number) => void, onStuck: (isStuck: boolean) => void): PainterHandle {
  const worker = new Worker(new URL('./wave-worker.ts', import.meta.url), { type: 'module' });
  const steady = createSteadyClock(Date.now, () => performance.now());
  let watch = startWatch(steady());
  /**
   * Whether the worker has thrown an error. After an error the page never shows the worker's drawing again, even if the
   * worker still sends reports.
   */
  let isBroken = false;

  function setWatch(next: PaintWatch) {
    const isChanged = next.isStuck !== watch.isStuck;
    watch = next;
    if (isChanged && !isBroken) onStuck(watch.isStuck);
  }

  worker.onmessage = ({ data }: MessageEvent<{ lateMs: number }>) => {
    onLate(data.lateMs);
    setWatch(watchAfterReport(watch, data.lateMs, steady()));
  };
  worker.onerror = () => {
    isBroken = true;
    onStuck(true);
  };
  setInterval(() => setWatch(watchAfterCheck(watch, steady(), !document.hidden)), lookEveryMs);
  return {
    frameMs: frameMsFull,
    order: (order) => worker.postMessage(order),
    open(id, associationId, canvas) {
      const offscreen = canvas.transferControlToOffscreen();
      worker.postMessage({ do: 'open', id, associationId, canvas: offscreen } satisfies PainterOrder, [offscreen]);
    },
  };
}

function paintHere(): PainterHandle {
  const steady = createSteadyClock(Date.now, () => performance.now());
  const painter = createPainter(steady, (draw) => requestAnimationFrame(draw));
  painter.carryOut({ do: 'pace', frameMs: frameMsOnMainThread });
  return {
    frameMs: frameMsOnMainThread,
    order: painter.carryOut,
    open: (id, associationId, canvas) => painter.carryOut({ do: 'open', id, associationId, canvas }),
  };
}
