/**
 * Shares a fixed number of slots fairly among keys (accounts or addresses). There is a maximum of all slots and a maximum
 * for each key. A request that finds no slot waits in the queue of its key. The queues are served in rotation, so a key
 * with a thousand requests delays only itself.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

export type SlotBounds = {
  readonly atOnceMax: number;
  readonly atOncePerKeyMax: number;
  /** Maximum of waiting requests of all keys. If there are more, the newest request of the longest queue is refused. */
  readonly waitingMax: number;
  readonly waitingPerKeyMax: number;
};

export type Slots = {
  /**
   * Waits for a slot. The returned function gives the slot back; calling it again does nothing. Rejects with the error of
   * `refuse` if too many requests wait.
   */
  enter(key: string): Promise<() => void>;
  /** Waits for a slot, does the work, and gives the slot back. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  atWork(): number;
  waiting(): number;
};

type Waiter = { readonly key: string; begin(): void; refuse(): void };

/** @param refuse creates the error for a refused request */
export function createSlots(bounds: SlotBounds, refuse: () => Error): Slots {
  const { atOnceMax, atOncePerKeyMax, waitingMax, waitingPerKeyMax } = bounds;
  const queue = createFairQueue<Waiter>(waitingMax);
  const workOf = new Map<string, number>();
  let atWork = 0;

  const mayWork = (key: string) => (workOf.get(key) ?? 0) < atOncePerKeyMax;

  function begin(key: string): () => void {
    atWork += 1;
    workOf.set(key, (workOf.get(key) ?? 0) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      atWork -= 1;
      const remaining = (workOf.get(key) ?? 1) - 1;
      if (remaining === 0) workOf.delete(key);
      else workOf.set(key, remaining);
      wake();
    };
  }

  function wake(): void {
    while (atWork < atOnceMax) {
      const next = queue.take(mayWork);
      if (next === undefined) return;
      next.begin();
    }
  }

  function enter(key: string): Promise<() => void> {
    if (atWork < atOnceMax && mayWork(key)) return Promise.resolve(begin(key));
    if (queue.sizeOf(key) >= waitingPerKeyMax) return Promise.reject(refuse());
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    queue.add(key, { key, begin: () => resolve(begin(key)), refuse: () => reject(refuse()) })?.refuse();
    return promise;
  }

  return {
    enter,
    async run(key, work) {
      const leave = await enter(key);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    atWork: () => atWork,
    waiting: queue.size,
  };
}
