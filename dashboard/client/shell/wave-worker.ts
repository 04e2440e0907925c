/** Composition root of the worker: runs the wave painter outside of the main thread. */
import { createSteadyClock } from '../core/connection.ts';
import { createPainter, type PainterOrder } from './wave-painter.ts';

/** How often the worker reports how late its frames are. */
const reportEveryMs = 1000;

const steady = createSteadyClock(Date.now, () => performance.now());
const painter = createPainter(steady, (draw) => requestAnimationFrame(draw));
addEventListener('message', (message: MessageEvent<PainterOrder>) => painter.carryOut(message.data));
setInterval(() => postMessage({ lateMs: painter.lateMs() }), reportEveryMs);
