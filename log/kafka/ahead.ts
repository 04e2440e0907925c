/**
 * Batches that were fetched and wait to be handed out, one after the other. kafkajs fetches nothing while it hands a batch out; what it
 * hands out waits here instead, and the next records come meanwhile. So nothing is handed out in the turn of the event loop in which it
 * was put: kafkajs puts all batches of one fetch and asks for the next in that turn, and the broker works on it while these are handed
 * out. There is no pause between two batches: a timer that judges silence finds all of one fetch handed out, as far as its tasks wait for
 * nothing themselves.
 */

/** A record as it waits. */
export type Waiting = { readonly key: Buffer | null; readonly value: Buffer | null };

export type Ahead = {
  /** Puts a task, which must not reject, behind those that wait. Resolves when so little waits that more may be fetched. */
  put(records: readonly Waiting[], task: () => Promise<void>): Promise<void>;
  /** Resolves when all that was put is done. */
  done(): Promise<void>;
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** About what the objects around a record's bytes take (ours). */
const recordBytes = 256;

function bytesOf(records: readonly Waiting[]): number {
  return records.reduce((sum, { key, value }) => sum + recordBytes + (key?.length ?? 0) + (value?.length ?? 0), 0);
}

/**
 * Bytes are counted and not records: a device may send 256 kB at once, and some thousand such records would be more than the memory.
 * @param bytesMax while more wait than these, `put` does not resolve
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
