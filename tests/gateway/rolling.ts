/**
 * A device for the tests of several gateways, with MQTT.js. It keeps each reading until the reading is acknowledged.
 * When its connection ends, it connects again and sends all unacknowledged readings again, in order. MQTT.js itself
 * does not reconnect here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import { deviceTopic } from '../../contracts/topics.ts';
import { makeReading, type Reading } from '../faults/reading.ts';
import type { TestPlatform } from '../platform.ts';

export type ReconnectingDevice = {
  readonly deviceId: string;
  readonly boot: string;
  readonly acknowledged: readonly number[];
  /** Returns the number of connections that were accepted so far. */
  connections(): number;
  /** Reason codes of the DISCONNECT packets of the gateways. */
  readonly disconnectCodes: readonly number[];
  /**
   * Opens a new connection without closing the present connection, so that a gateway must end the present connection.
   */
  connectAgain(): void;
  /** Makes no more readings, and resolves when all are acknowledged and the device has disconnected. */
  finish(): Promise<void>;
  close(): void;
};

const unacknowledgedMax = 16;

export function startReconnectingDevice(options: {
  readonly platform: TestPlatform;
  readonly deviceId: string;
  readonly boot: string;
  readonly version: 4 | 5;
  readonly qos: 1 | 2;
  readonly everyMs: number;
}): ReconnectingDevice {
  const { deviceId, boot, version, qos } = options;
  const certs = join(options.platform.stateDir, 'certs');
  const readCertificate = (...path: string[]) => readFileSync(join(certs, ...path));
  const identity = {
    ca: readCertificate('ca.pem'),
    cert: readCertificate('devices', `${deviceId}.pem`),
    key: readCertificate('devices', `${deviceId}.key`),
  };
  const acknowledged: number[] = [];
  const disconnectCodes: number[] = [];
  const waiting: Reading[] = [];
  const sent: Reading[] = [];
  const formerClients = new Set<MqttClient>();
  const done = Promise.withResolvers<void>();
  let current: MqttClient | undefined;
  let connections = 0;
  let readingCount = 0;
  let isFinishing = false;
  let isClosed = false;

  function openConnection(): void {
    if (isClosed) return;
    const client = connect(`mqtts://127.0.0.1:${options.platform.mqttPort}`, {
      ...identity,
      clientId: deviceId,
      protocolVersion: version,
      clean: true,
      keepalive: 5,
      reconnectPeriod: 0,
      connectTimeout: 20_000,
      will: { topic: deviceTopic(deviceId, 'status'), payload: Buffer.from('{"online":false}'), qos: 1, retain: false },
    });
    current = client;
    client.on('error', () => {});
    client.on('disconnect', ({ reasonCode }) => void disconnectCodes.push(reasonCode ?? 0));
    client.on('connect', () => {
      if (current !== client) return;
      connections += 1;
      for (const reading of [...sent]) send(client, reading);
      sendWaiting();
    });
    client.on('close', () => {
      formerClients.delete(client);
      client.end(true);
      if (current !== client) return;
      current = undefined;
      setTimeout(openConnection, 50 + Math.random() * 200);
    });
  }

  function send(client: MqttClient, reading: Reading): void {
    client.publish(deviceTopic(deviceId, 'observations'), reading.payload, { qos }, (error) => {
      // The acknowledgement may belong to a former connection.
      const index = error ? -1 : sent.indexOf(reading);
      if (index < 0) return;
      sent.splice(index, 1);
      acknowledged.push(reading.seq);
      sendWaiting();
    });
  }

  function sendWaiting(): void {
    while (current?.connected && sent.length < unacknowledgedMax && waiting.length > 0) {
      const reading = waiting.shift()!;
      sent.push(reading);
      send(current, reading);
    }
    if (isFinishing && sent.length === 0 && waiting.length === 0) done.resolve();
  }

  const timer = setInterval(() => {
    readingCount += 1;
    waiting.push(makeReading('observations', boot, readingCount, Date.now()));
    sendWaiting();
  }, options.everyMs);
  openConnection();

  function close(): void {
    clearInterval(timer);
    isClosed = true;
    const clients = [current, ...formerClients];
    current = undefined;
    for (const client of clients) client?.end(true);
  }

  return {
    deviceId,
    boot,
    acknowledged,
    connections: () => connections,
    disconnectCodes,
    connectAgain() {
      if (!current?.connected) return;
      formerClients.add(current);
      openConnection();
    },
    async finish() {
      clearInterval(timer);
      isFinishing = true;
      sendWaiting();
      await done.promise;
      await sleep(0);
      close();
    },
    close,
  };
}
