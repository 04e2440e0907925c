import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireDisk } from './disk.ts';
import { takeLock } from './lock.ts';
import { freePorts, isFree, requireFreePorts } from './platform/ports.ts';
import { kafkaVersion } from './platform/software.ts';
import { createSteps } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let ports: Record<string, string> = {};

beforeAll(async () => {
  const metrics = [
    'METRICS',
    ...['ALARMS', 'CANARY', 'DASHBOARD', 'TRENDS', 'WITNESS'].map((name) => `${name}_METRICS`),
  ];
  const names = ['HTTP', 'MQTT', 'KAFKA', 'KAFKA_CONTROLLER', 'INFLUX', ...metrics];
  const free = await freePorts(names.length);
  ports = Object.fromEntries(names.map((name, index) => [`VIGIL_${name}_PORT`, String(free[index])]));
});

type Result = { code: number | null; out: string; err: string };

function start(env: Record<string, string>, ...args: string[]): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...args], {
    env: { PATH: process.env.PATH, VIGIL_STATE_DIR: join(folder, 'state'), ...ports, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  child.once('close', (code) => resolve({ code, out, err }));
  return promise;
}

/** Expects that `npm start` prints one line of error and exits with code 1. */
async function expectSentence(result: Promise<Result>, message: RegExp): Promise<void> {
  const { code, err } = await result;
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n').length).toBe(1);
  expect(code).toBe(1);
}

describe('refusals of npm start', { timeout: 90_000 }, () => {
  it.each([
    [
      'a setting that is not a number',
      { VIGIL_BEDS: 'many' },
      /^Bad settings: VIGIL_BEDS is not a whole number from 0 to 200/,
    ],
    ['a port that is too high', { VIGIL_HTTP_PORT: '70000' }, /VIGIL_HTTP_PORT is not a whole number from 1 to 65535/],
    ['a state folder that cannot be created', { VIGIL_STATE_DIR: '/proc/nowhere' }, /^Cannot write \/proc\/nowhere/],
    ['a full disk', { VIGIL_DISK_FREE_MB_MIN: '900000000' }, /MB free, and Vigil needs 900000000 MB/],
    ['missing Java', { PATH: '/nowhere', JAVA_HOME: '' }, /^Java 17 is missing: install it .* `docker compose up`/],
  ])('npm start refuses %s in one sentence', async (_name, env, message) => {
    await expectSentence(start(env), message);
  });

  it('npm start refuses an unknown option', async () => {
    await expectSentence(start({}, '--frobnicate'), /--frobnicate.*see npm start -- --help/);
  });

  it('npm start refuses a number of gateways below 1, and a text instead of the number', async () => {
    await expectSentence(
      start({}, '--gateways', '0'),
      /^Bad settings: VIGIL_GATEWAYS is not a whole number from 1 to 32/,
    );
    await expectSentence(start({}, '--gateways', 'two'), /^Bad settings: VIGIL_GATEWAYS is not a whole number/);
  });

  it('npm start refuses a port that is in use, and names its setting', async () => {
    const server = createServer().listen(Number(ports.VIGIL_MQTT_PORT), '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const message = new RegExp(
      `^Cannot start: port ${ports.VIGIL_MQTT_PORT} is in use \\(for another port set VIGIL_MQTT_PORT\\)`,
    );
    await expectSentence(start({}), message);
    server.close();
  });

  it('npm start refuses the same port for two servers', async () => {
    await expectSentence(
      start({ VIGIL_KAFKA_PORT: ports.VIGIL_HTTP_PORT ?? '' }),
      /VIGIL_HTTP_PORT and VIGIL_KAFKA_PORT have the same port/,
    );
  });

  it('npm start refuses a certificate file without a certificate', async () => {
    const state = join(folder, 'broken');
    mkdirSync(join(state, 'certs'), { recursive: true });
    writeFileSync(join(state, 'certs', 'kafka.pem'), 'garbage');
    writeFileSync(join(state, 'certs', 'kafka.key'), 'garbage');
    await expectSentence(
      start({ VIGIL_STATE_DIR: state }),
      /kafka\.pem does not contain a certificate: delete this file, and Vigil creates a new one/,
    );
  });

  it('npm start refuses a state folder that another process uses', async () => {
    const state = mkdtempSync(join(folder, 'locked-'));
    const lock = takeLock(state);
    await expectSentence(
      start({ VIGIL_STATE_DIR: state }),
      new RegExp(`already runs on .* \\(process ${process.pid}\\)`),
    );
    lock.release();
  });

  it('npm start names missing Maven or missing InfluxDB if it cannot install them', async () => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'openjdk version "17.0.1" 2021-10-19\' >&2\n');
    chmodSync(join(bin, 'java'), 0o755);
    const software = mkdtempSync(join(folder, 'software-'));
    const env = { PATH: bin, JAVA_HOME: '', VIGIL_SOFTWARE_DIR: software };
    await expectSentence(
      start(env),
      /^Maven is missing: install it \(on Debian: apt-get install maven\), or use `docker compose up`/,
    );
    const libs = join(software, `kafka-${kafkaVersion}`, 'libs');
    mkdirSync(libs, { recursive: true });
    writeFileSync(join(libs, `kafka_2.13-${kafkaVersion}.jar`), '');
    await expectSentence(
      start(env),
      /^InfluxDB 1\.x is missing: install it \(package influxdb\), or use `docker compose up`/,
    );
  });

  it('npm start refuses Java 11, and names the version that it needs', async () => {
    const bin = mkdtempSync(join(folder, 'java-'));
    writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    chmodSync(join(bin, 'java'), 0o755);
    await expectSentence(start({ PATH: `${bin}:/bin:/usr/bin` }), /^Java 17 or later is needed \(found version 11\)/);
  });
});

