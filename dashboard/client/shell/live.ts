/**
 * The live connection to the server. A ticket opens the connection. After a break, the connection continues after the
 * last message number that the page received. If heartbeats stop, the connection counts as lost.
 */

import type { Static } from 'typebox';
import type { Calls, CallsPainted, Deliveries, WantDeliveries } from '../../protocol/delivery.ts';
import type { ScreenReport, ServerMessage, Watch } from '../../protocol/live.ts';
import { livePath, waveTextStart } from '../../protocol/pace.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import { afterClose, closeText, isLost, lateRetryMs, retryDelayMs } from '../core/connection.ts';
import { applyDelta, type Screen, screenOf } from '../core/fold.ts';
import type { Answer } from './answer.ts';

export type LinkState = 'connecting' | 'live' | 'lost' | 'forbidden';
export type WatchWish = Omit<Watch, 'type' | 'resume'>;

export type LiveEvents = {
  /** `wss://host:port` of the server. */
  readonly origin: string;
  /** The screen's steady clock, ms. */
  readonly now: () => number;
  readonly random: () => number;
  readonly ticket: () => Promise<Answer<{ ticket: string }>>;
  readonly onScreen: (screen: Screen) => void;
  /** Called at each snapshot. The page then drops its waves, because all of them belong to a former stream. */
  readonly onSnapshot: () => void;
  /** Called with the text of a `WaveMessage`. The painter parses the text in its worker. */
  readonly onWave: (text: string) => void;
  /**
   * Called with the server's time in a message. `stream` identifies the server process. Only snapshots have a stream.
   */
  readonly onServerTime: (at: string, stream?: string) => void;
  /** Called with the mark of the page that a browser would load now; undefined if the server is of an older version. */
  readonly onBuild: (build: string | undefined) => void;
  /**
   * Called when the server of a new connection has said that it understands reports. This server has not got the page's
   * earlier reports.
   */
  readonly onReports: () => void;
  readonly onDeliveries: (message: Deliveries) => void;
  readonly onCalls: (message: Calls) => void;
  /**
   * Called when the server of a new connection has said that it sends deliveries and calls. The server then sends all
   * deliveries and calls again.
   */
  readonly onDeliveriesBegin: () => void;
  /** Called with the part of a heartbeat about the sound of wards; undefined if the server is of an older version. */
  readonly onSound: (news: SoundNews | undefined) => void;
  /** Called when a new connection opens. The sound data of the former connection are then not valid any more. */
  readonly onNewConnection: () => void;
  readonly onState: (state: LinkState) => void;
  /**
   * Called with the reason why there is no connection, as a text for a person. Called with undefined when there is a
   * connection.
   */
  readonly onProblem: (text: string | undefined) => void;
  readonly onSessionEnded: () => void;
};

export type Live = {
  watch(wish: WatchWish): void;
  /** Sends a report. Returns false if no connection is open, or if the server does not understand reports. */
  report(report: ScreenReport): boolean;
  /** Sends a report about calls. Returns false if no connection is open, or if the server sends no calls. */
  reportCalls(report: CallsPainted): boolean;
  close(): void;
};

/** How long the screen waits until a connection is open and its first message has come. */
const openTimeoutMs = 8000;
const watchdogMs = 250;

