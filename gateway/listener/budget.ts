/** Counts the memory that all connections use together. Above the maximum all connections wait; none is refused. */
export type Budget = {
  hold(bytes: number): void;
  release(bytes: number): void;
  isFull(): boolean;
  usedBytes(): number;
  /** Returns the maximum minus the used bytes. Below 0 if more than the maximum is used. */
  freeBytes(): number;
  /** Calls `resume` once, when there is space again. Callbacks are called in the order of the calls. Each connection may wait only once. */
  onRoom(resume: () => void): void;
};

/** Waiting connections are resumed at this part of the maximum, so that they are not paused and resumed at every packet. */
const resumeFraction = 0.75;

export function createBudget(bytesMax: number): Budget {
  let used = 0;
  let waiting: (() => void)[] = [];
  return {
    hold(bytes) {
      used += bytes;
    },
    release(bytes) {
      used -= bytes;
      if (waiting.length === 0 || used > bytesMax * resumeFraction) return;
      const resumed = waiting;
      waiting = [];
      for (const resume of resumed) resume();
    },
    isFull: () => used >= bytesMax,
    usedBytes: () => used,
    freeBytes: () => bytesMax - used,
    onRoom(resume) {
      waiting.push(resume);
    },
  };
}
