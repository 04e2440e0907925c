/** Takes packets out of the received bytes, one after the other, while the connection need not wait. */
import { spend } from '../core/allowance.ts';
import { reason } from '../core/reasons.ts';
import { endConnection, exceedsQuota, mustWait, type Wait } from './connection.ts';
import { dispatch } from './dispatch.ts';
import { handleConnect, refuseConnect } from './handlers/connect.ts';
import { publishMemoryBytes } from './limits.ts';
import { notePartial } from './memory.ts';
import { protocolOf } from './packet/connect.ts';
import { decode } from './packet/decode.ts';
import { isMidPacket, nextFrame, packetType } from './packet/framing.ts';
import type { Connection, Context } from './parts.ts';
import { violate } from './violate.ts';

const connectType = 1;

/** Handles packets. Never throws: a client's packet can at most end its own connection. */
export function pump(context: Context, connection: Connection): void {
  // The handling of a packet may call this again. The loop that handles the packet takes the next one.
  if (connection.isPumping) return;
  connection.isPumping = true;
  try {
    run(context, connection);
  } catch (error) {
    context.log.error({ err: error }, 'a packet broke its handler');
    endConnection(context, connection, {
      kind: 'violation',
      code: reason.implementationSpecificError,
      reasonString: 'The gateway could not handle a packet.',
    });
  } finally {
    connection.isPumping = false;
  }
}

function run(context: Context, connection: Connection): void {
  while (connection.phase !== 'ending') {
    const wait = mustWait(context, connection);
    if (wait !== undefined) {
      pause(context, connection, wait);
      return;
    }
    const { client, waitingPublish } = connection;
    if (client && waitingPublish) {
      connection.waitingPublish = undefined;
      dispatch(context, connection, client, waitingPublish.packet, waitingPublish.bytes);
      // Only now: a connection that resumes here must not overtake this packet.
      context.shares.unpark(client.share, publishMemoryBytes(waitingPublish.bytes));
      continue;
    }
    const cut = nextFrame(connection.frames, context.limits.packetBytesMax);
    switch (cut.kind) {
      case 'packet':
        connection.packetSinceMs = undefined;
        if (client) takeNext(context, connection, client, cut.packet);
        else takeFirst(context, connection, cut.packet);
        break;
      case 'too-large':
        context.counters.packetsTooLarge += 1;
        violate(context, connection, reason.packetTooLarge, 'A packet is larger than Maximum Packet Size.');
        return;
      case 'malformed':
        violate(context, connection, reason.malformedPacket, 'The Remaining Length is wrong.');
        return;
      case 'more':
        if (isMidPacket(connection.frames)) connection.packetSinceMs ??= context.monotonicMs();
        notePartial(context, connection);
        resume(context, connection);
        return;
    }
  }
}

function takeNext(context: Context, connection: Connection, client: NonNullable<Connection['client']>, frame: Buffer) {
  spend(client.share.allowance, frame.length);
  const packet = decode(frame, client.version);
  if (packet.type === 'violation') violate(context, connection, packet.code, packet.reasonString);
  else if (packet.type === 'publish' && packet.qos > 0 && exceedsQuota(context, client)) {
    context.shares.park(client.share, publishMemoryBytes(frame.length));
    // The payload may be part of the socket's buffer.
    connection.waitingPublish = { packet: { ...packet, payload: Buffer.from(packet.payload) }, bytes: frame.length };
  } else dispatch(context, connection, client, packet, frame.length);
}

/** Handles the first packet: CONNECT, of a version that we accept [MQTT-3.1.0-1] [MQTT-3.1.2-1] [MQTT-3.1.2-2]. */
function takeFirst(context: Context, connection: Connection, frame: Buffer): void {
  const protocol = packetType(frame) === connectType ? protocolOf(frame) : undefined;
  if (!protocol || (protocol.name !== 'MQTT' && protocol.name !== 'MQIsdp')) {
    violate(context, connection, reason.protocolError, 'The first packet is not CONNECT.');
    return;
  }
  const { level } = protocol;
  if (protocol.name !== 'MQTT' || (level !== 4 && level !== 5)) {
    // A client of a version later than 5 reads CONNACK like one of version 5.
    const version = protocol.name === 'MQTT' && level > 5 && level < 0x80 ? 5 : 4;
    const reasonString = 'MQTT 3.1.1 and 5 are spoken here.';
    refuseConnect(context, connection, version, { code: reason.unsupportedProtocolVersion, reasonString });
    return;
  }
  const packet = decode(frame, level);
  if (packet.type === 'connect') handleConnect(context, connection, packet);
  if (packet.type !== 'violation') return;
  // CONNACK may give the reason (MQTT 5 section 4.13.1); 3.1.1 closes without a packet [MQTT-3.1.4-1].
  if (level === 5) refuseConnect(context, connection, 5, packet);
  else violate(context, connection, packet.code, packet.reasonString);
}

function pause(context: Context, connection: Connection, why: Wait): void {
  if (!connection.paused) {
    connection.paused = true;
    connection.pausedMs = context.monotonicMs();
    connection.probeDueMs = 0;
    connection.socket.pause();
    countPause(context, why);
  }
  if (connection.hasResumeCallback || why === 'in-flight' || why === 'draining' || why === 'claim') return;
  connection.hasResumeCallback = true;
  const goOn = () => {
    connection.hasResumeCallback = false;
    pump(context, connection);
  };
  switch (why) {
    case 'unacked':
      context.budget.onRoom(goOn);
      break;
    case 'outgoing':
      connection.socket.once('drain', goOn);
      break;
    case 'device-rate':
    case 'device-share':
      // Only a connected client waits for this.
      context.shares.onRoom(connection.client!, why, goOn);
      break;
  }
}

function countPause({ counters }: Context, why: Wait): void {
  switch (why) {
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
  if (!connection.paused) return;
  connection.paused = false;
  // While we did not read, we could not notice the client.
  connection.lastHeardMs = context.monotonicMs();
  connection.socket.resume();
}
