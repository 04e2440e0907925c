/**
 * Helpers for the gateway's tests with a real Kafka: connections of devices with MQTT.js, publishes, and the records of
 * a device.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { checkRecord } from '../../contracts/messages/check.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readAllRecords, type WitnessedRecord } from '../log-witness.ts';
import type { TestPlatform } from '../platform.ts';

export async function connectMqtt(
  platform: TestPlatform,
  deviceId: string,
  more: IClientOptions = {},
): Promise<MqttClient> {
  const certs = join(platform.stateDir, 'certs');
  const client = await connectAsync(`mqtts://127.0.0.1:${platform.mqttPort}`, {
    clientId: deviceId,
    protocolVersion: 5,
    reconnectPeriod: 0,
    ca: readFileSync(join(certs, 'ca.pem')),
    cert: readFileSync(join(certs, 'devices', `${deviceId}.pem`)),
    key: readFileSync(join(certs, 'devices', `${deviceId}.key`)),
    ...more,
  });
  client.on('error', () => {});
  return client;
}

/** Publishes a message and resolves with the reason code of its PUBACK or PUBREC; 0 if there is no reason code. */
export async function publishFor(
  client: MqttClient,
  topic: string,
  payload: string | Buffer | object,
  qos: 1 | 2 = 1,
): Promise<number> {
  const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  try {
    const packet = await client.publishAsync(topic, bytes, { qos });
    return (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
}

export type DeviceRecord = WitnessedRecord & { readonly body: { readonly [name: string]: unknown } };

/** Returns the records of one device in a topic, in order. Throws if a record does not fit its schema. */
export async function recordsOf(operator: SealedLog, topic: KafkaTopic, deviceId: string): Promise<DeviceRecord[]> {
  const records: DeviceRecord[] = [];
  for (const record of await readAllRecords(operator, topic)) {
    const checked = checkRecord(record.opened.contentType, record.opened.plaintext);
    if (!checked.ok) throw new Error(checked.fault.message);
    const body = checked.body as DeviceRecord['body'];
    if (body.deviceId === deviceId) records.push({ ...record, body });
  }
  return records;
}
