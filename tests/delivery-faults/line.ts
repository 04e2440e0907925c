/** A live connection to the dashboard that reconnects by itself, as a page does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerMessage } from '../../dashboard/protocol/live.ts';
import { serverLostMs } from '../../dashboard/protocol/pace.ts';
import { type Browser, type Live, newBrowser, type Target } from '../../dashboard/server/browser.testing.ts';
import { password } from '../browser.ts';

const retryMs = 300;

export type Line = {
  readonly browser: Browser;
  send(message: unknown): void;
  /** Returns whether a page would show that it has no connection. */
  isLost(): boolean;
  /** Stops receiving and sending until `wake`, as a sleeping browser does. */
  sleep(): void;
  wake(): void;
  close(): Promise<void>;
};

/**
 * Keeps a live connection open.
 * @param onMessage called with each message of the server
 */
export function openLine(
  target: Target,
  userId: string,
  ward: string,
  onMessage: (message: ServerMessage, send: (message: unknown) => void) => void,
): Line {
  const browser = newBrowser(target);
  let live: Live | undefined;
  let lastMs = Date.now();
  let isClosed = false;
  let isAsleep = false;
  let wants = false;

  async function connectOnce(): Promise<void> {
    const ticket = await browser.post('/api/ticket');
    if (ticket.status === 401) {
      await browser.login(userId, password);
      return;
    }
    if (ticket.status !== 200) return;
    live = await browser.live({ type: 'watch', scope: { ward }, waves: null }, { ticket: ticket.body.ticket });
    wants = false;
    const send = (message: unknown) => {
      if (!isAsleep && live?.socket.readyState === 1) live.send(message);
    };
    live.socket.on('message', (data) => {
      if (isAsleep) return;
      lastMs = Date.now();
      const message: ServerMessage = JSON.parse(data.toString());
      if (!wants && (message.type === 'snapshot' || message.type === 'heartbeat') && message.deliveries) {
        wants = true;
        send({ type: 'want-deliveries' });
      }
      onMessage(message, send);
    });
    await live.closed;
    live = undefined;
  }

  const loop = (async () => {
    while (!isClosed) {
      await connectOnce().catch(() => undefined);
      if (!isClosed) await sleep(retryMs);
    }
  })();

  return {
    browser,
    send: (message) => live?.send(message),
    isLost: () => Date.now() - lastMs > serverLostMs,
    sleep() {
      isAsleep = true;
    },
    wake() {
      isAsleep = false;
      live?.socket.terminate();
    },
    async close() {
      isClosed = true;
      live?.socket.terminate();
      await loop;
    },
  };
}
