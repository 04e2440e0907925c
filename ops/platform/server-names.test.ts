import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { settings as dashboardSettings } from '../../dashboard/server/settings.ts';
import { createTrendStore } from '../../dashboard/server/trend-store.ts';
import { createKafkaClient } from '../../log/kafka/connect.ts';
import { kafkaClientSettings } from '../../log/kafka/settings.ts';
import { readSettings } from '../../process/settings.ts';
import { openPointStore } from '../../processors/trends/influx.ts';
import { settings as trendsSettings } from '../../processors/trends/settings.ts';
import { ensureDatabase } from './influx-setup.ts';
import { serviceEnv } from './service-env.ts';
import { adminKafka } from './topics.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-names-'));
const pem = (name: string) => readFileSync(join(stateDir, 'certs', name), 'utf8');
let server: Server | undefined;

beforeAll(() => ensureCertificates({ stateDir, nowMs: Date.now() }));
afterEach(() => server?.close());
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

/** Starts a TLS server with one of our certificates. The server counts the bytes that it receives. */
async function startServer(certificate: string): Promise<{ readonly port: number; receivedBytes(): number }> {
  let bytes = 0;
  const options = { cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) };
  const listening = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      socket.destroy();
    });
  });
  listening.on('tlsClientError', () => {});
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { port: (listening.address() as AddressInfo).port, receivedBytes: () => bytes };
}

const silent = pino({ level: 'silent' });
const addressesAt = (port: number) => ({
  stateDir,
  kafkaBrokers: `127.0.0.1:${port}`,
  influxUrl: `https://127.0.0.1:${port}`,
  mqttPort: 0,
  httpPort: 0,
});
const envOf = (port: number, service: 'trends' | 'dashboard') => ({
  ...serviceEnv(addressesAt(port), service),
  VIGIL_ACCOUNTS_FILE: join(stateDir, 'certs/ca.pem'),
});

/**
 * Our clients, each with the certificate that it expects. Each call fails in any case, because the server does not
 * answer.
 */
const clients: Readonly<
  Record<string, { readonly expected: string; readonly isSlow?: true; call(port: number): Promise<unknown> }>
> = {
  'the Kafka client of the processes': {
    expected: 'kafka',
    call: (port) =>
      createKafkaClient(readSettings(kafkaClientSettings, envOf(port, 'trends')), 'x', silent, 0)
        .admin()
        .connect(),
  },
  'the Kafka client that creates the topics': {
    expected: 'kafka',
    isSlow: true,
    call: (port) =>
      adminKafka(`127.0.0.1:${port}`, join(stateDir, 'certs'))
        .admin({ retry: { retries: 0 } })
        .connect(),
  },
  'the InfluxDB client of the trend writer': {
    expected: 'influxdb',
    call: (port) =>
      openPointStore(readSettings(trendsSettings, envOf(port, 'trends')), silent).write([
        { associationId: 'a', code: 'c', timeMs: 1, value: 1 } as never,
      ]),
  },
  'the InfluxDB client of the dashboard': {
    expected: 'influxdb',
    call: (port) =>
      createTrendStore(readSettings(dashboardSettings, envOf(port, 'dashboard')), silent).counts(
        { fromMs: 0, toMs: 1, codes: ['MDC_PULS_OXIM_SAT_O2'] },
        '00000000-0000-7000-8000-000000000000',
      ),
  },
  'the InfluxDB client that creates the database': {
    expected: 'influxdb',
    isSlow: true,
    call: (port) =>
      ensureDatabase({
        url: `https://127.0.0.1:${port}`,
        ca: pem('ca.pem'),
        adminPassword: 'secret',
        users: [],
        signal: AbortSignal.timeout(1_000),
      }),
  },
};
const certificates = ['kafka', 'influxdb', 'mqtt-server', 'web-server'];

for (const [name, { expected, isSlow, call }] of Object.entries(clients)) {
  it.each(isSlow ? ['web-server'] : certificates.filter((certificate) => certificate !== expected))(
    `${name} refuses a server with the certificate of %s instead of ${expected}, and sends no data`,
    async (certificate) => {
      const { port, receivedBytes } = await startServer(certificate);
      await expect(call(port)).rejects.toThrow();
      expect(receivedBytes()).toBe(0);
    },
  );

  it(`${name} sends data to a server with the certificate of ${expected}`, async () => {
    const { port, receivedBytes } = await startServer(expected);
    await expect(call(port)).rejects.toThrow();
    expect(receivedBytes()).toBeGreaterThan(0);
  });
}
