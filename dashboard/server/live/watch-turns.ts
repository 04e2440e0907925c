/**
 * Schedules the work for screens that change what they show: one piece in a turn of the event loop, accounts in turn,
 * so that alarms and acts go between. An account's pieces are counted by the time that they took, since a ward may be
 * small or a whole house.
 */
import { createFairQueue } from '../../../process/fair-queue.ts';

/**
 * After a piece an account's next one waits this many times as long as the piece took: one account has a fifth of the
 * process at most (ours).
 */
export const restTimes = 4;
/** While all waiting accounts rest, the line is checked this often. */
const lookEveryMs = 5;
/** Pieces that wait. A screen has one, and there are no more than 500 screens (core/screen-places.ts). */
const piecesMax = 1_000;

export type WatchTurns = {
  /** Does a piece of work when its turn comes. Rejects with the error of the work, or if too much waits. */
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
