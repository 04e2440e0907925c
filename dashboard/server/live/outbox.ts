/** Sends to one screen's socket, within its budget. */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { closeCodes } from '../../protocol/pace.ts';
import { admit, type Budget, type Load } from '../core/budget.ts';

/** A socket that takes nothing does not take the close frame either. */
export const cutOffMs = 1_000;

export type ScreenSocket = Pick<WebSocket, 'send' | 'close' | 'terminate' | 'bufferedAmount'>;

export type Outbox = {
  /** @returns whether it was sent; `text` is made only in that case */
  send(load: Load, text: () => string): boolean;
  /**
   * Called when a snapshot of this many bytes goes out: the budget for waiting bytes grows with it, and nothing waits
   * any more.
   */
  restart(bytes: number): void;
  /** Called when numerics begin to wait, or end waiting: how long they may wait is part of the budget. */
  hold(holding: boolean): void;
  end(code: number, reason: string): void;
  /** The code with which we ended it. */
  endedWith(): number | undefined;
};

export function createOutbox(socket: ScreenSocket, budget: Budget, now: () => number, logger: Logger): Outbox {
  let closeBytesMax = budget.closeBytesMax;
  let heldSinceMs = 0;
  let endCode: number | undefined;

  function end(code: number, reason: string): void {
    if (endCode !== undefined) return;
    endCode = code;
    socket.close(code, reason);
  }

  return {
    end,
    endedWith: () => endCode,
    hold(holding) {
      if (!holding) heldSinceMs = 0;
      else if (heldSinceMs === 0) heldSinceMs = now();
    },
    restart(bytes) {
      closeBytesMax = budget.closeBytesMax + 2 * bytes;
      heldSinceMs = 0;
    },
    send(load, text) {
      if (endCode !== undefined) return false;
      const waitingBytes = socket.bufferedAmount;
      const waitedMs = heldSinceMs === 0 ? 0 : now() - heldSinceMs;
      switch (admit({ ...budget, closeBytesMax }, load, waitingBytes, waitedMs)) {
        case 'send':
          socket.send(text());
          return true;
        case 'skip':
          return false;
        case 'close':
          logger.warn({ waitingBytes, waitedMs }, 'a screen cannot keep up and is resynchronised');
          end(closeCodes.resync, 'resync');
          setTimeout(() => socket.terminate(), cutOffMs).unref();
          return false;
      }
    },
  };
}
