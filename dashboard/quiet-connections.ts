/** Connections of the dashboard's port that do not say what they want hold no place: bounded in all, by address, and in time. */
import type { Server } from 'node:tls';
import { createDoor, type Door } from '../contracts/door.ts';

/** From the first moment to the end of TLS, and from there to the end of a request's head. */
const quietMsMax = 10_000;
/**
 * Connections at once. A screen has one that stays and a few that come and go. Who is not let in as a screen is a visitor: of those the oldest
 * of the address that has most gives way to a new one, so that `inAll`, past which a new one is closed, is not reached by them.
 */
const usualMax = { inAll: 4_096, visitors: 2_048, visitorsPerAddress: 1_024 } as const;
const handshakesMax = 512;
/** All screens may come through one proxy. */
const handshakesPerAddressMax = 256;

/** Options of Node's HTTPS server. */
export const quietBounds = {
  handshakeTimeout: quietMsMax,
  headersTimeout: quietMsMax,
  connectionsCheckingInterval: 2_000,
} as const;

export type Guard = {
  /** It is a screen's live connection: it gives way to no visitor, and has its place by its account. */
  stays(socket: Parameters<Door['passed']>[0]): void;
  /** Ends those that are in their handshake: the server's end would wait for them. */
  end(): void;
};

export function guardConnections(
  server: Server,
  max: Readonly<Record<keyof typeof usualMax, number>> = usualMax,
): Guard {
  const handshakes = createDoor({ max: handshakesMax, perAddressMax: handshakesPerAddressMax, withinMs: quietMsMax });
  // Not by time: one that is answered may be kept, and Node ends it where nothing more comes.
  const visitors = createDoor({
    max: max.visitors,
    perAddressMax: max.visitorsPerAddress,
    withinMs: Number.POSITIVE_INFINITY,
  });
  server.maxConnections = max.inAll;
  server.on('connection', handshakes.enter).on('secureConnection', (socket) => {
    handshakes.passed(socket);
    visitors.enter(socket);
  });
  return { stays: visitors.passed, end: handshakes.close };
}
