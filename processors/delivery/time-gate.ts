/**
 * Delays the next call after a wait until the process has read everything that was in the log at the end of the wait.
 * Without this delay, the process could call the next person although the log has an answer. In this file, a reading
 * means that the process reads the log up to its end.
 */
import { attempt } from '../../process/timer-tasks.ts';

/**
 * Longest time for which a decision waits for the reading, ms (ours). If the answers cannot be read, the next person is
 * still called: an unnecessary call does less harm than a missing call.
 */
export const gateMsMax = 3_000;
/** Pause before the next try to read to the end, ms. */
const retryMs = 1_000;

export type TimeGate = {
  /**
   * Returns the time up to which waits may end now: when the last reading began, or the present if the log cannot be
   * read. For a wait that ended after this time, the log must be read again. Undefined while the log is being read. The
   * first call begins to read.
   */
  readUntilMs(): number | undefined;
  /**
   * Forgets the last reading, so that the next decision needs a new reading. Called at each decision about waits, and
   * when no wait is over.
   */
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
  /**
   * When a decision first asked for a reading after the last successful reading. While the readings keep failing, later
   * decisions do not wait the whole time again.
   */
  let sinceMs: number | undefined;
  let isReading = false;
  /** The start of the last successful reading; undefined after `shut`. */
  let readMs: number | undefined;
  /** Whether the gate was shut since the present reading began. If so, this reading does not open the gate. */
  let isOld = false;

  async function read(): Promise<void> {
    const beginMs = now();
    try {
      await readEnd();
      readMs = isOld ? undefined : beginMs;
      sinceMs = undefined;
    } catch {
      // `readEnd` has logged the failure.
      await new Promise((done) => setTimeout(done, retryMs).unref());
    }
    isReading = false;
    attempt('time-gate', onChange);
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
