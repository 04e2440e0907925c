/** Connections of the dashboard's port that do not say what they want hold no place: bounded in all, by address, and in time. */
import type { Server } from 'node:tls';
import { createDoor } from '../contracts/door.ts';

/** From the first moment to the end of TLS, and from there to the end of a request's head. */
const quietMsMax = 10_000;
/** Past so many connections a new one is closed. A screen has one that stays and a few that come and go. */
const connectionsMax = 4_096;
const handshakesMax = 512;
/** All screens may come through one proxy. */
const handshakesPerAddressMax = 256;

/** Options of Node's HTTPS server. */
export const quietBounds = {
  handshakeTimeout: quietMsMax,
  headersTimeout: quietMsMax,
  connectionsCheckingInterval: 2_000,
} as const;

/** @returns ends those that are in their handshake: the server's end would wait for them */
export function guardHandshakes(server: Server): () => void {
  const door = createDoor({ max: handshakesMax, perAddressMax: handshakesPerAddressMax, withinMs: quietMsMax });
  server.maxConnections = connectionsMax;
  server.on('connection', door.enter).on('secureConnection', door.passed);
  return door.close;
}
