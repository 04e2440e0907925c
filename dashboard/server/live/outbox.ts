/** Sends to one screen's socket, within its budget. */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { closeCodes } from '../../protocol/pace.ts';
import { admit, type Budget, type MessageKind } from '../core/budget.ts';

/** If a slow or failed screen does not answer the close frame within this time, its socket is terminated. */
export const cutOffMs = 1_000;

export type ScreenSocket = Pick<WebSocket, 'send' | 'close' | 'terminate' | 'bufferedAmount'>;

export type Outbox = {
  /**
   * Sends a message if the budget allows this. Returns whether the message was sent. Calls `text` only to send the
   * message.
   */
  send(kind: MessageKind, text: () => string): boolean;
  /**
   * Must be called before a snapshot of `bytes` bytes is sent. Raises the limit for waiting bytes by twice this number.
   * After this call, numerics no longer count as waiting.
   */
  beginSnapshot(bytes: number): void;
  /** Notes that numerics begin to wait (true) or no longer wait (false). The budget limits how long they may wait. */
  noteWaiting(isWaiting: boolean): void;
  end(code: number, reason: string): void;
  /**
   * Ends the connection because the work for it failed unexpectedly; the page connects again and gets a snapshot. An
   * error that is not caught would end the process, and with it the screens of all wards.
   */
  fail(error: unknown): void;
  /** Returns the code with which the server ended the connection. */
  endedWith(): number | undefined;
};

/** Does work for a screen. An error of the work ends only the connection of this screen, and not the process. */
export function doFor(screen: Pick<Outbox, 'fail'>, work: () => void): void {
  try {
    work();
  } catch (error) {
    screen.fail(error);
  }
}

export function createOutbox(socket: ScreenSocket, budget: Budget, now: () => number, logger: Logger): Outbox {
  let closeBytesMax = budget.closeBytesMax;
  let waitingSinceMs = 0;
  let endCode: number | undefined;
  let hasFailed = false;

  function end(code: number, reason: string): void {
    if (endCode !== undefined) return;
    endCode = code;
    socket.close(code, reason);
  }

  function fail(error: unknown): void {
    // Timers run until the socket is closed, so more errors may follow. One log line is enough.
    if (hasFailed) return;
    hasFailed = true;
    logger.error({ err: error }, 'the work for a screen failed: its connection is closed, and it connects again');
    try {
      end(closeCodes.resync, 'a fault of the server');
      setTimeout(() => socket.terminate(), cutOffMs).unref();
    } catch {
      socket.terminate();
    }
  }

  return {
    end,
    fail,
    endedWith: () => endCode,
    noteWaiting(isWaiting) {
      if (!isWaiting) waitingSinceMs = 0;
      else if (waitingSinceMs === 0) waitingSinceMs = now();
    },
    beginSnapshot(bytes) {
      closeBytesMax = budget.closeBytesMax + 2 * bytes;
      waitingSinceMs = 0;
    },
    send(kind, text) {
      if (endCode !== undefined) return false;
      const waitingBytes = socket.bufferedAmount;
      const waitedMs = waitingSinceMs === 0 ? 0 : now() - waitingSinceMs;
      switch (admit({ ...budget, closeBytesMax }, kind, waitingBytes, waitedMs)) {
        case 'send':
          socket.send(text());
          return true;
        case 'skip':
          return false;
        case 'close':
          logger.warn(
            { waitingBytes, waitedMs },
            'a screen is too slow; its connection is closed, and it connects again for a snapshot',
          );
          end(closeCodes.resync, 'resync');
          setTimeout(() => socket.terminate(), cutOffMs).unref();
          return false;
      }
    },
  };
}
