/**
 * Schedules the work for screens that change what they show. Only one item of work is done in each round of the event
 * loop, so that alarms and acts are handled in between. The accounts are served in rotation. For each account, the time
 * of its items is limited, not their number, because one view may show a small ward and another view the whole
 * hospital.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

/**
 * After an item of work, its account pauses for the duration of the item multiplied by this factor (ours). So one
 * account uses at most a fifth of the process's time.
 */
export const restFactor = 4;
/** While all accounts with waiting items must pause, the queue is checked this often. */
const checkEveryMs = 5;
/**
 * Maximum number of waiting items. Each screen has at most one item, and there are at most 500 screens
 * (core/connection-limits.ts).
 */
const itemsMax = 1_000;

export type ScreenWorkQueue = {
  /**
   * Does an item of work after the earlier items of the same account. Rejects with the error of the work, or if too
   * many items wait.
   */
  run<T>(account: string, work: () => T): Promise<T>;
};

type WorkItem = { readonly account: string; begin(): void; refuse(): void };

/** @param monotonicMs a clock that never jumps */
export function createScreenWorkQueue(monotonicMs: () => number): ScreenWorkQueue {
  const queue = createFairQueue<WorkItem>(itemsMax);
  const restUntilMs = new Map<string, number>();
  let isScheduled = false;

  function doNextItem(): void {
    const startMs = monotonicMs();
    for (const [account, untilMs] of restUntilMs) if (untilMs <= startMs) restUntilMs.delete(account);
    const workItem = queue.take((account) => !restUntilMs.has(account));
    if (workItem !== undefined) {
      workItem.begin();
      const endMs = monotonicMs();
      restUntilMs.set(workItem.account, endMs + restFactor * (endMs - startMs));
    }
    isScheduled = queue.size() > 0;
    if (!isScheduled) return;
    if (workItem === undefined) setTimeout(doNextItem, checkEveryMs);
    else setImmediate(doNextItem);
  }

  return {
    run(account, work) {
      return new Promise((resolve, reject) => {
        const workItem: WorkItem = {
          account,
          begin() {
            try {
              resolve(work());
            } catch (error) {
              reject(error);
            }
          },
          refuse: () => reject(new Error('too many screens change what they show')),
        };
        queue.add(account, workItem)?.refuse();
        if (isScheduled) return;
        isScheduled = true;
        setImmediate(doNextItem);
      });
    },
  };
}
