/** Operations on one client's connection: send, acknowledge, decide whether to wait, end. */

import type { Packet } from 'mqtt-packet';
import { observe } from '../../process/histogram.ts';
import { type Ack, countUnsentAcks, takeReadyAcks } from '../core/acks.ts';
import { type EndCause, endOf } from '../core/ends.ts';
import { reason } from '../core/reasons.ts';
import { incrementCount } from '../measures.ts';
import { publishMemoryBytes } from './limits.ts';
import { bareAckBytes, encode, writeBareAck } from './packet/encode.ts';
import { emptyFrames } from './packet/framing.ts';
import type { Client, Connection, Context } from './parts.ts';
import type { Share } from './shares.ts';

/**
 * Sends a packet. Returns false if the packet was not sent, because it is larger than the client accepts
 * [MQTT-3.1.2-24], or because the connection is closed.
 */
export function sendPacket(connection: Connection, packet: Packet): boolean {
  const { client } = connection;
  const bytes = encode(packet, client?.version ?? 4);
  return bytes.length <= (client?.packetBytesMax ?? bytes.length) && writeBytes(connection, bytes);
}

export function writeBytes(connection: Connection, bytes: Buffer): boolean {
  if (!connection.socket.writable) return false;
  connection.socket.write(bytes);
  return true;
}

/** Sends all ready acknowledgements together on the next tick, when all answers of a batch have been handled. */
export function flushAcksSoon(context: Context, connection: Connection): void {
  if (connection.isFlushScheduled) return;
  connection.isFlushScheduled = true;
  process.nextTick(flushAcks, context, connection);
}

function flushAcks(context: Context, connection: Connection): void {
  connection.isFlushScheduled = false;
  const { client } = connection;
  if (!client || connection.phase !== 'open') return;
  const ready = takeReadyAcks(client.acks);
  if (ready.length === 0) return;
  context.counters.acknowledged += ready.length;
  const { ackMs } = context.measures;
  const atMs = context.monotonicMs();
  let batch = Buffer.allocUnsafe(ready.length * bareAckBytes);
  let filledBytes = 0;
  for (const ack of ready) {
    observe(ackMs, atMs - ack.receivedMs);
    const reasonCode = ack.reasonCode ?? reason.success;
    const failed = reasonCode >= 0x80;
    // A QoS 2 message counts against Receive Maximum until PUBCOMP, or until a PUBREC with an error code (MQTT 5
    // section 4.9).
    if (ack.kind === 'puback' || failed) client.quotaUsed -= 1;
    if (client.version === 4 || (reasonCode === 0 && ack.reasonString === undefined)) {
      writeBareAck(batch, filledBytes, ack.kind, ack.packetId);
      filledBytes += bareAckBytes;
      continue;
    }
    if (filledBytes > 0) writeBytes(connection, batch.subarray(0, filledBytes));
    batch = Buffer.allocUnsafe(ready.length * bareAckBytes);
    filledBytes = 0;
    sendAckWithReason(connection, client, ack, reasonCode);
  }
  if (filledBytes > 0) writeBytes(connection, batch.subarray(0, filledBytes));
  if (connection.isPaused) context.pump(connection);
}

/**
 * Sends an acknowledgement. Adds the reason string only if the client wants reason strings and accepts the size of the
 * packet [MQTT-3.1.2-29] [MQTT-3.4.2-2].
 */
function sendAckWithReason(connection: Connection, client: Client, ack: Ack, reasonCode: number): void {
  const packetWithoutReason = { cmd: ack.kind, messageId: ack.packetId, reasonCode };
  const { reasonString } = ack;
  if (client.problemInformation && reasonString !== undefined) {
    if (sendPacket(connection, { ...packetWithoutReason, properties: { reasonString } })) return;
  }
  sendPacket(connection, packetWithoutReason);
}

/** Returns whether the client may send no further PUBLISH of QoS 1 or 2 before an acknowledgement [MQTT-3.3.4-7]. */
export function isReceiveMaximumReached({ limits }: Context, { version, quotaUsed }: Client): boolean {
  return version === 5 && quotaUsed >= limits.inFlightMax;
}

/** What a connection waits for before its next packet. `draining`: the gateway shuts down, so the wait has no end. */
export type WaitCause = 'claim' | 'in-flight' | 'device-rate' | 'device-share' | 'unacked' | 'outgoing' | 'draining';

