/**
 * Places at work that are shared fairly: a number in all and a number for each key (an account, an address). A request
 * that finds no place waits in its key's line. The lines are served in turn, so a key that asks a thousand times waits
 * behind itself.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

export type SlotBounds = {
  readonly atOnceMax: number;
  readonly atOncePerKeyMax: number;
  /** Requests that wait in all; past it the newest of the longest line is refused. */
  readonly waitingMax: number;
  readonly waitingPerKeyMax: number;
};

export type Slots = {
  /**
   * Waits for a place. The returned function gives it back; a second call does nothing. Rejects with the error of
   * `refuse` if too many wait.
   */
  enter(key: string): Promise<() => void>;
  /** Holds a place while the work goes on. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  atWork(): number;
  waiting(): number;
};

type Waiter = { readonly key: string; begin(): void; refuse(): void };

/** @param refuse makes the error for a request that is turned away */
export function createSlots(bounds: SlotBounds, refuse: () => Error): Slots {
  const { atOnceMax, atOncePerKeyMax, waitingMax, waitingPerKeyMax } = bounds;
  const queue = createFairQueue<Waiter>(waitingMax);
  const workOf = new Map<string, number>();
  let atWork = 0;

  const mayWork = (key: string) => (workOf.get(key) ?? 0) < atOncePerKeyMax;

  function begin(key: string): () => void {
    atWork += 1;
    workOf.set(key, (workOf.get(key) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      atWork -= 1;
      const rest = (workOf.get(key) ?? 1) - 1;
      if (rest === 0) workOf.delete(key);
      else workOf.set(key, rest);
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
