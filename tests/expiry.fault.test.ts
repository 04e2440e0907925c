/**
 * Certificates that end while Vigil runs, and Vigil that starts after they ended. No clock is moved: the certificates were made long ago,
 * so that every part, Java and OpenSSL too, sees them end by the real time.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { generate } from 'mqtt-packet';
import { afterAll, describe, expect, it } from 'vitest';
import { dayMs, leafLifeMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { startKafka } from '../ops/platform/kafka.ts';
import type { Software } from '../ops/platform/software.ts';
import { keepCertificates, sightOf } from '../ops/renewal.ts';
import { connectDevice } from './device.ts';
import { startTestPlatform, stateRoot, type TestPlatform, testDevices } from './platform.ts';
import { type RunningHouse, startHouse, until } from './system.ts';

const name = `test-${process.pid}-expiry`;
const stateDir = join(stateRoot, name);
const certs = join(stateDir, 'certs');
const closers: (() => Promise<unknown>)[] = [];
const houses: RunningHouse[] = [];
let platform: TestPlatform;
let software: Software;
let kafka: Awaited<ReturnType<typeof startKafka>>;
/** How long Kafka took to start: what the machine needs for anything, to be waited for in its own time. */
let startMs: number;

afterAll(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(stateDir, { recursive: true, force: true });
}, 120_000);

const issue = (nowMs: number) => ensureCertificates({ stateDir, devices: testDevices, nowMs });

/** Every certificate of a service or a device is made anew, as of `agoMs` ago. The authorities keep their keys. */
async function issueAsOf(agoMs: number): Promise<void> {
  const isOfAuthority = (file: string) => /^(device-)?ca\./.test(file);
  const files = readdirSync(certs).filter((file) => /\.(pem|key)$/.test(file) && !isOfAuthority(file));
  for (const file of files) rmSync(join(certs, file));
  rmSync(join(certs, 'devices'), { recursive: true });
  await issue(Date.now() - agoMs);
}

type Shown = { readonly accepted: boolean; readonly certificate: PeerCertificate | undefined };

/** What the gateway says to a device's certificate, and which one it shows itself. */
function knock(files: { readonly cert: Buffer; readonly key: Buffer }): Promise<Shown> {
  return new Promise((resolve) => {
    const ca = readFileSync(join(certs, 'ca.pem'));
    const socket = connectTls({ host: '127.0.0.1', port: platform.mqttPort, ca, ...files, rejectUnauthorized: false });
    let certificate: PeerCertificate | undefined;
    const done = (accepted: boolean) => {
      socket.destroy();
      resolve({ accepted, certificate });
    };
    socket.on('secureConnect', () => {
      certificate = socket.getPeerCertificate();
      socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: '', clean: true }));
    });
    // CONNACK. With TLS 1.3 a refusal comes after the handshake, in its place.
    socket.once('data', () => done(true));
    socket.on('close', () => done(false));
    socket.on('error', () => undefined);
  });
}

const filesOf = (deviceId: string) => ({
  cert: readFileSync(join(certs, 'devices', `${deviceId}.pem`)),
  key: readFileSync(join(certs, 'devices', `${deviceId}.key`)),
});

async function observe(deviceId: string, heartRate: number): Promise<void> {
  const device = await connectDevice(platform, deviceId);
  await device.observe({ MDC_ECG_HEART_RATE: heartRate });
  await device.close();
}

describe('certificates', () => {
  it('certificates that expired while nothing ran are made anew before Kafka starts, and readings are taken', async () => {
    await issue(Date.now() - leafLifeMs - 10 * dayMs);
    const before = readFileSync(join(certs, 'kafka.pem'), 'utf8');
    const beganMs = Date.now();
    const own = await startTestPlatform(name);
    startMs = Date.now() - beganMs;
    platform = own.data;
    ({ kafka, software } = own.platform);
    closers.push(own.platform.influx.close, () => kafka.close());
    expect(readFileSync(join(certs, 'kafka.pem'), 'utf8')).not.toBe(before);
    for (const house of ['gateway', 'alarms'] as const) {
      const running = await startHouse(platform, house);
      houses.push(running);
      closers.push(running.close);
    }
    await observe('bed-01', 80);
  }, 300_000);

  it('certificates are renewed while everything runs: readings go on after the old ones expired, and after each process was killed', async () => {
    const leftMs = 15_000 + 8 * startMs;
    const endMs = Date.now() + leftMs;
    for (const house of houses) await house.kill();
    await kafka.close();
    await issueAsOf(leafLifeMs - leftMs);
    const restartKafka = async () => {
      await kafka.close();
      kafka = await startKafka({
        ...{ software, stateDir },
        port: platform.kafkaPort,
        controllerPort: platform.kafkaControllerPort,
        shortLived: true,
      });
    };
    await restartKafka();
    for (const house of houses) await house.start();
    await observe('bed-01', 81);
    const old = filesOf('bed-01');
    const shown = await knock(old);
    expect(shown.accepted).toBe(true);

    // It was started an hour ago by the machine's clock, so it looks; the files are then followed by each process.
    let agoMs = 3_600_000;
    const renewal = keepCertificates({
      stateDir,
      since: sightOf(stateDir),
      processes: [{ name: 'kafka', restart: restartKafka }],
      permit: async () => undefined,
      report: () => undefined,
      nowMs: () => Date.now() - agoMs,
      everyMs: 3_600_000,
    });
    closers.push(renewal.close);
    agoMs = 0;
    await renewal.look();
    expect(filesOf('bed-01').cert.equals(old.cert)).toBe(false);
    await until('the gateway to show its new certificate', async () => {
      const { certificate } = await knock(filesOf('bed-01'));
      return certificate !== undefined && certificate.valid_to !== shown.certificate!.valid_to;
    });
    await observe('bed-02', 82);

    await sleep(Math.max(0, endMs + 1_000 - Date.now()));
    // The fault struck: what was good before is not any more.
    expect((await knock(old)).accepted).toBe(false);
    await observe('bed-03', 83);
    for (const house of houses) {
      await house.kill();
      await house.start();
    }
    await observe('bed-04', 84);
  }, 900_000);
});
