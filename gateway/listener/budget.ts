/** Bytes that all connections hold together. Above the maximum nobody is refused: all connections wait. */
export type Budget = {
  hold(bytes: number): void;
  release(bytes: number): void;
  isFull(): boolean;
  usedBytes(): number;
  /** Below 0 if more is in use than the maximum. */
  freeBytes(): number;
  /** Calls back once, when there is room again, in the order of the calls. At most one waiter for each connection. */
  onRoom(resume: () => void): void;
};

/** Connections go on at 3/4, so that they are not paused and resumed at every packet. */
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
