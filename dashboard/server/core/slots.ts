/**
 * Shares a fixed number of slots fairly among keys (accounts or addresses). There is a maximum of all slots and a
 * maximum for each key. A request that finds no slot waits in the queue of its key. The queues are served in rotation,
 * so a key with a thousand requests delays only itself.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

export type SlotBounds = {
  readonly atOnceMax: number;
  readonly atOncePerKeyMax: number;
  /**
   * Maximum number of waiting requests of all keys. If there are more, the newest request of the longest queue is
   * refused.
   */
  readonly waitingMax: number;
  readonly waitingPerKeyMax: number;
};

export type Slots = {
  /**
   * Waits for a slot. The returned function gives the slot back; calling it again does nothing. Rejects with the error
   * of `refuse` if too many requests wait.
   */
  enter(key: string): Promise<() => void>;
  /** Waits for a slot, does the work, and gives the slot back. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  usedSlots(): number;
  waiting(): number;
};

type Waiter = { readonly key: string; begin(): void; refuse(): void };

/** @param refuse creates the error for a refused request */
export function createSlots(bounds: SlotBounds, refuse: () => Error): Slots {
  const { atOnceMax, atOncePerKeyMax, waitingMax, waitingPerKeyMax } = bounds;
  const queue = createFairQueue<Waiter>(waitingMax);
  const usedSlotsOf = new Map<string, number>();
  let usedCount = 0;

  const mayUseSlot = (key: string) => (usedSlotsOf.get(key) ?? 0) < atOncePerKeyMax;

  function takeSlot(key: string): () => void {
    usedCount += 1;
    usedSlotsOf.set(key, (usedSlotsOf.get(key) ?? 0) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      usedCount -= 1;
      const remaining = (usedSlotsOf.get(key) ?? 1) - 1;
      if (remaining === 0) usedSlotsOf.delete(key);
      else usedSlotsOf.set(key, remaining);
      startWaiting();
    };
  }

  function startWaiting(): void {
    while (usedCount < atOnceMax) {
      const nextWaiter = queue.take(mayUseSlot);
      if (nextWaiter === undefined) return;
      nextWaiter.begin();
    }
  }

  function enter(key: string): Promise<() => void> {
    if (usedCount < atOnceMax && mayUseSlot(key)) return Promise.resolve(takeSlot(key));
    if (queue.sizeOf(key) >= waitingPerKeyMax) return Promise.reject(refuse());
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    queue.add(key, { key, begin: () => resolve(takeSlot(key)), refuse: () => reject(refuse()) })?.refuse();
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
    usedSlots: () => usedCount,
    waiting: queue.size,
  };
}
