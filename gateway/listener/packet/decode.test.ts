/** Compares the decoder with the parser of `mqtt-packet`, an independent implementation of the standard. */
import fc from 'fast-check';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { protocolOf } from './connect.ts';
import { type ClientPacket, decode } from './decode.ts';
import type { Version, Violation } from './fields.ts';
import { packetType } from './framing.ts';
import { clientPackets } from './packets.testing.ts';

const seed = Date.now() % 2 ** 31;
console.log(`seed ${seed}`);

/** Returns the packet as the library reads it; undefined if the library refuses it. */
function readByLibrary(frame: Buffer, version: Version): Packet | undefined {
  const reader = parser({ protocolVersion: version });
  let packet: Packet | undefined;
  let failed = false;
  reader.on('packet', (read) => {
    packet ??= read;
  });
  reader.on('error', () => {
    failed = true;
  });
  try {
    reader.parse(frame);
  } catch {
    failed = true;
  }
  return failed ? undefined : packet;
}

const hex = (bytes: Uint8Array | string) => Buffer.from(bytes as Buffer).toString('hex');

/** Returns a packet of the library in the form of the decoder, with bytes as hexadecimal text. */
function inOurForm(packet: Packet, version: Version): object {
  const { cmd: type, messageId: packetId } = packet;
  switch (packet.cmd) {
    case 'publish': {
      const { qos, dup, retain, topic, payload, properties } = packet;
      const flags = { qos, isDuplicate: dup, isRetained: retain };
      const topicAlias = properties?.topicAlias;
      return { type, ...flags, topic, packetId: qos > 0 ? packetId : 0, topicAlias, payload: hex(payload) };
    }
    case 'subscribe': {
      const { subscriptionIdentifier } = packet.properties ?? {};
      const subscriptions = packet.subscriptions.map(({ topic, nl }) => ({ filter: topic, noLocal: nl ?? false }));
      return { type, packetId, subscriptionIdentifier, subscriptions };
    }
    case 'unsubscribe':
      return { type, packetId, filters: packet.unsubscriptions };
    case 'disconnect':
      return { type, reasonCode: packet.reasonCode ?? 0, sessionExpiryS: packet.properties?.sessionExpiryInterval };
    case 'connect':
      return connectInOurForm(packet, version);
    case 'pingreq':
      return { type };
    default:
      return { type, packetId };
  }
}

function connectInOurForm(packet: IConnectPacket, version: Version): object {
  const { clean, keepalive, clientId, will, properties = {} } = packet;
  return {
    type: 'connect',
    ...{ version, cleanStart: clean, keepAliveS: keepalive, clientId },
    sessionExpiryS: properties.sessionExpiryInterval,
    packetBytesMax: properties.maximumPacketSize,
    problemInformation: properties.requestProblemInformation ?? true,
    hasAuthenticationMethod: properties.authenticationMethod !== undefined,
    hasAuthenticationData: properties.authenticationData !== undefined,
    will: will && {
      ...{ topic: will.topic, payload: hex(will.payload), qos: will.qos },
      delayS: will.properties?.willDelayInterval ?? 0,
    },
  };
}

function isOfVersion(frame: Buffer, version: Version): boolean {
  const protocol = protocolOf(frame);
  return protocol?.name === 'MQTT' && protocol.level === version;
}

/** Returns a packet of the decoder with bytes as hexadecimal text. */
function comparable(packet: ClientPacket | Violation): object {
  if (packet.type === 'publish') return { ...packet, payload: hex(packet.payload) };
  if (packet.type !== 'connect' || !packet.will) return packet;
  return { ...packet, will: { ...packet.will, payload: hex(packet.will.payload) } };
}

describe('the decoder', () => {
  it.each([4, 5] as const)('decode and the library read the library’s packets in the same way, MQTT %i', (version) => {
    const types = new Set<string>();
    fc.assert(
      fc.property(clientPackets[version], (packet) => {
        const frame = generate(packet, { protocolVersion: version });
        const decoded = decode(frame, version);
        types.add(decoded.type);
        expect(comparable(decoded)).toEqual(inOurForm(readByLibrary(frame, version)!, version));
      }),
      { seed, numRuns: 3_000 },
    );
    expect([...types].sort()).toEqual([
      ...['connect', 'disconnect', 'pingreq', 'puback', 'pubcomp', 'publish', 'pubrec', 'pubrel'],
      ...['subscribe', 'unsubscribe'],
    ]);
  });

  it.each([4, 5] as const)(
    'decode accepts no changed packet that the library refuses or reads in another way, MQTT %i',
    (version) => {
      const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
      const verdicts = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(clientPackets[version], fc.array(change, { minLength: 1, maxLength: 3 }), (packet, changes) => {
          const frame = generate(packet, { protocolVersion: version });
          for (const { at, to } of changes) {
            // The bytes with the length are not changed, so that the frame stays one packet.
            const changedIndex = at % frame.length;
            if (changedIndex === 0 || changedIndex > 4) frame[changedIndex] = to;
          }
          // The listener reads the protocol name and level first, and then decodes CONNECT by its level.
          if (packetType(frame) === 1 && !isOfVersion(frame, version)) return;
          const decoded = decode(frame, version);
          verdicts[decoded.type === 'violation' ? 'refused' : 'accepted'] += 1;
          if (decoded.type === 'violation') return;
          expect(comparable(decoded)).toEqual(inOurForm(readByLibrary(frame, version)!, version));
        }),
        { seed, numRuns: 5_000 },
      );
      expect(verdicts.accepted).toBeGreaterThan(100);
      expect(verdicts.refused).toBeGreaterThan(100);
    },
  );

  it('decode accepts no reason code that the library does not know', () => {
    const accepted: string[] = [];
    const refusedByLibrary: string[] = [];
    for (let code = 0; code < 256; code += 1) {
      const byte = code.toString(16).padStart(2, '0');
      for (const start of ['4003 0001', '4004 0001', '5003 0001', '6203 0001', '7003 0001', 'e001', 'e002']) {
        const bytes = `${start}${byte}${/04|02$/.test(start.slice(2, 4)) ? '00' : ''}`;
        const frame = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
        if (decode(frame, 5).type === 'violation') continue;
        accepted.push(bytes);
        if (!readByLibrary(frame, 5)) refusedByLibrary.push(bytes);
      }
    }
    expect(accepted.length).toBeGreaterThan(60);
    expect(refusedByLibrary).toEqual([]);
  });
});
