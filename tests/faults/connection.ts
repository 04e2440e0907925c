/**
 * One MQTT connection of a device over mutual TLS, made with mqtt-packet. A test can drop its TCP connection in the
 * middle of a packet.
 */
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { parser as createParser, generate, type IPublishPacket, type Packet } from 'mqtt-packet';
import { deviceTopic } from '../../contracts/topics.ts';
import type { Reading } from './reading.ts';

/**
 * 4 is MQTT 3.1.1 with a clean session for each connection; 5 is MQTT 5 with a session that outlives the connection.
 */
export type Version = 4 | 5;

export type ConnectionOptions = {
  readonly deviceId: string;
  readonly port: number;
  readonly certsDir: string;
  readonly version: Version;
  /**
   * True for the first connection of a device start, because this start has no state of an earlier session
   * [MQTT-3.1.2-4].
   */
  readonly clean: boolean;
  readonly keepAliveS: number;
  /** Longest time from the start of the connection to CONNACK. After this time the connection is dropped. */
  readonly connectMs: number;
  readonly onReady: (sessionPresent: boolean) => void;
  /** Called at each PUBACK and PUBREC. */
  readonly onAcknowledged: (packetId: number, code: number) => void;
  /** Called at each PUBCOMP. */
  readonly onReleased: (packetId: number) => void;
  /** Called once, when the connection has ended for any reason. */
  readonly onClosed: () => void;
};

export type Connection = {
  isReady(): boolean;
  publish(reading: Reading, packetId: number, qos: 1 | 2, dup: boolean): void;
  /** Sends PUBREL. */
  release(packetId: number): void;
  /** Sends half of a PUBLISH packet and resets the TCP connection. */
  tearPublish(reading: Reading, packetId: number, qos: 1 | 2): Promise<void>;
  destroy(): void;
};

const sessionS = 600;
const credentials = new Map<string, { ca: string; cert: string; key: string }>();

function credentialsOf(certsDir: string, deviceId: string) {
  const read = (...path: string[]) => readFileSync(join(certsDir, ...path), 'utf8');
  let pair = credentials.get(`${certsDir}/${deviceId}`);
  if (pair === undefined) {
    pair = {
      ca: read('ca.pem'),
      cert: read('devices', `${deviceId}.pem`),
      key: read('devices', `${deviceId}.key`),
    };
    credentials.set(`${certsDir}/${deviceId}`, pair);
  }
  return pair;
}

export function openConnection(options: ConnectionOptions): Connection {
  const { deviceId, version } = options;
  const tcp = connectTcp({ host: '127.0.0.1', port: options.port, noDelay: true });
  const socket = connectTls({ socket: tcp, servername: 'localhost', ...credentialsOf(options.certsDir, deviceId) });
  const parser = createParser({ protocolVersion: version });
  let isReady = false;
  let hasEnded = false;
  let lastDataMs = performance.now();

  const write = (packet: Packet) => {
    if (!hasEnded) socket.write(generate(packet, { protocolVersion: version }));
  };
  const deadline = setTimeout(drop, options.connectMs);
  const pulse = setInterval(() => {
    // The device drops a connection on which the broker was silent for 1.5 times the Keep Alive.
    if (isReady && performance.now() - lastDataMs > 1500 * options.keepAliveS) drop();
    else if (isReady) write({ cmd: 'pingreq' });
  }, 500 * options.keepAliveS);

  function drop(): void {
    socket.destroy();
    tcp.destroy();
    ended();
  }

  function ended(): void {
    if (hasEnded) return;
    hasEnded = true;
    isReady = false;
    clearTimeout(deadline);
    clearInterval(pulse);
    options.onClosed();
  }

  function onPacket(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        onConnack(packet.reasonCode ?? packet.returnCode ?? 0, packet.sessionPresent);
        break;
      case 'puback':
      case 'pubrec':
        options.onAcknowledged(packet.messageId ?? 0, packet.reasonCode ?? 0);
        break;
      case 'pubcomp':
        options.onReleased(packet.messageId ?? 0);
        break;
      case 'disconnect':
        drop();
        break;
      default:
    }
  }

  function onConnack(code: number, sessionPresent: boolean): void {
    if (code !== 0) {
      drop();
      return;
    }
    clearTimeout(deadline);
    isReady = true;
    options.onReady(sessionPresent);
  }

  socket.on('secureConnect', () => {
    const session =
      version === 5
        ? { clean: options.clean, properties: { sessionExpiryInterval: sessionS } }
        : ({ clean: true } as const);
    write({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version,
      clientId: deviceId,
      keepalive: options.keepAliveS,
      ...session,
    });
  });
  parser.on('packet', (packet) => {
    if (!hasEnded) onPacket(packet);
  });
  parser.on('error', drop);
  socket.on('data', (chunk: Buffer) => {
    lastDataMs = performance.now();
    if (!hasEnded) parser.parse(chunk);
  });
  socket.on('error', drop);
  tcp.on('error', drop);
  socket.on('close', ended);
  tcp.on('close', () => {
    socket.destroy();
    ended();
  });

  const packetOf = (reading: Reading, packetId: number, qos: 1 | 2, dup: boolean): IPublishPacket => ({
    cmd: 'publish',
    topic: deviceTopic(deviceId, reading.kind),
    payload: reading.payload,
    qos,
    dup,
    retain: false,
    messageId: packetId,
  });

  return {
    isReady: () => isReady,
    publish: (reading, packetId, qos, dup) => write(packetOf(reading, packetId, qos, dup)),
    release: (packetId) => write({ cmd: 'pubrel', messageId: packetId }),
    async tearPublish(reading, packetId, qos) {
      const bytes = generate(packetOf(reading, packetId, qos, false), { protocolVersion: version });
      // No further packet may follow: the half packet must be the last data of this connection.
      isReady = false;
      await new Promise<void>((done) => socket.write(bytes.subarray(0, bytes.length >> 1), () => done()));
      tcp.resetAndDestroy();
    },
    destroy: drop,
  };
}
