/** A bedside device for tests. It publishes readings, and remembers which readings the gateway acknowledged. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { type DeviceTopicKind, deviceTopic } from '../contracts/topics.ts';
import type { SystemAddresses } from '../ops/platform/service-env.ts';

export type TestDevice = {
  readonly deviceId: string;
  readonly boot: string;
  readonly client: MqttClient;
  /** Sequence numbers of the observations that the gateway acknowledged with PUBACK. */
  readonly acknowledged: ReadonlySet<number>;
  /** Number of observations published so far. */
  published(): number;
  /**
   * Publishes numerics with the time `timeMs`, by default now, and the time until the next reading, by default 1 s.
   * Resolves with the sequence number when the PUBACK arrives.
   */
  observe(values: Readonly<Record<string, number>>, timeMs?: number, intervalMs?: number): Promise<number>;
  publish(kind: DeviceTopicKind, payload: object | Buffer): Promise<void>;
  close(): Promise<void>;
};

const units: Readonly<Record<string, string>> = { MDC_PULS_OXIM_SAT_O2: '%', MDC_TEMP_BODY: 'Cel' };

/**
 * Connects a device over mutual TLS. If the connection is lost, the device reconnects and repeats each unacknowledged
 * reading.
 */
export async function connectDevice(platform: SystemAddresses, deviceId: string): Promise<TestDevice> {
  const certs = join(platform.stateDir, 'certs');
  const client = await connectAsync(`mqtts://127.0.0.1:${platform.mqttPort}`, {
    clientId: deviceId,
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: 600 },
    reconnectPeriod: 200,
    ca: readFileSync(join(certs, 'ca.pem')),
    cert: readFileSync(join(certs, 'devices', `${deviceId}.pem`)),
    key: readFileSync(join(certs, 'devices', `${deviceId}.key`)),
  });
  client.on('error', () => {});
  const boot = randomUUID().slice(0, 8);
  const acknowledged = new Set<number>();
  let seq = 0;

  async function publish(kind: DeviceTopicKind, payload: object | Buffer): Promise<void> {
    const bytes = Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
    await client.publishAsync(deviceTopic(deviceId, kind), bytes, { qos: 1 });
  }

  return {
    deviceId,
    boot,
    client,
    acknowledged,
    published: () => seq,
    publish,
    async observe(values, timeMs = Date.now(), intervalMs = 1_000) {
      seq += 1;
      const ownSeq = seq;
      await publish('observations', {
        boot,
        seq: ownSeq,
        time: new Date(timeMs).toISOString(),
        intervalMs,
        values: Object.entries(values).map(([code, value]) => ({ code, value, unit: units[code] ?? '/min' })),
      });
      acknowledged.add(ownSeq);
      return ownSeq;
    },
    async close() {
      await client.endAsync(true);
    },
  };
}

/**
 * Publishes a heart rate every `everyMs` until `stop` is called. The MQTT client repeats readings that were not
 * acknowledged.
 */
export function startReadings(device: TestDevice, everyMs = 50) {
  let heartRate = 80;
  let isRunning = true;
  const sent: Promise<unknown>[] = [];
  const loop = (async () => {
    for (; isRunning; await sleep(everyMs))
      sent.push(device.observe({ MDC_ECG_HEART_RATE: heartRate }).catch(() => undefined));
  })();
  return {
    setHeartRate(value: number): void {
      heartRate = value;
    },
    async stop(): Promise<void> {
      isRunning = false;
      await loop;
      await Promise.all(sent);
    },
  };
}
