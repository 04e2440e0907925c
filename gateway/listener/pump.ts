/** Handles the packets in the received bytes of a connection, one after the other, until the connection must wait. */
import { spend } from '../core/allowance.ts';
import { reason } from '../core/reasons.ts';
import { endConnection, isReceiveMaximumReached, type WaitCause, waitCauseOf } from './connection.ts';
import { dispatch } from './dispatch.ts';
import { endForViolation } from './end-for-violation.ts';
import { handleConnect, refuseConnect } from './handlers/connect.ts';
import { publishMemoryBytes } from './limits.ts';
import { countPartialBytes } from './memory.ts';
import { protocolOf } from './packet/connect.ts';
import { decode } from './packet/decode.ts';
import { isMidPacket, nextFrame, packetType } from './packet/framing.ts';
import type { Connection, Context } from './parts.ts';

const connectType = 1;

/**
 * Handles the received packets of a connection. Never throws: if the handling of a packet fails, only this connection
 * ends.
 */
export function pump(context: Context, connection: Connection): void {
  // A handler may call this function again. Then the loop that called the handler continues with the next packet.
  if (connection.isPumping) return;
  connection.isPumping = true;
  try {
    handleReceivedPackets(context, connection);
  } catch (error) {
    context.log.error({ err: error }, 'the handling of a packet failed: the connection is closed');
    endConnection(context, connection, {
      kind: 'violation',
      code: reason.implementationSpecificError,
      reasonString: 'The gateway failed to handle a packet.',
    });
  } finally {
    connection.isPumping = false;
  }
}

function handleReceivedPackets(context: Context, connection: Connection): void {
  while (connection.phase !== 'ending') {
    const wait = waitCauseOf(context, connection);
    if (wait !== undefined) {
      pause(context, connection, wait);
      return;
    }
    const { client, waitingPublish } = connection;
    if (client && waitingPublish) {
      connection.waitingPublish = undefined;
      dispatch(context, connection, client, waitingPublish.packet, waitingPublish.bytes);
      // `releaseUnsent` may resume another connection of the device, so it is called after the packet was handled.
      context.shares.releaseUnsent(client.share, publishMemoryBytes(waitingPublish.bytes));
      continue;
    }
    const result = nextFrame(connection.frames, context.limits.packetBytesMax);
    switch (result.kind) {
      case 'packet':
        connection.packetStartMs = undefined;
        if (client) handlePacket(context, connection, client, result.packet);
        else handleFirstPacket(context, connection, result.packet);
        break;
      case 'too-large':
        context.counters.packetsTooLarge += 1;
        endForViolation(context, connection, reason.packetTooLarge, 'A packet is larger than Maximum Packet Size.');
        return;
      case 'malformed':
        endForViolation(context, connection, reason.malformedPacket, 'The Remaining Length has more than four bytes.');
        return;
      case 'more':
        if (isMidPacket(connection.frames)) connection.packetStartMs ??= context.monotonicMs();
        countPartialBytes(context, connection);
        resume(context, connection);
        return;
    }
  }
}

/** Handles a packet after CONNECT. A PUBLISH above Receive Maximum is kept until acknowledgements were sent. */
function handlePacket(
  context: Context,
  connection: Connection,
  client: NonNullable<Connection['client']>,
  frame: Buffer,
): void {
  spend(client.share.allowance, frame.length);
  const packet = decode(frame, client.version);
  if (packet.type === 'violation') endForViolation(context, connection, packet.code, packet.reasonString);
  else if (packet.type === 'publish' && packet.qos > 0 && isReceiveMaximumReached(context, client)) {
    context.shares.holdUnsent(client.share, publishMemoryBytes(frame.length));
    // The payload is copied because it is a view of the socket's buffer.
    connection.waitingPublish = { packet: { ...packet, payload: Buffer.from(packet.payload) }, bytes: frame.length };
  } else dispatch(context, connection, client, packet, frame.length);
}

/** Handles the first packet, which must be CONNECT of MQTT 3.1.1 or 5 [MQTT-3.1.0-1] [MQTT-3.1.2-1] [MQTT-3.1.2-2]. */
function handleFirstPacket(context: Context, connection: Connection, frame: Buffer): void {
  const protocol = packetType(frame) === connectType ? protocolOf(frame) : undefined;
  if (!protocol || (protocol.name !== 'MQTT' && protocol.name !== 'MQIsdp')) {
    endForViolation(context, connection, reason.protocolError, 'The first packet must be CONNECT.');
    return;
  }
  const { level } = protocol;
  if (protocol.name !== 'MQTT' || (level !== 4 && level !== 5)) {
    // A client of a later version than 5 is assumed to understand CONNACK of version 5.
    const version = protocol.name === 'MQTT' && level > 5 && level < 0x80 ? 5 : 4;
    const reasonString = 'The gateway supports MQTT 3.1.1 and MQTT 5.';
    refuseConnect(context, connection, version, { code: reason.unsupportedProtocolVersion, reasonString });
    return;
  }
  const packet = decode(frame, level);
  if (packet.type === 'connect') handleConnect(context, connection, packet);
  if (packet.type !== 'violation') return;
  // In MQTT 5 CONNACK may name the reason (section 4.13.1). In MQTT 3.1.1 the connection is closed without a packet
  // [MQTT-3.1.4-1].
  if (level === 5) refuseConnect(context, connection, 5, packet);
  else endForViolation(context, connection, packet.code, packet.reasonString);
}

/**
 * Pauses a connection. For some causes, the event at the end of the wait calls `pump`. For the other causes, registers
 * a callback that calls `pump`.
 */
function pause(context: Context, connection: Connection, wait: WaitCause): void {
  if (!connection.isPaused) {
    connection.isPaused = true;
    connection.pauseStartMs = context.monotonicMs();
    connection.probeDueMs = 0;
    connection.socket.pause();
    countPause(context, wait);
  }
  if (connection.hasResumeCallback || wait === 'in-flight' || wait === 'draining' || wait === 'claim') return;
  connection.hasResumeCallback = true;
  const continuePump = () => {
    connection.hasResumeCallback = false;
    pump(context, connection);
  };
  switch (wait) {
    case 'unacked':
      context.budget.callWhenSpace(continuePump);
      break;
    case 'outgoing':
      connection.socket.once('drain', continuePump);
      break;
    case 'device-rate':
    case 'device-share':
      // A connection waits for its device only after CONNECT, so it has a client here.
      context.shares.callWhenSpace(connection.client!, wait, continuePump);
      break;
  }
}

function countPause({ counters }: Context, wait: WaitCause): void {
  switch (wait) {
    case 'in-flight':
      counters.pausedInFlight += 1;
      break;
    case 'unacked':
      counters.pausedUnacked += 1;
      break;
    case 'outgoing':
      counters.pausedOutgoing += 1;
      break;
    case 'device-rate':
      counters.pausedDeviceRate += 1;
      break;
    case 'device-share':
      counters.pausedDeviceShare += 1;
      break;
    case 'draining':
    case 'claim':
      break;
  }
}

function resume(context: Context, connection: Connection): void {
  if (!connection.isPaused) return;
  connection.isPaused = false;
  // During the pause the gateway could not notice packets, so the Keep Alive starts again.
  connection.lastReceivedMs = context.monotonicMs();
  connection.socket.resume();
}