/** Opens the live connection, and opens it again after each failure until `close` is called. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openLive(wish: WatchWish, events: LiveEvents): Live {
  let currentWish = wish;
  let socket: WebSocket | undefined;
  let screen: Screen | undefined;
  let state: LinkState = 'connecting';
  /** Whether the server of the open connection understands reports. */
  let takesReports = false;
  /** Whether the server of the open connection sends deliveries. */
  let sendsDeliveries = false;
  let attempt = 0;
  let closed = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lastHeardMs = events.now();
  let openedMs = events.now();

  function setState(next: LinkState) {
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
      // After a 401 the API has already ended the session. After any other failure a new try may succeed.
      if (answer.status === 401) return;
      events.onProblem(answer.message);
      retry();
      return;
    }
    const newSocket = new WebSocket(`${events.origin}${livePath}?ticket=${encodeURIComponent(answer.data.ticket)}`);
    socket = newSocket;
    takesReports = false;
    sendsDeliveries = false;
    events.onNewConnection();
    openedMs = events.now();
    newSocket.onopen = () => send(newSocket, screen ? { stream: screen.stream, n: screen.messageNo } : undefined);
    newSocket.onmessage = (message) => {
      if (newSocket === socket) receive(String(message.data));
    };
    newSocket.onclose = (closeEvent) => {
      if (newSocket !== socket) return;
      socket = undefined;
      events.onProblem(closeText(closeEvent.code));
      actAfterClose(afterClose(closeEvent.code));
    };
  }

  function actAfterClose(next: ReturnType<typeof afterClose>) {
    if (closed) return;
    switch (next) {
      case 'log-in':
        close();
        return events.onSessionEnded();
      case 'forbidden':
        return setState('forbidden');
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

  /**
   * Closes a silent or broken socket and connects again. The browser itself may notice the failure only after minutes.
   */
  function reconnect() {
    const abandoned = socket;
    socket = undefined;
    abandoned?.close();
    retry();
  }

  function send(to: WebSocket, resume: Watch['resume']) {
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(JSON.stringify({ type: 'watch', ...currentWish, ...(resume ? { resume } : {}) } satisfies Watch));
  }

  function noteReports(accepted: true | undefined) {
    if (accepted !== true || takesReports) return;
    takesReports = true;
    events.onReports();
  }

  function noteDeliveries(offered: true | undefined) {
    if (offered !== true || sendsDeliveries || socket?.readyState !== WebSocket.OPEN) return;
    sendsDeliveries = true;
    events.onDeliveriesBegin();
    socket.send(JSON.stringify({ type: 'want-deliveries' } satisfies Static<typeof WantDeliveries>));
  }

  function receive(text: string) {
    if (text.startsWith(waveTextStart)) return events.onWave(text);
    let message: ServerMessage;
    try {
      message = JSON.parse(text) as ServerMessage;
    } catch {
      return reconnect();
    }
    switch (message.type) {
      case 'snapshot':
        screen = screenOf(message);
        noteReports(message.reports);
        noteDeliveries(message.deliveries);
        events.onServerTime(message.at, message.stream);
        events.onSnapshot();
        events.onScreen(screen);
        return noteMessage();
      case 'delta': {
        const nextScreen = screen && applyDelta(screen, message);
        if (!nextScreen) {
          screen = undefined;
          return reconnect();
        }
        screen = nextScreen;
        events.onServerTime(message.at);
        events.onScreen(screen);
        return noteMessage();
      }
      case 'wave':
        return events.onWave(text);
      case 'heartbeat':
        events.onServerTime(message.at);
        if (!screen) return;
        noteReports(message.reports);
        noteDeliveries(message.deliveries);
        screen = {
          ...screen,
          health: message.health,
          unconfirmed: message.unconfirmed ?? [],
          deliveryDown: message.delivery,
        };
        events.onScreen(screen);
        events.onSound(message.sound);
        events.onBuild(message.build);
        return noteMessage();
      case 'deliveries':
        events.onServerTime(message.at);
        return events.onDeliveries(message);
      case 'calls':
        events.onServerTime(message.at);
        return events.onCalls(message);
    }
  }

  function noteMessage() {
    lastHeardMs = events.now();
    attempt = 0;
    if (state !== 'live') events.onProblem(undefined);
    setState('live');
  }

  let watchdogAtMs = events.now();
  const watchdog = setInterval(() => {
    const now = events.now();
    // The time in which the page was paused does not count as silence, because unread messages may wait in the page.
    const listenedUntilMs = now - Math.max(0, now - watchdogAtMs - watchdogMs);
    watchdogAtMs = now;
    if (state !== 'forbidden' && isLost(lastHeardMs, listenedUntilMs)) setState('lost');
    if (socket && isLost(lastHeardMs, listenedUntilMs) && now - openedMs > openTimeoutMs) reconnect();
  }, watchdogMs);

  function close() {
    closed = true;
    clearInterval(watchdog);
    clearTimeout(retryTimer);
    socket?.close();
    socket = undefined;
  }

  void connect();
  return {
    watch(next) {
      currentWish = next;
      if (state === 'forbidden') {
        setState('connecting');
        lastHeardMs = events.now();
        retry();
      } else if (socket) send(socket, undefined);
    },
    report(report) {
      if (!takesReports || socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(report));
      return true;
    },
    reportCalls(report) {
      if (!sendsDeliveries || socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(report));
      return true;
    },
    close,
  };
}
