/**
 * A queue of tasks, one for each fetched batch. kafkajs does not fetch while a batch is handled. So the reader puts
 * each batch into this queue immediately, and kafkajs fetches the next records while the queue runs its tasks one after
 * the other.
 *
 * A task never runs in the same turn of the event loop in which it was put into the queue. In that turn, kafkajs puts
 * all batches of a fetch into the queue and requests the next fetch. Timers run between two tasks of a fetch only if a
 * task waits for something. So a timer that looks for silent devices runs after all batches of a fetch were handled.
 */

/** The members of a record from which its size is computed. */
export type SizedRecord = { readonly key: Buffer | null; readonly value: Buffer | null };

export type ReadAheadQueue = {
  /** Adds a task to the queue. The task must not reject. Resolves when the queue has room for more. */
  put(records: readonly SizedRecord[], task: () => Promise<void>): Promise<void>;
  /** Resolves when all tasks are done. */
  done(): Promise<void>;
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Estimated memory of the objects around a record (our choice). */
const recordBytes = 256;

function bytesOf(records: readonly SizedRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + recordBytes + (key?.length ?? 0) + (value?.length ?? 0), 0);
}

/**
 * Creates a queue. Its size is counted in bytes and not in records, because one record can have up to 1 MiB.
 * @param bytesMax while the queue has more bytes than this, `put` does not resolve
 */
export function createReadAheadQueue(bytesMax: number): ReadAheadQueue {
  let waitingBytes = 0;
  let lastTask = Promise.resolve();
  const waitingCallers = new Set<() => void>();

  async function run(bytes: number, task: () => Promise<void>): Promise<void> {
    await task();
    waitingBytes -= bytes;
    if (waitingBytes <= bytesMax) {
      for (const resolve of waitingCallers) resolve();
      waitingCallers.clear();
    }
  }

  return {
    async put(records, task) {
      const bytes = bytesOf(records);
      waitingBytes += bytes;
      const formerTask = lastTask;
      lastTask = nextTurn()
        .then(() => formerTask)
        .then(() => run(bytes, task));
      if (waitingBytes > bytesMax) await new Promise<void>((resolve) => waitingCallers.add(resolve));
    },
    done: () => lastTask,
  };
}
