/**
 * Lets the time decide only after the process has read what was in the log by then. Otherwise the end of a wait would call the next person
 * although an answer is in the log and has not been read yet.
 */

/**
 * Longest time for which a decision waits for the reading, ms (ours). If the answers cannot be read, the next person is still called: a call
 * too many does less harm than an alarm that nobody hears of.
 */
export const gateMsMax = 3_000;
/** Pause before the next try to read to the end, ms. */
const retryMs = 1_000;

export type TimeGate = {
  /**
   * Returns the time up to which waits may end now: when the last reading began, or the present if the log cannot be
   * read. A wait that ended later needs another reading. Undefined while the log is being read. The first call begins
   * to read.
   */
  readUntilMs(): number | undefined;
  /** Forgets what was read. Called when the time has decided, and when no wait is over any more. */
  shut(): void;
};

/**
 * @param options.readEnd resolves when everything that was in the log at the call has been handed out
 * @param options.onChange called when `readUntilMs` may return another value
 */
export function createTimeGate(options: {
  readonly readEnd: () => Promise<void>;
  readonly onChange: () => void;
  readonly now: () => number;
}): TimeGate {
  const { readEnd, onChange, now } = options;
  /** When the first reading without a success began. While it goes on, later decisions do not wait again. */
  let sinceMs: number | undefined;
  let isReading = false;
  /** When the last reading began that has succeeded and is not forgotten. */
  let readMs: number | undefined;
  /** Whether the gate was shut since the present reading began. Then this reading says nothing about the next decision. */
  let isOld = false;

  async function read(): Promise<void> {
    const beginMs = now();
    try {
      await readEnd();
      readMs = isOld ? undefined : beginMs;
      sinceMs = undefined;
    } catch {
      await new Promise((done) => setTimeout(done, retryMs).unref());
    }
    isReading = false;
    onChange();
  }

  return {
    readUntilMs() {
      // The clock may have been set back.
      if (readMs !== undefined) return Math.min(readMs, now());
      sinceMs ??= now();
      if (!isReading) {
        isReading = true;
        isOld = false;
        void read();
      }
      return Math.abs(now() - sinceMs) >= gateMsMax ? now() : undefined;
    },
    shut() {
      readMs = undefined;
      isOld = true;
    },
  };
}
