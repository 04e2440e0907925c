/** Tests `npm start` from the launcher to Ctrl-C, and `npm start -- --check`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { freePorts } from '../ops/platform/ports.ts';
import { childrenOf, isLoopback, listeningAddresses } from './scan.ts';
import { root, until } from './system.ts';

const platform = inject('platform');
const started: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  // The child processes end together with these programs (ops/platform/child.ts).
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(platform.stateDir, 'start-'));
  folders.push(folder);
  return folder;
}

type Running = { child: ChildProcess; out(): string; err(): string; exitCode: Promise<number | null> };

function start(program: readonly string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: { PATH: process.env.PATH, VIGIL_SOFTWARE_DIR: platform.softwareDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    text.err += String(chunk);
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => text.out, err: () => text.err, exitCode };
}

const portNames = [
  ...['HTTP', 'MQTT', 'METRICS', 'ALARMS_METRICS', 'CANARY_METRICS'],
  ...['DASHBOARD_METRICS', 'DELIVERY_METRICS', 'STRIPS_METRICS', 'TRENDS_METRICS', 'WITNESS_METRICS'],
  ...['KAFKA', 'KAFKA_CONTROLLER', 'INFLUX'],
];

async function ownPorts(): Promise<Record<string, string>> {
  const ports = await freePorts(portNames.length);
  return Object.fromEntries(portNames.map((name, index) => [`VIGIL_${name}_PORT`, String(ports[index])]));
}

describe('npm start -- --check', () => {
  it('npm start -- --check replays a recording until an alarm is on a screen, and leaves no files behind', {
    timeout: 400_000,
  }, async () => {
    const state = freshFolder();
    const check = start(['ops/launch.mjs', 'ops/start.ts', '--check'], { VIGIL_STATE_DIR: state });
    const code = await check.exitCode;
    const lines = check.out().trim().split('\n');
    const result = JSON.parse(lines.at(-1) ?? '');
    expect(lines.length).toBe(1);
    expect(result).toMatchObject({ ok: true, startupS: expect.any(Number), firstAlarmS: expect.any(Number) });
    expect(result.readings).toBeGreaterThan(0);
    expect(result.alarms).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(readdirSync(state)).toEqual([]);
  });
});

describe('npm start', () => {
  it('npm start listens on loopback only, restarts a killed process, stops at Ctrl-C, and keeps its data', {
    timeout: 600_000,
  }, async () => {
    const state = freshFolder();
    const profiles = join(root, 'processors', 'alarms', 'profiles', 'adult.json');
    const processSettings = { VIGIL_MQTT_CONNECTIONS_MAX: '77', VIGIL_LIMIT_PROFILES_FILE: profiles };
    const env = { ...(await ownPorts()), VIGIL_STATE_DIR: state, VIGIL_BEDS: '2', ...processSettings };
    const firstStart = start(['ops/start.ts'], env);
    await until(
      'the first start has ended',
      () => /Vigil is ready/.test(firstStart.out()) || firstStart.child.exitCode !== null,
      300_000,
    );
    expect(firstStart.err()).toBe('');
    const logins = /Demo logins[\s\S]*?\n\n/.exec(firstStart.out())?.[0] ?? '';
    for (const role of ['nurse', 'physician', 'technician', 'auditor']) expect(logins).toContain(role);

    const children = childrenOf(firstStart.child.pid ?? 0);
    expect(children.length).toBe(11);
    const environ = (program: string) =>
      readFileSync(`/proc/${children.find(({ command }) => command.includes(program))?.pid}/environ`, 'utf8').split(
        '\0',
      );
    expect(environ('gateway/main.ts')).toContain('VIGIL_MQTT_CONNECTIONS_MAX=77');
    expect(environ('alarms/main.ts')).toContain(`VIGIL_LIMIT_PROFILES_FILE=${profiles}`);
    const listening = [firstStart.child.pid ?? 0, ...children.map(({ pid }) => pid)].flatMap(listeningAddresses);
    // InfluxDB has two TCP listeners that cannot be turned off. They are on a multicast address, to which nobody can
    // connect (ops/platform/influx-config.ts).
    const addresses = listening.filter((address) => !address.startsWith('224.0.0.1:'));
    expect(listening.length).toBe(addresses.length + 2);
    expect(addresses.length).toBe(portNames.length);
    expect(addresses.filter((address) => !isLoopback(address))).toEqual([]);

    const secondStart = start(['ops/start.ts'], env);
    expect(await secondStart.exitCode).toBe(1);
    expect(secondStart.err()).toMatch(/already runs on/);

    const gateway = children.find(({ command }) => command.includes('gateway/main.ts'));
    process.kill(gateway?.pid ?? 0, 'SIGKILL');
    await until('the gateway runs again', () => firstStart.err().includes('gateway runs again.'));

    firstStart.child.kill('SIGINT');
    expect(await firstStart.exitCode).toBe(0);
    for (const { pid } of children) expect(() => process.kill(pid, 0)).toThrow();
    expect(existsSync(join(state, 'lock'))).toBe(false);

    const thirdStart = start(['ops/start.ts'], env);
    await until(
      'the next start has ended',
      () => /Vigil is ready/.test(thirdStart.out()) || thirdStart.child.exitCode !== null,
      300_000,
    );
    expect(thirdStart.out()).toContain(logins);
    thirdStart.child.kill('SIGTERM');
    expect(await thirdStart.exitCode).toBe(0);
  });

  it('Ctrl-C during the start of npm start stops Kafka too', { timeout: 300_000 }, async () => {
    const state = freshFolder();
    const starting = start(['ops/start.ts'], { ...(await ownPorts()), VIGIL_STATE_DIR: state });
    const kafka = await until('a broker runs', () =>
      childrenOf(starting.child.pid ?? 0).find(({ command }) => command.includes('kafka.Kafka')),
    );
    starting.child.kill('SIGINT');
    expect(await starting.exitCode).toBe(1);
    expect(() => process.kill(kafka.pid, 0)).toThrow();
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });
});
