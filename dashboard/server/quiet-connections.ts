/**
 * Limits connections to the dashboard's port that are not live connections of screens. New connections are accepted at
 * a steady rate, with the addresses in rotation (process/connection-queue.ts), so that they do not delay alarms and
 * acts. Connections of proxies are accepted at once. The number of connections, and their number for each address, are
 * limited. A connection that stays silent is closed after some seconds.
 */
import type { Socket } from 'node:net';
import type { Server } from 'node:tls';
import type { Logger } from 'pino';
import { createConnectionQueue } from '../../process/connection-queue.ts';
import { createDoor, type Door } from '../../process/door.ts';
import { networkOf, plainAddress } from './proxies.ts';

/** Maximum time of a TLS handshake, and then of the head of a request. */
const quietMsMax = 10_000;
/**
 * Maximum number of connections. A visitor is a connection that is not the live connection of a screen. If there are
 * too many visitors, the oldest visitor of the address with the most visitors is closed. So visitors alone do not reach
 * `inAll`, above which Node closes every new connection.
 */
const defaultMax = { inAll: 6_144, visitors: 2_048, visitorsPerAddress: 1_024 } as const;
const handshakesMax = 512;
/** Half of `handshakesMax`, because all screens may come through one proxy. */
const handshakesPerAddressMax = 256;
/**
 * A connection waits for at most about this time, s. When `waitSMax * connectsPerS` connections wait, a new connection
 * is refused.
 */
const waitSMax = 20;
/** Maximum number of waiting connections, even with a high `connectsPerS`. */
const waitingMax = 2_048;
/** Minimum time between two log lines about refused connections. */
const logEveryMs = 60_000;

/** Options of Node's HTTPS server. */
export const silentConnectionLimits = {
  handshakeTimeout: quietMsMax,
  headersTimeout: quietMsMax,
  connectionsCheckingInterval: 2_000,
} as const;

export type Guard = {
  /** Marks a socket as the live connection of a screen. Such a socket no longer counts as a visitor. */
  markAsScreen(socket: Parameters<Door['stopCounting']>[0]): void;
  /**
   * Ends the connections that wait or are in their handshake. Without this call, a closing server would wait for these
   * connections.
   */
  end(): void;
};

export type GuardOptions = {
  /** Maximum number of connections that are accepted in a second. */
  readonly connectsPerS: number;
  /** Returns whether an address is a proxy of the hospital. Proxies do not wait, because many people share them. */
  readonly isProxy: (address: string) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
  readonly max?: Readonly<Record<keyof typeof defaultMax, number>>;
};

export function guardConnections(server: Server, options: GuardOptions): Guard {
  const { connectsPerS, isProxy, max = defaultMax } = options;
  const handshakes = createDoor({
    connectionsMax: handshakesMax,
    perAddressMax: handshakesPerAddressMax,
    identifyMsMax: quietMsMax,
  });
  // Visitors have no time limit here: Node closes a connection if no request follows an answer.
  const visitors = createDoor({
    connectionsMax: max.visitors,
    perAddressMax: max.visitorsPerAddress,
    identifyMsMax: Number.POSITIVE_INFINITY,
  });
  server.maxConnections = max.inAll;
  // Node's own listeners begin TLS. They run when a connection is accepted from the queue.
  const tlsListeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');

  function beginTls(socket: Socket): void {
    handshakes.startCounting(socket);
    for (const listener of tlsListeners) listener.call(server, socket);
  }

  const logRefused = createRefusalLog(options.logger);
  const connectionQueue = createConnectionQueue({
    handshakesPerS: connectsPerS,
    waitingMax: Math.min(waitingMax, waitSMax * connectsPerS),
    keyOf: (address) => networkOf(plainAddress(address)),
    monotonicMs: () => performance.now(),
    begin: beginTls,
    onTurnedAway: () => logRefused(connectionQueue.waiting()),
  });
  server
    .on('connection', (socket: Socket) => {
      if (isProxy(plainAddress(socket.remoteAddress ?? ''))) beginTls(socket);
      else connectionQueue.arrive(socket);
    })
    .on('secureConnection', (socket) => {
      handshakes.stopCounting(socket);
      visitors.startCounting(socket);
    });
  return {
    markAsScreen: visitors.stopCounting,
    end() {
      connectionQueue.close();
      handshakes.close();
    },
  };
}

/** Returns a function that counts a refused connection, and logs the count at most every `logEveryMs`. */
function createRefusalLog(logger: GuardOptions['logger']): (waiting: number) => void {
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  let turnedAway = 0;
  return (waiting) => {
    turnedAway += 1;
    if (performance.now() - loggedAtMs < logEveryMs) return;
    logger.warn({ turnedAway, waiting }, 'connections were turned away: too many wait');
    loggedAtMs = performance.now();
    turnedAway = 0;
  };
}
