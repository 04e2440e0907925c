/**
 * Schedules the work for screens that change what they show. Only one piece of work is done in each turn of the event loop,
 * so that alarms and acts are handled in between. The accounts are served in rotation. An account is limited by the time
 * that its pieces take, not by their number, because a view may show a small ward or the whole hospital.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

/**
 * After each piece of work an account rests for the duration of the piece times this number (ours). So one account uses at
 * most a fifth of the process's time.
 */
export const restTimes = 4;
/** The queue is checked this often while all waiting accounts rest. */
const lookEveryMs = 5;
/** Maximum of waiting pieces. Each screen has at most one, and there are at most 500 screens (core/screen-places.ts). */
const piecesMax = 1_000;

export type WatchTurns = {
  /** Does a piece of work when its turn comes. Rejects with the error of the work, or if too many pieces wait. */
  run<T>(account: string, work: () => T): Promise<T>;
};

type Piece = { readonly account: string; begin(): void; refuse(): void };

/** @param monotonicMs a clock that never jumps */
export function createWatchTurns(monotonicMs: () => number): WatchTurns {
  const queue = createFairQueue<Piece>(piecesMax);
  const restUntilMs = new Map<string, number>();
  let isAwake = false;

  function workOne(): void {
    const startMs = monotonicMs();
    for (const [account, untilMs] of restUntilMs) if (untilMs <= startMs) restUntilMs.delete(account);
    const piece = queue.take((account) => !restUntilMs.has(account));
    if (piece !== undefined) {
      piece.begin();
      const endMs = monotonicMs();
      restUntilMs.set(piece.account, endMs + restTimes * (endMs - startMs));
    }
    isAwake = queue.size() > 0;
    if (!isAwake) return;
    if (piece === undefined) setTimeout(workOne, lookEveryMs);
    else setImmediate(workOne);
  }

  return {
    run(account, work) {
      return new Promise((resolve, reject) => {
        const piece: Piece = {
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
        queue.add(account, piece)?.refuse();
        if (isAwake) return;
        isAwake = true;
        setImmediate(workOne);
      });
    },
  };
}
