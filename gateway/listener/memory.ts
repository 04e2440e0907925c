/**
 * Limits the memory of connections for incomplete packets and unread output. `budget.ts` limits the memory of
 * publishes.
 */

import { reason } from '../core/reasons.ts';
import { keepAliveFactor } from '../core/session.ts';
import { endConnection } from './connection.ts';
import { endForViolation } from './end-for-violation.ts';
import type { Client, Connection, Context } from './parts.ts';

/**
 * Counts the bytes of a connection's incomplete packet. Above the limit for all connections, ends the connection with
 * the largest incomplete packet. This stops clients that begin large packets and never finish them.
 */
export function countPartialBytes(context: Context, connection: Connection): void {
  const bytes = connection.frames.partial?.length ?? 0;
  if (bytes === connection.partialBytes) return;
  const { partials, limits, counters } = context;
  partials.usedBytes += bytes - connection.partialBytes;
  connection.partialBytes = bytes;
  if (bytes === 0) partials.connections.delete(connection);
  else partials.connections.add(connection);
  while (partials.usedBytes > limits.partialBytesMax) {
    let largest: Connection | undefined;
    for (const candidate of partials.connections)
      if (candidate.partialBytes > (largest?.partialBytes ?? 0)) largest = candidate;
    if (!largest) return;
    counters.partialsEnded += 1;
    endForViolation(
      context,
      largest,
      reason.quotaExceeded,
      'The gateway has too many incomplete packets, and this packet is the largest.',
    );
  }
}

/** Time after which a paused connection is read again, and time between two such reads. */
const probeEveryMs = 10_000;
/** A paused connection is read again only if it has fewer unhandled bytes than this. */
const probeBytesMax = 65_536;

/**
 * Checks a paused connection. The gateway notices the end of a connection only by reading. So from time to time, the
 * gateway reads a paused connection until the next bytes or the end come, and keeps the bytes. If the client does not
 * read its acknowledgements, the connection is closed after one and a half times the client's Keep Alive.
 */
export function checkPausedConnection(context: Context, connection: Connection, client: Client, nowMs: number): void {
  const { socket, frames } = connection;
  const pausedForMs = nowMs - connection.pauseStartMs;
  if (socket.writableLength > context.limits.outgoingBytesMax) {
    if (pausedForMs <= client.keepAliveMs * keepAliveFactor) return;
    context.counters.outgoingTimeouts += 1;
    endConnection(context, connection, { kind: 'lost' });
  } else if (pausedForMs > probeEveryMs && nowMs >= connection.probeDueMs && !context.draining) {
    connection.probeDueMs = nowMs + probeEveryMs;
    if (frames.chunk.length - frames.index < probeBytesMax) socket.resume();
  }
}
