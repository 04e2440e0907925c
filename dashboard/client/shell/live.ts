/** The live connection: opened with a ticket, resumed by its last number, counted as lost when the heartbeat stops. */

import type { ServerMessage, Watch } from '../../protocol/live.ts';
import { livePath, waveTextStart } from '../../protocol/pace.ts';
import { afterClose, closeText, isLost, lateRetryMs, retryDelayMs } from '../core/connection.ts';
import { applyDelta, type Screen, screenOf } from '../core/fold.ts';
import type { Answer } from './api.ts';

export type LinkState = 'connecting' | 'live' | 'lost' | 'forbidden';
export type WatchWish = Omit<Watch, 'type' | 'resume'>;

export type LiveEvents = {
  /** `wss://host:port` of the server. */
  readonly origin: string;
  /** Steady screen clock, ms. */
  readonly now: () => number;
  readonly random: () => number;
  readonly ticket: () => Promise<Answer<{ ticket: string }>>;
  readonly onScreen: (screen: Screen) => void;
  /** A snapshot came: the waves so far belong to another stream. */
  readonly onSnapshot: () => void;
  /** A `WaveMessage` as it came: the painter parses it, beside the main thread. */
  readonly onWave: (text: string) => void;
  /**
   * The server's time, with each message that carries it; `stream` of a snapshot names the server process that sent it.
   */
  readonly onServerTime: (at: string, stream?: string) => void;
  readonly onState: (state: LinkState) => void;
  /** Why there is no connection, for a person; undefined once there is one. */
  readonly onProblem: (text: string | undefined) => void;
  readonly onSessionEnded: () => void;
};

export type Live = { watch(wish: WatchWish): void; close(): void };

/** Waits this long for a connection to open or a first message to come. */
const openTimeoutMs = 8000;
const watchdogMs = 250;

/** Connects and keeps connecting until closed. One socket at a time. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openLive(wish: WatchWish, events: LiveEvents): Live {
  let wanted = wish;
  let socket: WebSocket | undefined;
  let screen: Screen | undefined;
  let state: LinkState = 'connecting';
  let attempt = 0;
  let closed = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lastHeardMs = events.now();
  let openedMs = events.now();

  function become(next: LinkState) {
    if (state === next) return;
    state = next;
    events.onState(next);
  }

  async function connect() {
    retryTimer = undefined;
    openedMs = events.now();
    const answer = await events.ticket();
    if (closed || socket) return;
    if (!answer.ok) {
      // A 401 ends the session elsewhere; any other failure may pass.
      if (answer.status === 401) return;
      events.onProblem(answer.message);
      retry();
      return;
    }
    const opened = new WebSocket(`${events.origin}${livePath}?ticket=${encodeURIComponent(answer.data.ticket)}`);
    socket = opened;
    openedMs = events.now();
    opened.onopen = () => send(opened, screen ? { stream: screen.stream, n: screen.n } : undefined);
    opened.onmessage = (message) => {
      if (opened === socket) receive(String(message.data));
    };
    opened.onclose = (end) => {
      if (opened !== socket) return;
      socket = undefined;
      events.onProblem(closeText(end.code));
      follow(afterClose(end.code));
    };
  }

  function follow(next: ReturnType<typeof afterClose>) {
    if (closed) return;
    switch (next) {
      case 'log-in':
        close();
        return events.onSessionEnded();
      case 'forbidden':
        return become('forbidden');
      case 'retry-now':
        screen = undefined;
        return void connect();
      case 'retry':
        return retry();
      case 'retry-late':
        return retry(lateRetryMs);
    }
  }

  function retry(afterMs = retryDelayMs(attempt++, events.random())) {
    if (closed || retryTimer !== undefined) return;
    retryTimer = setTimeout(() => void connect(), afterMs);
  }

  /** Leaves a silent socket: the browser may take minutes to notice. */
  function abandon() {
    const left = socket;
    socket = undefined;
    left?.close();
    retry();
  }

  function send(to: WebSocket, resume: Watch['resume']) {
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(JSON.stringify({ type: 'watch', ...wanted, ...(resume ? { resume } : {}) } satisfies Watch));
  }

  function receive(text: string) {
    if (text.startsWith(waveTextStart)) return events.onWave(text);
    let message: ServerMessage;
    try {
      message = JSON.parse(text) as ServerMessage;
    } catch {
      return abandon();
    }
    switch (message.type) {
      case 'snapshot':
        screen = screenOf(message);
        events.onServerTime(message.at, message.stream);
        events.onSnapshot();
        events.onScreen(screen);
        return heard();
      case 'delta': {
        const next = screen && applyDelta(screen, message);
        if (!next) {
          screen = undefined;
          return abandon();
        }
        screen = next;
        events.onServerTime(message.at);
        events.onScreen(screen);
        return heard();
      }
      case 'wave':
        return events.onWave(text);
      case 'heartbeat':
        events.onServerTime(message.at);
        if (!screen) return;
        screen = { ...screen, health: message.health };
        events.onScreen(screen);
        return heard();
    }
  }

  function heard() {
    lastHeardMs = events.now();
    attempt = 0;
    if (state !== 'live') events.onProblem(undefined);
    become('live');
  }

  let watchedMs = events.now();
  const watchdog = setInterval(() => {
    const now = events.now();
    // While the page stood still it could take no message: messages wait behind this timer, and that time is not
    // silence.
    const listenedMs = now - Math.max(0, now - watchedMs - watchdogMs);
    watchedMs = now;
    if (state !== 'forbidden' && isLost(lastHeardMs, listenedMs)) become('lost');
    if (socket && isLost(lastHeardMs, listenedMs) && now - openedMs > openTimeoutMs) abandon();
  }, watchdogMs);

  function close() {
    closed = true;
    clearInterval(watchdog);
    clearTimeout(retryTimer);
    const left = socket;
    socket = undefined;
    left?.close();
  }

  void connect();
  return {
    watch(next) {
      wanted = next;
      if (state === 'forbidden') {
        become('connecting');
        lastHeardMs = events.now();
        retry();
      } else if (socket) send(socket, undefined);
    },
    close,
  };
}
