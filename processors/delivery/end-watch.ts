/**
 * Checks that readers reach the ends of their topics. A reader that hangs looks like a reader of a topic without new
 * records. Only a comparison with the end of the topic shows the difference.
 */
import type { Logger } from 'pino';

/** Pause between two checks, ms. */
const checkEveryMs = 2_000;

export type EndWatch = {
  /** Returns a time, ms. All records that were written before this time were handed out. */
  readMs(): number;
  close(): void;
};

/**
 * Starts the checks. Only one check runs at a time, so checks do not pile up when a reader hangs.
 * @param options.reachEnds one function for each reader. The function resolves when the reader has handed out all
 * records that were in its topics at the call. When this watch starts, all readers are at the ends of their topics.
 */
export function watchEnds(options: {
  readonly reachEnds: readonly (() => Promise<unknown>)[];
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}): EndWatch {
  const { reachEnds, now, log } = options;
  let readMs = now();
  let isClosed = false;
  let timer = setTimeout(check, checkEveryMs);

  async function check(): Promise<void> {
    // The check does not cover records that come while it runs.
    const beginMs = now();
    try {
      await Promise.all(reachEnds.map((reachEnd) => reachEnd()));
      readMs = beginMs;
    } catch (error) {
      if (!isClosed)
        log.warn({ error: (error as Error).message }, 'the ends of the topics cannot be read, trying again');
    }
    if (!isClosed) timer = setTimeout(check, checkEveryMs);
  }

  return {
    readMs: () => readMs,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

export type EndReading = Pick<EndWatch, 'readMs'> & {
  /**
   * Resolves when the reader has handed out all that is in its topics now. If the ends cannot be read, logs the error
   * and rejects.
   */
  readEnd(): Promise<void>;
};

/** Reads to the end when `readEnd` is called. Remembers when the last successful reading began. */
export function createEndReading(options: {
  readonly reachEnd: () => Promise<unknown>;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}): EndReading {
  const { reachEnd, now, log } = options;
  let readMs = now();
  return {
    readMs: () => readMs,
    async readEnd() {
      // The reading does not cover records that come after its start.
      const beginMs = now();
      try {
        await reachEnd();
        readMs = beginMs;
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'the ends of the topics cannot be read, trying again');
        throw error;
      }
    },
  };
}
