/**
 * Counts the memory that all connections use together. Above the maximum all connections wait, and no connection is
 * refused.
 */
export type Budget = {
  hold(bytes: number): void;
  release(bytes: number): void;
  isFull(): boolean;
  usedBytes(): number;
  /** Returns the maximum minus the used bytes. Below 0 if more than the maximum is used. */
  freeBytes(): number;
  /**
   * Calls `resume` once, when there is space again. Several callbacks are called in the order in which they were
   * passed.
   */
  callWhenSpace(resume: () => void): void;
};

/**
 * Waiting connections are resumed at this fraction of the maximum, so that they are not paused and resumed at every
 * packet.
 */
const resumeFraction = 0.75;

export function createBudget(bytesMax: number): Budget {
  let currentBytes = 0;
  let callbacks: (() => void)[] = [];
  return {
    hold(bytes) {
      currentBytes += bytes;
    },
    release(bytes) {
      currentBytes -= bytes;
      if (callbacks.length === 0 || currentBytes > bytesMax * resumeFraction) return;
      const dueCallbacks = callbacks;
      callbacks = [];
      for (const resume of dueCallbacks) resume();
    },
    isFull: () => currentBytes >= bytesMax,
    usedBytes: () => currentBytes,
    freeBytes: () => bytesMax - currentBytes,
    callWhenSpace(resume) {
      callbacks.push(resume);
    },
  };
}
