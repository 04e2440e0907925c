/** A bedside device for tests: publishes what it is told and remembers which of it was acknowledged. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { type DeviceTopicKind, deviceTopic } from '../contracts/topics.ts';
import type { Whereabouts } from '../ops/platform/service-env.ts';

export type TestDevice = {
  readonly deviceId: string;
  readonly boot: string;
  readonly client: MqttClient;
  /** Sequence numbers of observations whose PUBACK came. */
  readonly acknowledged: ReadonlySet<number>;
  published(): number;
  /** Publishes numerics of now (or of `timeMs`); resolves with its `seq` at the PUBACK. */
  observe(values: Readonly<Record<string, number>>, timeMs?: number): Promise<number>;
  publish(kind: DeviceTopicKind, payload: object | Buffer): Promise<void>;
  close(): Promise<void>;
};

const units: Readonly<Record<string, string>> = { MDC_PULS_OXIM_SAT_O2: '%', MDC_TEMP_BODY: 'Cel' };

/** Connects over mutual TLS and goes on by itself when the gateway is away, sending again what was not acknowledged. */
export async function connectDevice(platform: Whereabouts, deviceId: string): Promise<TestDevice> {
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
    async observe(values, timeMs = Date.now()) {
      seq += 1;
      const mine = seq;
      await publish('observations', {
        boot,
        seq: mine,
        time: new Date(timeMs).toISOString(),
        intervalMs: 1000,
        values: Object.entries(values).map(([code, value]) => ({ code, value, unit: units[code] ?? '/min' })),
      });
      acknowledged.add(mine);
      return mine;
    },
    async close() {
      await client.endAsync(true);
    },
  };
}

/** Heart rates of a device, at this pace until it is stopped. What fails is sent again by the client itself. */
export function streamOf(device: TestDevice, everyMs = 50) {
  let heartRate = 80;
  let running = true;
  const sent: Promise<unknown>[] = [];
  const loop = (async () => {
    for (; running; await sleep(everyMs))
      sent.push(device.observe({ MDC_ECG_HEART_RATE: heartRate }).catch(() => undefined));
  })();
  return {
    set(value: number): void {
      heartRate = value;
    },
    async stop(): Promise<void> {
      running = false;
      await loop;
      await Promise.all(sent);
    },
  };
}
