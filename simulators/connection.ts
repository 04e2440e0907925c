/** One MQTT connection of one device, by MQTT.js. It never reconnects or sends again by itself: the device does, from its outbox. */
import mqtt, { type IClientOptions, type IConnackPacket } from 'mqtt';
import { deviceTopic } from '../contracts/topics.ts';
import type { Identity } from './certificates.ts';

export type ConnectionOptions = {
  readonly url: string;
  readonly deviceId: string;
  readonly protocol: 4 | 5;
  readonly ca: Buffer;
  readonly identity: Identity;
  readonly willPayload: string;
};

export type ConnectionEvents = {
  /** The gateway accepted the device; it takes at most `receiveMaximum` unacknowledged messages. */
  up(receiveMaximum: number): void;
  /** The connection is gone, for any reason; called once. Unacknowledged messages may have arrived or not. */
  down(reason: string): void;
  inbox(payload: Uint8Array): void;
};

export type Connection = {
  /** `done` is called on the acknowledgement (QoS 0: when written), with the reason code if the gateway refused. Never after `down`. */
  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1, done: (refusedAs: number | undefined) => void): void;
  /** Sends DISCONNECT, so that the gateway does not publish the will. */
  close(): Promise<void>;
};

const keepAliveS = 15;
const connectTimeoutMs = 10_000;
const goodbyeMsMax = 2_000;

export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const client = mqtt.connect(options.url, clientOptions(options));
  let gone = false;
  let lastError: string | undefined;

  const end = (reason: string) => {
    if (gone) return;
    gone = true;
    client.end(true);
    events.down(reason);
  };
  client.on('connect', (connack: IConnackPacket) => {
    if (gone) return;
    client.subscribe(deviceTopic(options.deviceId, 'inbox'), { qos: 1 });
    events.up(connack.properties?.receiveMaximum ?? 65_535);
  });
  client.on('message', (_topic, payload) => {
    if (!gone) events.inbox(payload);
  });
  client.on('disconnect', (packet) => {
    lastError = `the gateway disconnected us, reason 0x${(packet.reasonCode ?? 0).toString(16)}`;
  });
  client.on('error', (error) => {
    lastError = error.message;
    end(lastError);
  });
  client.on('close', () => end(lastError ?? 'the connection was closed'));

  return {
    publish(topic, payload, qos, done) {
      client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos }, (error) => {
        if (gone) return;
        if (!error) return done(undefined);
        const { code } = error as { code?: unknown };
        if (typeof code === 'number') done(code);
      });
    },
    async close() {
      if (gone) return;
      gone = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const late = setTimeout(() => client.end(true, () => resolve()), goodbyeMsMax);
      client.end(false, () => resolve());
      await promise;
      clearTimeout(late);
    },
  };
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  return {
    clientId: options.deviceId,
    protocolVersion: options.protocol,
    clean: true,
    keepalive: keepAliveS,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ca: options.ca,
    cert: options.identity.cert,
    key: options.identity.key,
    will: {
      topic: deviceTopic(options.deviceId, 'status'),
      payload: Buffer.from(options.willPayload),
      qos: 1,
      retain: false,
    },
  };
}
