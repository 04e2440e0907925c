/** Runs tasks in the order of their times. A played story has no other clock. */
export type Clockwork = {
  readonly nowMs: () => number;
  /**
   * Runs a task at the given time, or now if this time has passed. Tasks with the same time run in the order of the
   * calls.
   */
  at(atMs: number, task: () => void): void;
  /** @param nextDueMs returns the time at which `onDue` must be called, unless a task is due earlier */
  run(untilMs: number, nextDueMs: () => number, onDue: () => void): void;
};

/** More steps than any story needs. */
const stepsMax = 100_000;

export function createClockwork(startMs: number): Clockwork {
  const tasks: { readonly atMs: number; readonly task: () => void }[] = [];
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    at(atMs, task) {
      const entry = { atMs: Math.max(atMs, nowMs), task };
      let index = tasks.length;
      while (index > 0 && tasks[index - 1]!.atMs > entry.atMs) index -= 1;
      tasks.splice(index, 0, entry);
    },
    run(untilMs, nextDueMs, onDue) {
      for (let count = 0; ; count += 1) {
        if (count > stepsMax)
          throw new Error(`The story does not end. It has reached ${new Date(nowMs).toISOString()}.`);
        const next = tasks[0]?.atMs ?? Number.POSITIVE_INFINITY;
        const dueMs = Math.max(nextDueMs(), nowMs);
        if (Math.min(next, dueMs) > untilMs) return;
        if (next <= dueMs) {
          const { atMs, task } = tasks.shift()!;
          nowMs = atMs;
          task();
        } else {
          nowMs = dueMs;
          onDue();
        }
      }
    },
  };
}
