/** Tools of the attack tests: raw bytes to a TLS port, a browser, an MQTT client and a Kafka client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import kafkajs from 'kafkajs';
// This import also corrects the request queue of kafkajs.
import '../../log/kafka/connect.ts';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { inject } from 'vitest';
import type { Pair } from '../../certs/issue.ts';
import type { AuditEntry } from '../../dashboard/protocol/audit.ts';
import type { Snapshot } from '../../dashboard/protocol/live.ts';
import { type Browser, newBrowser, type Target } from '../../dashboard/server/browser.testing.ts';
import type { Product } from './product.ts';

export const product: Product = inject('product');
const certs = join(product.stateDir, 'certs');
/** Returns the text of a file in `certs/` of the state folder, such as `ca.pem` or `devices/bed-01.key`. */
export const certFile = (name: string) => readFileSync(join(certs, name), 'utf8');

/** Origin of the dashboard's page. */
export const origin = `https://localhost:${product.httpPort}`;

/**
 * Returns a browser without a login.
 * @param localAddress an address of 127.0.0.0/8; each test file uses its own, because the dashboard limits requests by
 * address
 */
export function browserFrom(localAddress: string): Browser {
  const target: Target = { port: product.httpPort, ca: certFile('ca.pem'), origin, localAddress };
  return newBrowser(target);
}

/**
 * Returns a browser that is logged in.
 * @throws Error if the dashboard refuses the login
 */
export async function loggedInBrowser(userId: string, localAddress: string): Promise<Browser> {
  const browser = browserFrom(localAddress);
  const { status, body } = await browser.login(userId, product.passwords[userId] ?? '');
  if (status !== 200) throw new Error(`${userId} cannot log in: ${status} ${JSON.stringify(body)}`);
  return browser;
}

/** Longest time until the first byte of an answer. Long, because a busy machine answers slowly. */
const firstByteMsMax = 60_000;
/** An answer is complete when the server sends nothing for this time. */
const quietMs = 4_000;

/**
 * Sends bytes to a TLS port. Returns everything that the server sends until the server closes the connection or is
 * silent.
 * @param options options of the TLS connection, such as another version
 */
export function sendRaw(port: number, bytes: string | Buffer, options: ConnectionOptions = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ text: string; isClosed: boolean }>();
  const parts: Buffer[] = [];
  const socket = connectTls({ host: '127.0.0.1', port, ca: certFile('ca.pem'), servername: 'localhost', ...options });
  const finish = (isClosed: boolean) => {
    resolve({ text: Buffer.concat(parts).toString('latin1'), isClosed });
    socket.destroy();
  };
  socket.setTimeout(firstByteMsMax, () => finish(false));
  let isConnected = false;
  socket.on('secureConnect', () => {
    isConnected = true;
    socket.write(bytes);
  });
  socket.on('data', (part: Buffer) => {
    parts.push(part);
    socket.setTimeout(quietMs);
  });
  socket.on('close', () => finish(true));
  // If a server closes before it has read everything, the connection is reset, and its answer may be lost.
  const isReset = ({ code }: NodeJS.ErrnoException) => isConnected && (code === 'ECONNRESET' || code === 'EPIPE');
  socket.on('error', (error: NodeJS.ErrnoException) =>
    parts.length > 0 || isReset(error) ? finish(true) : reject(error),
  );
  return promise;
}

/** Returns all routes that the running server describes, as `METHOD /path/{parameter}`. */
export async function routesOfServer(browser: Browser): Promise<string[]> {
  const { body } = await browser.get('/api/openapi.json');
  return Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'head')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/**
 * Connects an MQTT client with the certificate of a device. `options` may set another client id. The client never
 * reconnects.
 */
export function connectMqtt(certificateOf: string, options: IClientOptions = {}): Promise<MqttClient> {
  return connectAsync(
    `mqtts://127.0.0.1:${product.mqttPort}`,
    {
      clientId: certificateOf,
      protocolVersion: 5,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      ca: certFile('ca.pem'),
      cert: certFile(`devices/${certificateOf}.pem`),
      key: certFile(`devices/${certificateOf}.key`),
      ...options,
    },
    false,
  );
}

/** Name of a certificate in `certs/` without `.pem`, or a certificate with its key, or undefined for no certificate. */
export type KafkaIdentity = string | Pair | undefined;

/** Returns a Kafka client with the given certificate. */
export function connectKafkaAs(identity: KafkaIdentity): kafkajs.Kafka {
  const pair =
    typeof identity === 'string'
      ? { certificate: certFile(`${identity}.pem`), key: certFile(`${identity}.key`) }
      : identity;
  return new kafkajs.Kafka({
    clientId: 'attacker',
    brokers: [product.kafkaBrokers],
    ssl: { ca: [certFile('ca.pem')], ...(pair && { cert: pair.certificate, key: pair.key }) },
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 5_000,
    retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 200 },
  });
}

/** Returns beds and alarms of all wards, as a person who may see all wards gets them. */
export async function snapshotOfAllWards(chief: Browser): Promise<Snapshot> {
  const live = await chief.live({ type: 'watch', scope: { ward: '*' }, waves: null });
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await new Promise((next) => setTimeout(next, 100))) {
    const [snapshot] = live.of('snapshot');
    if (snapshot === undefined) continue;
    live.close();
    return snapshot;
  }
  throw new Error('the chief physician got no snapshot of the wards');
}

/**
 * Connects a device and admits an invented patient to it, as a nurse of the ward does. Returns the id of the
 * association.
 */
export async function admit(nurse: Browser, deviceId: string, ward: string, bed: string, familyName: string) {
  const patient = { patientId: `P-${deviceId}`, familyName, givenName: 'Test', category: 'adult' };
  const device = await connectMqtt(deviceId);
  try {
    return await assignDevice(nurse, deviceId, { ward, bed, patient, version: null });
  } finally {
    await device.endAsync();
  }
}

/**
 * Assigns a device that has just connected to a bed. Tries again while the dashboard does not know of the connection
 * yet. Returns the id of the association.
 */
export async function assignDevice(nurse: Browser, deviceId: string, place: object): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const { status, body } = await nurse.post(`/api/devices/${deviceId}/associations`, place);
    if (status === 201) return body.associationId;
    if (status !== 404 || tries === 45) throw new Error(`${deviceId} cannot be assigned: ${status} ${body.message}`);
    await new Promise((next) => setTimeout(next, 1_000));
  }
}

/** Returns the newest refusals of an account in the audit trail. */
export async function refusalsOf(auditor: Browser, userId: string): Promise<AuditEntry[]> {
  const { body } = await auditor.get(`/api/audit?action=access-denied&userId=${userId}&limit=200`);
  return body.records;
}