/** Returns what the connection must wait for before its next packet; undefined if it need not wait. */
export function waitCauseOf(context: Context, connection: Connection): WaitCause | undefined {
  const { client, socket } = connection;
  if (socket.writableLength > context.limits.outgoingBytesMax) return 'outgoing';
  if (!client) return connection.abandonClaim && 'claim';
  if (context.draining) return 'draining';
  if (client.unmeteredInFlight >= context.limits.inFlightMax) return 'in-flight';
  if (connection.waitingPublish && isReceiveMaximumReached(context, client) && countUnsentAcks(client.acks) > 0)
    return 'in-flight';
  return context.budget.isFull() ? 'unacked' : context.shares.waitCauseOf(client.share);
}

/**
 * Ends a connection: sends the reason (MQTT 5), publishes the will if it is due, keeps or ends the session, and closes
 * the socket. Messages on their way still go to Kafka, but are not acknowledged, so the client sends them again. Does
 * nothing if called again.
 */
export function endConnection(context: Context, connection: Connection, cause: EndCause): void {
  if (connection.phase === 'ending') return;
  const { client, socket } = connection;
  connection.phase = 'ending';
  context.connections.delete(connection);
  connection.abandonClaim?.();
  const end = endOf(cause, client?.will !== undefined);
  if (client) {
    if (client.version === 5 && end.code !== undefined) sendDisconnect(connection, end.code, end.reasonString);
    context.counters.connectionsEnded += 1;
    incrementCount(context.measures.ends, cause.kind);
    context.log.info(
      {
        deviceId: client.source.deviceId,
        cause: cause.kind,
        code: end.code,
        reasonString: end.reasonString,
        unacknowledged: countUnsentAcks(client.acks),
      },
      'connection ended',
    );
    context.sessions.handleConnectionEnd(
      client.session,
      connection,
      end.isWillDue ? client.will : undefined,
      end.endReason,
    );
  }
  const { remoteAddress } = socket;
  if (client && cause.kind === 'taken-over')
    socket.once('end', () => context.sink.lostIdWhileAlive(client.source, remoteAddress, cause.newerAddress));
  // Nothing more is read from the client, but packets that were written to it (CONNACK, DISCONNECT) must still arrive.
  socket.removeAllListeners('data');
  socket.end();
  socket.resume();
  releaseMemory(context, connection);
  leaveDeviceShare(connection);
  setTimeout(() => socket.destroy(), cause.kind === 'lost' ? 0 : lingerMs).unref();
}

/**
 * Counts a connection for its device and returns the device's share. Returns undefined if the device has the maximum
 * number of connections.
 * @param replacesConnection whether the connection replaces another connection; then the maximum does not apply
 */
export function joinDeviceShare(
  { shares, limits }: Context,
  connection: Connection,
  deviceId: string,
  replacesConnection: boolean,
): Share | undefined {
  const share = shares.shareOf(deviceId);
  if (share.connections >= limits.connectionsPerDeviceMax && !replacesConnection) return undefined;
  connection.share = share;
  share.connections += 1;
  return share;
}

function leaveDeviceShare(connection: Connection): void {
  if (connection.share) connection.share.connections -= 1;
  connection.share = undefined;
}

/** Frees the memory of received bytes that were not handled. Their messages are not acknowledged. */
function releaseMemory(context: Context, connection: Connection): void {
  const { partials } = context;
  partials.usedBytes -= connection.partialBytes;
  partials.connections.delete(connection);
  connection.partialBytes = 0;
  Object.assign(connection.frames, emptyFrames());
  dropWaitingPublish(context, connection);
}

/**
 * Drops the PUBLISH that waits for acknowledgements of earlier messages, if any. The dropped PUBLISH is not
 * acknowledged.
 */
export function dropWaitingPublish({ shares }: Context, connection: Connection): void {
  const { waitingPublish, share } = connection;
  connection.waitingPublish = undefined;
  if (waitingPublish && share) shares.releaseUnsent(share, publishMemoryBytes(waitingPublish.bytes));
}

/** Time for which the socket stays open, so that the last packets can be sent. */
const lingerMs = 1_000;

/**
 * Sends DISCONNECT. Leaves out the reason string if the packet would be larger than the client accepts [MQTT-3.14.2-3].
 */
function sendDisconnect(connection: Connection, code: number, reasonString: string | undefined): void {
  const packetWithoutReason: Packet = { cmd: 'disconnect', reasonCode: code };
  // The library can write the reason string of a DISCONNECT, but its types do not have it.
  const withReason = { ...packetWithoutReason, properties: { reasonString: reasonString } } as Packet;
  if (reasonString === undefined || !sendPacket(connection, withReason)) sendPacket(connection, packetWithoutReason);
}
