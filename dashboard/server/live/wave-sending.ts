/**
 * Sends waves to the screens. Chunks that come shortly after each other are sent together: encryption and the kernel
 * then work once for each screen, and not once for each chunk. Alarms and numbers do not wait here.
 */
import type { Duplex } from 'node:stream';
import { runAfter } from '../../../process/timer-tasks.ts';
import type { Chunk } from '../core/waves.ts';
import { doFor } from './outbox.ts';
import type { Screen } from './screen-connection.ts';
import { waveText } from './wave-text.ts';

/**
 * How long a chunk waits for other chunks, ms (ours). The wait is not visible, because a page draws each chunk later
 * than it arrives, by at least the length of a chunk.
 */
export const wavesEveryMs = 40;
/** Maximum number of chunks that wait. At this number, the waiting chunks are sent at once. */
const waitingMax = 1_000;

/** A screen and its connection. A corked connection holds back everything that is written, until it is uncorked. */
export type WaveTarget = {
  readonly screen: Pick<Screen, 'wave' | 'fail'>;
  readonly transport: Pick<Duplex, 'cork' | 'uncork'> | undefined;
};

export type WaveSending = {
  /** Sends a chunk within `wavesEveryMs`. */
  add(chunk: Chunk): void;
  /**
   * Sends all waiting chunks. Must be called before a screen begins to watch. The screen then gets all kept chunks, and
   * these include the waiting chunks: without this call, the screen would get these chunks twice.
   */
  flush(): void;
  close(): void;
};

export function createWaveSending(targets: () => Iterable<WaveTarget>): WaveSending {
  let waiting: Chunk[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const chunks = waiting.map((chunk) => ({ chunk, text: textOnce(chunk) }));
    waiting = [];
    if (chunks.length === 0) return;
    for (const { screen, transport } of targets()) {
      // An error of one connection must not stop the waves of other connections. An uncaught error in the timer would
      // end the process.
      doFor(screen, () => {
        transport?.cork();
        try {
          for (const { chunk, text } of chunks) screen.wave(chunk, text);
        } finally {
          // A connection that stayed corked would hold back alarms.
          transport?.uncork();
        }
      });
    }
  }

  return {
    add(chunk) {
      waiting.push(chunk);
      if (waiting.length >= waitingMax) flush();
      else timer ??= runAfter('waves', wavesEveryMs, flush);
    },
    flush,
    close: () => clearTimeout(timer),
  };
}

/** Returns a function that makes the text of a chunk when it is first called. */
function textOnce(chunk: Chunk): () => string {
  let text: string | undefined;
  return () => {
    text ??= waveText(chunk, false);
    return text;
  };
}
