/** Tests how `npm run vigil` finds Kafka and InfluxDB, and its errors if they do not answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { Environment } from '../process/settings.ts';
import { writeAddresses } from './addresses.ts';
import { awaitKafka } from './operator-context.ts';
import { runStatement } from './platform/influx-setup.ts';
import { readVigil } from './rejected/settings.ts';
import { createAwayCheck } from './trends/writer-side.ts';

const emptyFolder = mkdtempSync(join(tmpdir(), 'vigil-addresses-'));
const usedFolder = mkdtempSync(join(tmpdir(), 'vigil-addresses-'));
afterAll(() => {
  for (const folder of [emptyFolder, usedFolder]) rmSync(folder, { recursive: true, force: true });
});
const lastAddresses = { kafkaBrokers: '127.0.0.1:19092,127.0.0.1:19094', influxUrl: 'https://127.0.0.1:18086' };
writeAddresses(usedFolder, lastAddresses);

function addressesOf(env: Environment, stateDir = emptyFolder) {
  const { kafkaBrokers, kafkaFrom, influxUrl, influxFrom } = readVigil({ VIGIL_STATE_DIR: stateDir, ...env });
  return { kafkaBrokers, kafkaFrom, influxUrl, influxFrom };
}

describe('readVigil', () => {
  const ports = { VIGIL_KAFKA_PORT: '29092', VIGIL_INFLUX_PORT: '28086' };

  it('readVigil takes the addresses from VIGIL_KAFKA_BROKERS and VIGIL_INFLUX_URL, even if ports are set', () => {
    const addresses = { VIGIL_KAFKA_BROKERS: 'kafka:1', VIGIL_INFLUX_URL: 'https://influx:2' };
    expect(addressesOf({ ...addresses, ...ports }, usedFolder)).toEqual({
      kafkaBrokers: 'kafka:1',
      kafkaFrom: 'from VIGIL_KAFKA_BROKERS',
      influxUrl: 'https://influx:2',
      influxFrom: 'from VIGIL_INFLUX_URL',
    });
  });

  it('readVigil uses the ports that are set if no address is set', () => {
    expect(addressesOf(ports, usedFolder)).toEqual({
      kafkaBrokers: '127.0.0.1:29092',
      kafkaFrom: 'from VIGIL_KAFKA_PORT',
      influxUrl: 'https://127.0.0.1:28086',
      influxFrom: 'from VIGIL_INFLUX_PORT',
    });
    expect(addressesOf({ ...ports, VIGIL_KAFKA_COPIES: '3' }).kafkaBrokers).toBe(
      '127.0.0.1:29092,127.0.0.1:29094,127.0.0.1:29096',
    );
  });

  it('readVigil uses the addresses of the last start with the state folder if no address and no port is set', () => {
    expect(addressesOf({}, usedFolder)).toMatchObject(lastAddresses);
    expect(addressesOf({ VIGIL_KAFKA_PORT: '' }, usedFolder).kafkaFrom).toBe(
      'from the last npm start with this state folder',
    );
  });

  it('readVigil uses the default ports if no address and no port is set and there was no start', () => {
    expect(addressesOf({})).toEqual({
      kafkaBrokers: '127.0.0.1:9092',
      kafkaFrom: 'the default: neither VIGIL_KAFKA_BROKERS nor VIGIL_KAFKA_PORT is set',
      influxUrl: 'https://127.0.0.1:8086',
      influxFrom: 'the default: neither VIGIL_INFLUX_URL nor VIGIL_INFLUX_PORT is set',
    });
  });

  it.each(['', '{', '{"kafkaBrokers":"a b","influxUrl":"https://x"}'])(
    'readVigil refuses a file addresses.json with the content %j',
    (content) => {
      const folder = mkdtempSync(join(emptyFolder, 'damaged-'));
      writeFileSync(join(folder, 'addresses.json'), content);
      expect(() => addressesOf({}, folder)).toThrow(/addresses\.json is damaged: delete it/);
    },
  );
});

describe('npm run vigil', () => {
  let server: Server;
  const stateDir = join(emptyFolder, 'system');
  beforeAll(async () => {
    await ensureCertificates({ stateDir, devices: [], nowMs: Date.now() });
    server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  it('npm run vigil connects to Kafka at VIGIL_KAFKA_PORT', async () => {
    const { port } = server.address() as { port: number };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'vigil.ts'), 'rejected', 'list'], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, VIGIL_STATE_DIR: stateDir, VIGIL_KAFKA_PORT: String(port) },
    });
    const ended = once(child, 'close').then(() => 'ended without a connection');
    expect(await Promise.race([once(server, 'connection').then(() => 'connected'), ended])).toBe('connected');
    child.kill();
    await ended;
  }, 60_000);
});

describe('errors of services that do not answer', () => {
  it('the error for Kafka names its address and the setting of the address', async () => {
    const settings = { kafkaBrokers: '127.0.0.1:9092', kafkaFrom: 'the default' };
    const terminal = { isInteractive: () => false, writeError: () => {} };
    await expect(awaitKafka(1, settings, new Promise(() => {}), terminal)).rejects.toThrow(
      /^Kafka at 127\.0\.0\.1:9092 \(the default\) has not answered .*VIGIL_KAFKA_BROKERS/,
    );
  });

  it('the error for InfluxDB names its address', async () => {
    // No process listens on port 9 of loopback.
    const setup = { url: 'https://127.0.0.1:9', adminPassword: 'x', users: [] };
    await expect(runStatement(setup, 'SHOW DATABASES')).rejects.toThrow(
      /^InfluxDB at https:\/\/127\.0\.0\.1:9 does not/,
    );
  });

  it('a rebuild gives up after InfluxDB has not answered for 60 s', () => {
    const isAwayTooLong = createAwayCheck(60_000);
    const judge = (nowMs: number, isStoreAway: boolean) => isAwayTooLong({ isStoreAway }, nowMs);
    const resultsBefore = [
      judge(0, true),
      judge(59_999, true),
      judge(60_000, false),
      judge(61_000, true),
      judge(120_999, true),
    ];
    expect(resultsBefore).toEqual(Array.from({ length: 5 }, () => false));
    expect(judge(121_000, true)).toBe(true);
  });
});

it('writeAddresses creates a file that only its owner can read', () => {
  expect(statSync(join(usedFolder, 'addresses.json')).mode & 0o777).toBe(0o600);
});
