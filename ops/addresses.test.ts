/** Where `npm run vigil` looks for Kafka and InfluxDB, and what it says when they do not answer. */
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
import { within } from './desk.ts';
import { mustQuery } from './platform/influx-setup.ts';
import { readVigil } from './rejected/settings.ts';
import { awayWatch } from './trends/writer-side.ts';

const empty = mkdtempSync(join(tmpdir(), 'vigil-addresses-'));
const started = mkdtempSync(join(tmpdir(), 'vigil-addresses-'));
afterAll(() => {
  for (const folder of [empty, started]) rmSync(folder, { recursive: true, force: true });
});
const last = { kafkaBrokers: '127.0.0.1:19092,127.0.0.1:19094', influxUrl: 'https://127.0.0.1:18086' };
writeAddresses(started, last);

function placesOf(env: Environment, stateDir = empty) {
  const { kafkaBrokers, kafkaFrom, influxUrl, influxFrom } = readVigil({ VIGIL_STATE_DIR: stateDir, ...env });
  return { kafkaBrokers, kafkaFrom, influxUrl, influxFrom };
}

describe('the addresses of npm run vigil', () => {
  const ports = { VIGIL_KAFKA_PORT: '29092', VIGIL_INFLUX_PORT: '28086' };

  it('are those that their own settings give, whatever else is set', () => {
    const given = { VIGIL_KAFKA_BROKERS: 'kafka:1', VIGIL_INFLUX_URL: 'https://influx:2' };
    expect(placesOf({ ...given, ...ports }, started)).toEqual({
      kafkaBrokers: 'kafka:1',
      kafkaFrom: 'from VIGIL_KAFKA_BROKERS',
      influxUrl: 'https://influx:2',
      influxFrom: 'from VIGIL_INFLUX_URL',
    });
  });

  it('follow from the ports that npm start takes', () => {
    expect(placesOf(ports, started)).toEqual({
      kafkaBrokers: '127.0.0.1:29092',
      kafkaFrom: 'from VIGIL_KAFKA_PORT',
      influxUrl: 'https://127.0.0.1:28086',
      influxFrom: 'from VIGIL_INFLUX_PORT',
    });
    expect(placesOf({ ...ports, VIGIL_KAFKA_COPIES: '3' }).kafkaBrokers).toBe(
      '127.0.0.1:29092,127.0.0.1:29094,127.0.0.1:29096',
    );
  });

  it('are those of the last start on the state folder where nothing is set', () => {
    expect(placesOf({}, started)).toMatchObject(last);
    expect(placesOf({ VIGIL_KAFKA_PORT: '' }, started).kafkaFrom).toBe(
      'where npm start last ran it for this state folder',
    );
  });

  it('are the default ports where nothing is set and nothing was started', () => {
    expect(placesOf({})).toEqual({
      kafkaBrokers: '127.0.0.1:9092',
      kafkaFrom: 'the default: neither VIGIL_KAFKA_BROKERS nor VIGIL_KAFKA_PORT is set',
      influxUrl: 'https://127.0.0.1:8086',
      influxFrom: 'the default: neither VIGIL_INFLUX_URL nor VIGIL_INFLUX_PORT is set',
    });
  });

  it.each(['', '{', '{"kafkaBrokers":"a b","influxUrl":"https://x"}'])(
    'are refused where the file of the last start is %j',
    (content) => {
      const folder = mkdtempSync(join(empty, 'damaged-'));
      writeFileSync(join(folder, 'addresses.json'), content);
      expect(() => placesOf({}, folder)).toThrow(/addresses\.json is not as npm start writes it: delete it/);
    },
  );
});

describe('npm run vigil', () => {
  let server: Server;
  const stateDir = join(empty, 'house');
  beforeAll(async () => {
    await ensureCertificates({ stateDir, devices: [], nowMs: Date.now() });
    server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  it('connects to the Kafka of VIGIL_KAFKA_PORT', async () => {
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

describe('what does not answer', () => {
  it('is named with its address and what says so, when it is Kafka', async () => {
    const at = { kafkaBrokers: '127.0.0.1:9092', kafkaFrom: 'the default' };
    await expect(within(1, at, new Promise(() => {}))).rejects.toThrow(
      /^Kafka at 127\.0\.0\.1:9092 \(the default\) does not answer .*VIGIL_KAFKA_BROKERS/,
    );
  });

  it('is named with its address when it is InfluxDB', async () => {
    // Port 9 of loopback: nothing of ours listens there.
    const setup = { url: 'https://127.0.0.1:9', adminPassword: 'x', users: [] };
    await expect(mustQuery(setup, 'SHOW DATABASES')).rejects.toThrow(/^InfluxDB at https:\/\/127\.0\.0\.1:9 does not/);
  });

  it('is waited for until it was away for the whole time, counted anew after each answer', () => {
    const isAwayTooLong = awayWatch(60_000);
    const at = (nowMs: number, isStoreAway: boolean) => isAwayTooLong({ isStoreAway }, nowMs);
    expect([at(0, true), at(59_999, true), at(60_000, false), at(61_000, true), at(120_999, true)]).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    expect(at(121_000, true)).toBe(true);
  });
});

it('keeps the addresses in a file that only its user reads', () => {
  expect(statSync(join(started, 'addresses.json')).mode & 0o777).toBe(0o600);
});
