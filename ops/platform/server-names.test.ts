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
import { connectKafka } from '../../log/kafka/connect.ts';
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

/** A server with one of our certificates, which keeps what it receives. */
async function pose(as: string): Promise<{ readonly port: number; heard(): number }> {
  let bytes = 0;
  const posing = createServer({ cert: pem(`${as}.pem`), key: pem(`${as}.key`) }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      socket.destroy();
    });
  });
  posing.on('tlsClientError', () => {});
  server = posing;
  await new Promise<void>((resolve) => posing.listen(0, '127.0.0.1', resolve));
  return { port: (posing.address() as AddressInfo).port, heard: () => bytes };
}

const silent = pino({ level: 'silent' });
const where = (port: number) => ({
  stateDir,
  kafkaBrokers: `127.0.0.1:${port}`,
  influxUrl: `https://127.0.0.1:${port}`,
  mqttPort: 0,
  httpPort: 0,
});
const envOf = (port: number, service: 'trends' | 'dashboard') => ({
  ...serviceEnv(where(port), service),
  VIGIL_ACCOUNTS_FILE: join(stateDir, 'certs/ca.pem'),
});

/** Each client of ours, with the certificate of the server that it expects. It fails in any case, because nobody answers. */
const clients: Readonly<
  Record<string, { readonly of: string; readonly isSlow?: true; call(port: number): Promise<unknown> }>
> = {
  'the processes': {
    of: 'kafka',
    call: (port) =>
      connectKafka(readSettings(kafkaClientSettings, envOf(port, 'trends')), 'x', silent, 0)
        .admin()
        .connect(),
  },
  'what makes the topics': {
    of: 'kafka',
    isSlow: true,
    call: (port) =>
      adminKafka(`127.0.0.1:${port}`, join(stateDir, 'certs'))
        .admin({ retry: { retries: 0 } })
        .connect(),
  },
  'the trend writer': {
    of: 'influxdb',
    call: (port) =>
      openPointStore(readSettings(trendsSettings, envOf(port, 'trends')), silent).write([
        { associationId: 'a', code: 'c', timeMs: 1, value: 1 } as never,
      ]),
  },
  'the dashboard': {
    of: 'influxdb',
    call: (port) =>
      createTrendStore(readSettings(dashboardSettings, envOf(port, 'dashboard')), silent).counts(
        { fromMs: 0, toMs: 1, codes: ['MDC_PULS_OXIM_SAT_O2'] },
        '00000000-0000-7000-8000-000000000000',
      ),
  },
  'what makes the database': {
    of: 'influxdb',
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
const impostors = ['kafka', 'influxdb', 'mqtt-server', 'web-server'];

for (const [name, { of, isSlow, call }] of Object.entries(clients)) {
  it.each(isSlow ? ['web-server'] : impostors.filter((impostor) => impostor !== of))(
    `${name}: refuses a server with the certificate of %s instead of ${of}, and sends it nothing`,
    async (impostor) => {
      const { port, heard } = await pose(impostor);
      await expect(call(port)).rejects.toThrow();
      expect(heard()).toBe(0);
    },
  );

  it(`${name}: talks to a server with the certificate of ${of}`, async () => {
    const { port, heard } = await pose(of);
    await expect(call(port)).rejects.toThrow();
    expect(heard()).toBeGreaterThan(0);
  });
}
