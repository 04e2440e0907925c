/**
 * Opens Chromium in a real window, on a screen that Xvfb keeps in memory. The tests control Chromium through the
 * DevTools protocol alone: Playwright would tell each page that it has the focus, and a page with the focus is never
 * hidden.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ensureXvfb } from '../../ops/platform/software.ts';
import { browserFlags } from '../browser.ts';

/** One tab of the window. */
export type Tab = {
  /** Runs an expression in the page, and returns its value. A promise is awaited. */
  run<T>(expression: string): Promise<T>;
  /** Clicks at the top left of the page, where nothing is, as a person does. */
  click(): Promise<void>;
  /** Shows this tab. The tab that was shown before is then hidden. */
  show(): Promise<void>;
};

export type RealWindow = {
  openTab(url: string): Promise<Tab>;
  close(): Promise<void>;
};

type Message = {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
};

/**
 * Additional flags of Chromium for these tests. No flag affects whether a tab counts as hidden, or how its timers run.
 */
const windowFlags = [
  '--remote-debugging-pipe',
  '--ignore-certificate-errors',
  '--mute-audio',
  '--password-store=basic',
  '--window-size=1280,800',
];

export async function openRealWindow(chromium: string): Promise<RealWindow> {
  const xvfb = await startXvfb();
  const profile = mkdtempSync(join(tmpdir(), 'vigil-window-'));
  const browser = spawn(chromium, [...browserFlags, ...windowFlags, `--user-data-dir=${profile}`, 'about:blank'], {
    env: { ...process.env, DISPLAY: xvfb.display },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const send = openPipe(browser);
  return {
    async openTab(url) {
      const { targetId } = await send('Target.createTarget', { url });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      return tabOf(
        (method, params) => send(method, params, String(sessionId)),
        () => send('Target.activateTarget', { targetId }),
      );
    },
    async close() {
      const ended = once(browser, 'exit');
      await send('Browser.close').catch(() => browser.kill());
      await ended;
      await xvfb.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Send = (method: string, params?: object) => Promise<Record<string, unknown>>;

function tabOf(send: Send, activate: () => Promise<unknown>): Tab {
  return {
    async run<T>(expression: string) {
      const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(answer.exceptionDetails)}`);
      return (answer.result as { value: T }).value;
    },
    async click() {
      const place = { x: 5, y: 5, button: 'left', clickCount: 1 };
      for (const type of ['mousePressed', 'mouseReleased']) await send('Input.dispatchMouseEvent', { type, ...place });
    },
    async show() {
      await activate();
    },
  };
}

/** Exchanges messages with the browser through its pipes: each message is JSON, and a zero byte ends the message. */
function openPipe(browser: ChildProcess) {
  const [, , , toBrowser, fromBrowser] = browser.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let sent = 0;
  let rest = '';
  fromBrowser.setEncoding('utf8').on('data', (part: string) => {
    const messages = (rest + part).split('\0');
    rest = messages.pop()!;
    for (const text of messages) {
      const { id, result = {}, error } = JSON.parse(text) as Message;
      const answer = waiting.get(id ?? -1);
      waiting.delete(id ?? -1);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    }
  });
  browser.once('exit', () => {
    for (const answer of waiting.values()) answer.reject(new Error('Chromium has ended.'));
  });
  // A write after the end of the browser is an error of the pipe. The waiting call reports this error.
  toBrowser.on('error', () => {});
  return (method: string, params: object = {}, sessionId?: string) => {
    sent += 1;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(sent, answer);
    toBrowser.write(`${JSON.stringify({ id: sent, method, params, sessionId })}\0`);
    return answer.promise;
  };
}

/** Starts a screen in memory. Xvfb itself chooses a free display. */
async function startXvfb() {
  const xvfb = await ensureXvfb((line) => process.stderr.write(`screens: ${line}\n`));
  const child = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: child.stdio[3] as Readable });
  const [number] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])])) as [string?];
  if (number === undefined) throw new Error('Xvfb ended before it had a display.');
  return {
    display: `:${number}`,
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
