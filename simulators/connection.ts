/**
 * One MQTT connection of one device, made with MQTT.js. The connection never reconnects and never repeats a message,
 * because the device does both.
 */
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
  /**
   * Called when the gateway has accepted the device. The device may have at most `receiveMaximum` unacknowledged
   * messages in flight.
   */
  onConnected(receiveMaximum: number): void;
  /** Called once when the connection has ended, for any reason. Unacknowledged messages may or may not have arrived. */
  onEnded(reason: string): void;
  /** Called with each message that the gateway publishes to the device's inbox. */
  onInbox(payload: Uint8Array): void;
};

export type Connection = {
  /**
   * Publishes a message.
   * @param done called when the gateway has acknowledged the message, and with QoS 0 when the message is written. Gets
   * the reason code if the gateway refused the message. Never called after `onEnded`
   */
  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1, done: (refusal: number | undefined) => void): void;
  /** Sends DISCONNECT, so that the gateway does not publish the will. */
  close(): Promise<void>;
};

const keepAliveS = 15;
const connectTimeoutMs = 10_000;
const goodbyeMsMax = 2_000;

export function openConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const client = mqtt.connect(options.url, clientOptions(options));
  let hasEnded = false;
  let lastError: string | undefined;

  const end = (reason: string) => {
    if (hasEnded) return;
    hasEnded = true;
    client.end(true);
    events.onEnded(reason);
  };
  client.on('connect', (connack: IConnackPacket) => {
    if (hasEnded) return;
    client.subscribe(deviceTopic(options.deviceId, 'inbox'), { qos: 1 });
    events.onConnected(connack.properties?.receiveMaximum ?? 65_535);
  });
  client.on('message', (_topic, payload) => {
    if (!hasEnded) events.onInbox(payload);
  });
  client.on('disconnect', (packet) => {
    lastError = `the gateway ended the connection, reason 0x${(packet.reasonCode ?? 0).toString(16)}`;
  });
  client.on('error', (error) => {
    lastError = error.message;
    end(lastError);
  });
  client.on('close', () => end(lastError ?? 'the connection was closed'));

  return {
    publish(topic, payload, qos, done) {
      client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos }, (error) => {
        if (hasEnded) return;
        if (!error) return done(undefined);
        const { code } = error as { code?: unknown };
        if (typeof code === 'number') done(code);
      });
    },
    async close() {
      if (hasEnded) return;
      hasEnded = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const forceEnd = setTimeout(() => client.end(true, () => resolve()), goodbyeMsMax);
      client.end(false, () => resolve());
      await promise;
      clearTimeout(forceEnd);
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
