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
  /** Returns whether the time may decide now. The first call begins to read. */
  isOpen(): boolean;
  /** Notes that the time has decided. Its next decision needs another reading. */
  shut(): void;
};

/**
 * @param options.readEnd resolves when everything that was in the log at the call has been handed out
 * @param options.onChange called when `isOpen` may return another value
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
  let isRead = false;
  /** Whether the time has decided since the present reading began. Then this reading says nothing about the next decision. */
  let isOld = false;

  async function read(): Promise<void> {
    try {
      await readEnd();
      isRead = !isOld;
      sinceMs = undefined;
    } catch {
      await new Promise((done) => setTimeout(done, retryMs).unref());
    }
    isReading = false;
    onChange();
  }

  return {
    isOpen() {
      if (isRead) return true;
      sinceMs ??= now();
      if (!isReading) {
        isReading = true;
        isOld = false;
        void read();
      }
      // The clock may have been set back.
      return Math.abs(now() - sinceMs) >= gateMsMax;
    },
    shut() {
      isRead = false;
      isOld = true;
    },
  };
}