it('npm start -- --help prints its options and settings', { timeout: 60_000 }, async () => {
  const { code, out, err } = await start({}, '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const setting of ['VIGIL_HTTP_PORT', 'VIGIL_BEDS', 'VIGIL_STATE_DIR', 'VIGIL_GATEWAYS', '--check', '--gateways'])
    expect(out).toContain(setting);
});

describe('takeLock', () => {
  it('takeLock refuses a second lock until the first is released', () => {
    const state = mkdtempSync(join(folder, 'lock-'));
    const lock = takeLock(state);
    expect(() => takeLock(state)).toThrow(/already runs/);
    lock.release();
    takeLock(state).release();
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });

  it.each([
    ['a process that has ended', () => String(spawnSync(process.execPath, ['-e', '0']).pid)],
    ['an earlier process with our pid', () => `${process.pid} 1`],
    ['no process', () => ''],
  ])('takeLock replaces the lock of %s', (_name, content) => {
    const state = mkdtempSync(join(folder, 'stale-'));
    writeFileSync(join(state, 'lock'), content());
    takeLock(state).release();
  });
});

describe('freePorts', () => {
  it('freePorts returns different ports that are free', async () => {
    const free = await freePorts(20);
    expect(new Set(free).size).toBe(20);
    for (const port of free) expect(await isFree(port)).toBe(true);
    await requireFreePorts(free.map((port) => ({ setting: `P${port}`, port })));
  });
});

describe('requireDisk', () => {
  it('requireDisk refuses a disk with less free space than required', () => {
    expect(() => requireDisk(folder, 0)).not.toThrow();
    expect(() => requireDisk(folder, 1e12)).toThrow(/delete files first/);
  });
});

describe('createSteps', () => {
  it('a step prints its title, remarks and duration, or that it failed', async () => {
    let now = 0;
    let text = '';
    const steps = createSteps(
      (part) => {
        text += part;
      },
      () => now,
    );
    const result = await steps.run('Kafka', async (remark) => {
      remark('fetching');
      now = 4240;
      return 7;
    });
    await expect(steps.run('InfluxDB', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect({ result, text }).toEqual({ result: 7, text: 'Kafka … fetching … 4.2 s\nInfluxDB … failed\n' });
  });
});
