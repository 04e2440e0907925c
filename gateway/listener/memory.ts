/** Bounds what connections hold, besides publishes that wait for Kafka, so that none holds memory without end. */

import { reason } from '../core/reasons.ts';
import { keepAliveFactor } from '../core/session.ts';
import { endConnection } from './connection.ts';
import type { Client, Connection, Context } from './parts.ts';
import { violate } from './violate.ts';

/**
 * Counts what a connection holds of an incomplete packet. Above the limit of all connections together, the largest one is ended.
 * Otherwise a client that announces much, sends most of it and stops would take the memory of those that send readings.
 */
export function notePartial(context: Context, connection: Connection): void {
  const bytes = connection.frames.partial?.length ?? 0;
  if (bytes === connection.partialBytes) return;
  const { partials, limits, counters } = context;
  partials.usedBytes += bytes - connection.partialBytes;
  connection.partialBytes = bytes;
  if (bytes === 0) partials.open.delete(connection);
  else partials.open.add(connection);
  while (partials.usedBytes > limits.partialBytesMax) {
    let largest: Connection | undefined;
    for (const connection of partials.open)
      if (connection.partialBytes > (largest?.partialBytes ?? 0)) largest = connection;
    if (!largest) return;
    counters.partialsEnded += 1;
    violate(context, largest, reason.quotaExceeded, 'Too many packets have begun and not ended.');
  }
}

/** How long a connection is paused before it is checked, and how often after that. */
const probeEveryMs = 10_000;
/** A paused connection that holds at most this is read once more. */
const probeBytesMax = 65_536;

/**
 * We cannot notice the end of a connection that we do not read. So a paused connection is read from time to time: until its next bytes,
 * which are kept, or its end, which we want to notice (TCP's keep-alive ends a connection whose peer vanished). A client that does
 * not read its acknowledgements is closed after its keep-alive.
 */
export function watchPaused(context: Context, connection: Connection, client: Client, nowMs: number): void {
  const { socket, frames } = connection;
  const pausedForMs = nowMs - connection.pausedMs;
  if (socket.writableLength > context.limits.outgoingBytesMax) {
    if (pausedForMs <= client.keepAliveMs * keepAliveFactor) return;
    context.counters.outgoingTimeouts += 1;
    endConnection(context, connection, { kind: 'lost' });
  } else if (pausedForMs > probeEveryMs && nowMs >= connection.probeDueMs && !context.draining) {
    connection.probeDueMs = nowMs + probeEveryMs;
    if (frames.chunk.length - frames.at < probeBytesMax) socket.resume();
  }
}
