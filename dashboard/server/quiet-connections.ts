/**
 * Bounds the connections of the dashboard's port before they send a request. They are let in at a steady rate,
 * addresses in turn (process/connection-line.ts), so that new ones never delay alarms and acts. A silent connection
 * keeps no place: there are bounds in all, by address, and in time.
 */
import type { Socket } from 'node:net';
import type { Server } from 'node:tls';
import type { Logger } from 'pino';
import { createConnectionLine } from '../../process/connection-line.ts';
import { createDoor, type Door } from '../../process/door.ts';
import { networkOf, plainAddress } from './proxies.ts';

/** From the first moment of TLS to its end, and from there to the end of a request's head. */
const quietMsMax = 10_000;
/**
 * Connections at once. A screen has one that stays and a few that come and go. A connection that is not a screen's is a
 * visitor. For a new visitor, the oldest visitor of the address with most gives way, so visitors do not reach `inAll`,
 * past which a new connection is closed.
 */
const usualMax = { inAll: 6_144, visitors: 2_048, visitorsPerAddress: 1_024 } as const;
const handshakesMax = 512;
/** All screens may come through one proxy. */
const handshakesPerAddressMax = 256;
/** As many connections as come in this time wait, seconds, and no more than `waitingMax`. A browser waits longer. */
const patienceS = 20;
const waitingMax = 2_048;
/** The log says at most this often that connections were turned away. */
const saidEveryMs = 60_000;

/** Options of Node's HTTPS server. */
export const quietBounds = {
  handshakeTimeout: quietMsMax,
  headersTimeout: quietMsMax,
  connectionsCheckingInterval: 2_000,
} as const;

export type Guard = {
  /** Marks a screen's live connection: it gives way to no visitor, and has its place by its account. */
  stays(socket: Parameters<Door['passed']>[0]): void;
  /** Ends the connections that wait or are in their handshake: the server would wait for them at its end. */
  end(): void;
};

export type GuardOptions = {
  /** Connections let in by the second. */
  readonly connectsPerS: number;
  /** Whether an address is a proxy of the hospital: its connections do not wait, since they belong to many people. */
  readonly isProxy: (address: string) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
  readonly max?: Readonly<Record<keyof typeof usualMax, number>>;
};

export function guardConnections(server: Server, options: GuardOptions): Guard {
  const { connectsPerS, isProxy, max = usualMax } = options;
  const handshakes = createDoor({ max: handshakesMax, perAddressMax: handshakesPerAddressMax, withinMs: quietMsMax });
  // Not bounded in time: an answered connection may be kept, and Node ends it if nothing more comes.
  const visitors = createDoor({
    max: max.visitors,
    perAddressMax: max.visitorsPerAddress,
    withinMs: Number.POSITIVE_INFINITY,
  });
  server.maxConnections = max.inAll;
  // Node's own listeners begin TLS: they are called when the connection's turn comes.
  const beginners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');

  function begin(socket: Socket): void {
    handshakes.enter(socket);
    for (const listener of beginners) listener.call(server, socket);
  }

  const sayTurnedAway = sayer(options.logger);
  const line = createConnectionLine({
    perS: connectsPerS,
    waitingMax: Math.min(waitingMax, patienceS * connectsPerS),
    keyOf: (address) => networkOf(plainAddress(address)),
    monotonicMs: () => performance.now(),
    begin,
    onTurnedAway: () => sayTurnedAway(line.waiting()),
  });
  server
    .on('connection', (socket: Socket) => {
      if (isProxy(plainAddress(socket.remoteAddress ?? ''))) begin(socket);
      else line.arrive(socket);
    })
    .on('secureConnection', (socket) => {
      handshakes.passed(socket);
      visitors.enter(socket);
    });
  return {
    stays: visitors.passed,
    end() {
      line.close();
      handshakes.close();
    },
  };
}

function sayer(logger: GuardOptions['logger']): (waiting: number) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  let turnedAway = 0;
  return (waiting) => {
    turnedAway += 1;
    if (performance.now() - saidAtMs < saidEveryMs) return;
    logger.warn({ turnedAway, waiting }, 'connections were turned away: too many wait');
    saidAtMs = performance.now();
    turnedAway = 0;
  };
}
