/**
 * Watches that readers reach the ends of their topics. A reader that stands still looks like a topic in which nothing happens; only the
 * comparison with the end shows the difference.
 */
import type { Logger } from 'pino';

/** Pause between two checks, ms. */
const checkEveryMs = 2_000;

export type EndWatch = {
  /** Returns the newest time for which it is known that all records written before it were handed out, ms. */
  readMs(): number;
  close(): void;
};

/**
 * Begins to watch. Only one check runs at a time, so a reader that stands still costs nothing more.
 * @param options.reachEnds resolve when the reader has handed out all that is in its topics at the call. Now, all readers are there.
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
    // Records that come during the check are not part of it.
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
