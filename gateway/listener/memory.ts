/** What connections hold besides publishes that wait for Kafka, and what is done where a connection would hold it for ever. */

import { reason } from '../core/reasons.ts';
import { keepAliveFactor } from '../core/session.ts';
import { endConnection } from './connection.ts';
import type { Client, Connection, Context } from './parts.ts';
import { violate } from './violate.ts';

/**
 * Counts what a connection keeps of a packet that has not ended. Past the bound of all connections together the largest goes:
 * a client that announces much, sends most of it and stops would else take the place of those that send readings.
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
    for (const one of partials.open) if (one.partialBytes > (largest?.partialBytes ?? 0)) largest = one;
    if (!largest) return;
    counters.partialsEnded += 1;
    violate(context, largest, reason.quotaExceeded, 'Too many packets have begun and not ended.');
  }
}

/** How long a connection is paused before it is looked at, and how often then. */
const breathMs = 10_000;
/** What a paused connection may hold so that it is read once more. */
const breathBytesMax = 65_536;

/**
 * A connection that we do not read cannot be heard to end. So it takes a breath from time to time: it is read until its next bytes,
 * which are kept, or its end, which is what we want to know (TCP's keep-alive makes one of a peer that vanished). A client that
 * does not read its acknowledgements has as long as for its keep-alive.
 */
export function watchPaused(context: Context, connection: Connection, client: Client, nowMs: number): void {
  const { socket, frames } = connection;
  const pausedForMs = nowMs - connection.pausedMs;
  if (socket.writableLength > context.limits.outgoingBytesMax) {
    if (pausedForMs <= client.keepAliveMs * keepAliveFactor) return;
    context.counters.outgoingTimeouts += 1;
    endConnection(context, connection, { kind: 'lost' });
  } else if (pausedForMs > breathMs && nowMs >= connection.breathDueMs && !context.draining) {
    connection.breathDueMs = nowMs + breathMs;
    if (frames.chunk.length - frames.at < breathBytesMax) socket.resume();
  }
}
