/** All live connections of this server: when each is flushed, heartbeats, and which new connection gets a place. */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Trail } from '../../../log/audit/trail.ts';
import type { DamageBook } from '../../../log/kafka/damage-book.ts';
import type { ClockStep } from '../../../process/system-clock.ts';
import type { Health } from '../../protocol/live.ts';
import { closeCodes, heartbeatMs, numericsEveryMs } from '../../protocol/pace.ts';
import { countFor } from '../bounds.ts';
import type { Budget } from '../core/budget.ts';
import { judgeHealth } from '../core/health.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { unseenAlarms } from '../core/screen.ts';
import { type Place, placeFor } from '../core/screen-places.ts';
import type { Claims } from '../core/session-rules.ts';
import type { Chunk } from '../core/waves.ts';
import type { Who } from '../core/who.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Feed } from './feed.ts';
import { cutOffMs } from './outbox.ts';
import { createScreen, type Screen, waveText } from './screen-connection.ts';
import { createWatchTurns } from './watch-turns.ts';

/** After this long without an answer to a ping the connection is dead, even if no error came. */
export const silentMsMax = 15_000;

export type Hub = {
  /** Takes over a socket that a ticket opened. */
  open(socket: WebSocket, claims: Claims, who: Who): void;
  flushAlarms(): void;
  sendWave(chunk: Chunk): void;
  /** The wards that at least one open screen of a clinician shows. */
  watchedWards(): string[];
  /** Whether at least one open screen of a clinician shows the devices that were in no ward. */
  watchesEngineering(): boolean;
  /** Ends the connections of a session that was logged out. */
  endSession(sessionId: string): void;
  health(): Health;
  /**
   * Messages left out for slow screens (open ones included), screens closed because they were slow, and screens closed
   * or refused because there were too many.
   */
  stats(): { screens: number; skippedWaves: number; skippedNumerics: number; closedForResync: number; tooMany: number };
  close(): void;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createHub(options: {
  readonly feed: () => Feed;
  /** How many accounts and devices stand at places that are not registered. */
  readonly unregistered?: () => number;
  readonly sessions: Sessions;
  readonly trail: Trail;
  readonly stream: string;
  readonly budget: Budget;
  /** `silentMsMax`, unless a test sets it. */
  readonly silentMs: number;
  readonly now: () => number;
  /** The step of the machine's clock that still stands (process/system-clock.ts). */
  readonly clockStep?: () => ClockStep | undefined;
  /** Of the log. */
  readonly damage?: Pick<DamageBook, 'total' | 'lastAtMs'>;
  /** After this long without a canary the way of readings counts as broken, ms; absent or 0: no canary is expected. */
  readonly canarySilentMs?: number;
  /** The certificate of this server that screens warn about. */
  readonly certificate?: () => Health['certificate'];
  readonly logger: Logger;
}): Hub {
  const { feed, sessions, trail, stream, budget, silentMs, now, logger, unregistered = () => 0 } = options;
  const screens = new Map<Screen, { socket: WebSocket; answeredAtMs: number; readonly place: Place }>();
  const past = { skippedWaves: 0, skippedNumerics: 0, closedForResync: 0, tooMany: 0 };
  const watches: RequestPace = new Map();
  const turns = createWatchTurns(() => performance.now());
  const health = (): Health => {
    const looking = [...screens.keys()].flatMap((screen) => screen.looking() ?? []);
    const strays = unregistered();
    const certificate = options.certificate?.();
    const unseen = unseenAlarms(feed().state, looking);
    return {
      ...judgeHealth(feed().signs, now(), options.clockStep?.(), options.damage, options.canarySilentMs),
      ...(certificate && { certificate }),
      ...(unseen > 0 && { unseenAlarms: unseen }),
      ...(strays > 0 && { unregistered: strays }),
    };
  };

  function flush(load: 'numerics' | 'alarms'): void {
    for (const screen of screens.keys()) screen.flush(load);
  }

  function beat(): void {
    const current = health();
    for (const [screen, { socket, answeredAtMs }] of screens) {
      const viewer = sessions.recheck(screen.claims);
      if (!viewer) screen.end(closeCodes.sessionEnded, 'session ended');
      // The rights differ from those at the opening: the next snapshot is made for the new ones.
      else if (JSON.stringify(viewer) !== JSON.stringify(screen.viewer()))
        screen.end(closeCodes.resync, 'rights changed');
      else if (now() - answeredAtMs > silentMs) socket.terminate();
      else {
        socket.ping();
        screen.heartbeat(current);
      }
    }
  }

  /** Ends the connection that gives way to a new one. Returns false if the house is full. */
  function makeRoom(place: Place): boolean {
    const openScreens = [...screens].flatMap(([screen, entry]) =>
      screen.endedWith() === undefined ? [{ ...entry.place, screen, socket: entry.socket }] : [],
    );
    const judged = placeFor(openScreens, place);
    if (!judged.taken || judged.goes) {
      past.tooMany += 1;
      logger.warn(
        { screens: openScreens.length, refused: !judged.taken },
        'too many screens of one account, or in all',
      );
    }
    const goes = judged.taken ? judged.goes : undefined;
    goes?.screen.end(closeCodes.tooMany, 'a newer one has its place');
    // A client that does not answer the close frame would keep the socket.
    if (goes) setTimeout(() => goes.socket.terminate(), cutOffMs).unref();
    return judged.taken;
  }

  const timers = [setInterval(() => flush('numerics'), numericsEveryMs), setInterval(beat, heartbeatMs)];

  return {
    health,
    open(socket, claims, who) {
      const viewer = sessions.recheck(claims);
      if (!viewer) return socket.close(closeCodes.sessionEnded, 'session ended');
      const place = { account: claims.userId, session: claims.sessionId, address: who.address ?? 'unknown' };
      if (!makeRoom(place)) return socket.close(closeCodes.tooMany, 'too many connections');
      const screen = createScreen({
        socket,
        claims,
        who,
        viewer,
        feed: feed(),
        trail,
        stream,
        budget,
        turns,
        health,
        now,
        logger,
      });
      const state = { socket, answeredAtMs: now(), place };
      screens.set(screen, state);
      socket.on('message', (data, isBinary) => {
        const counted = countFor(watches, 'watch', claims, performance.now());
        if (counted !== 'taken') screen.end(closeCodes.tooMany, 'too many messages');
        else if (isBinary) screen.end(closeCodes.badMessage, 'text only');
        else screen.received(data.toString());
      });
      socket.on('pong', () => {
        state.answeredAtMs = now();
      });
      socket.on('error', (error) => logger.debug({ error: error.message }, 'a live connection failed'));
      socket.on('close', () => {
        screens.delete(screen);
        const { waves, numerics } = screen.skipped();
        past.skippedWaves += waves;
        past.skippedNumerics += numerics;
        // Our own code counts, not the code that the socket reports: a screen that takes nothing is cut off without one.
        if (screen.endedWith() === closeCodes.resync) past.closedForResync += 1;
      });
      return undefined;
    },
    flushAlarms: () => flush('alarms'),
    sendWave(chunk) {
      if (screens.size === 0) return;
      let made: string | undefined;
      const text = () => {
        made ??= waveText(chunk, false);
        return made;
      };
      for (const screen of screens.keys()) screen.wave(chunk, text);
    },
    watchedWards: () => [...new Set([...screens.keys()].flatMap((screen) => screen.watchedWards()))],
    watchesEngineering: () => [...screens.keys()].some((screen) => screen.watchesEngineering()),
    endSession(sessionId) {
      for (const screen of screens.keys())
        if (screen.claims.sessionId === sessionId) screen.end(closeCodes.sessionEnded, 'logged out');
    },
    stats() {
      const sum = { screens: screens.size, ...past };
      for (const screen of screens.keys()) {
        const { waves, numerics } = screen.skipped();
        sum.skippedWaves += waves;
        sum.skippedNumerics += numerics;
      }
      return sum;
    },
    close() {
      for (const timer of timers) clearInterval(timer);
      for (const screen of screens.keys()) screen.end(1012, 'the server restarts');
    },
  };
}
