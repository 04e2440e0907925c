/**
 * Batches that were fetched and wait to be handed out, one after the other. kafkajs fetches nothing while it hands a batch out. So the
 * batches wait here instead, and kafkajs fetches the next records meanwhile. A batch is never handed out in the same turn of the event
 * loop in which it was put: in that turn kafkajs puts all batches of one fetch and asks for the next, and the broker works on it while
 * these are handed out. There is no pause between two batches. So a timer that judges silence finds all of one fetch handed out, unless
 * one of its tasks waits for something.
 */

/** A record that waits. */
export type Waiting = { readonly key: Buffer | null; readonly value: Buffer | null };

export type Ahead = {
  /** Adds a task behind those that wait; it must not reject. Resolves when so little waits that more may be fetched. */
  put(records: readonly Waiting[], task: () => Promise<void>): Promise<void>;
  /** Resolves when all tasks are done. */
  done(): Promise<void>;
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** About how many bytes the objects around a record take (ours). */
const recordBytes = 256;

function bytesOf(records: readonly Waiting[]): number {
  return records.reduce((sum, { key, value }) => sum + recordBytes + (key?.length ?? 0) + (value?.length ?? 0), 0);
}

/**
 * Counts bytes and not records: a device may send 256 kB at once, and some thousand such records would need more than the memory.
 * @param bytesMax while more bytes wait than this, `put` does not resolve
 */
export function createAhead(bytesMax: number): Ahead {
  let waiting = 0;
  let last = Promise.resolve();
  const watchers = new Set<() => void>();

  async function run(bytes: number, task: () => Promise<void>): Promise<void> {
    await task();
    waiting -= bytes;
    if (waiting <= bytesMax) {
      for (const resolve of watchers) resolve();
      watchers.clear();
    }
  }

  return {
    async put(records, task) {
      const bytes = bytesOf(records);
      waiting += bytes;
      const before = last;
      last = nextTurn()
        .then(() => before)
        .then(() => run(bytes, task));
      if (waiting > bytesMax) await new Promise<void>((resolve) => watchers.add(resolve));
    },
    done: () => last,
  };
}
