/**
 * Batches that were fetched and wait to be handed out, one after the other. kafkajs fetches nothing while it hands a batch out; what it
 * hands out waits here instead, and the next records come meanwhile. There is no pause between two batches: a timer that judges silence
 * finds all of one fetch handed out, as far as its tasks wait for nothing themselves.
 */

export type Ahead = {
  /** Puts a task, which must not reject, behind those that wait. Resolves when so few records wait that more may be fetched. */
  put(records: number, task: () => Promise<void>): Promise<void>;
  /** Resolves when all that was put is done. */
  done(): Promise<void>;
};

/** @param recordsMax while more wait than these, `put` does not resolve */
export function createAhead(recordsMax: number): Ahead {
  let waiting = 0;
  let last = Promise.resolve();
  const watchers = new Set<() => void>();

  async function run(records: number, task: () => Promise<void>): Promise<void> {
    await task();
    waiting -= records;
    if (waiting <= recordsMax) {
      for (const resolve of watchers) resolve();
      watchers.clear();
    }
  }

  return {
    async put(records, task) {
      waiting += records;
      last = last.then(() => run(records, task));
      if (waiting > recordsMax) await new Promise<void>((resolve) => watchers.add(resolve));
    },
    done: () => last,
  };
}
