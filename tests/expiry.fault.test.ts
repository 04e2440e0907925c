/**
 * Lets certificates expire while Vigil runs, and while Vigil is stopped. The test issues certificates with an old date
 * and changes no clock. So the certificates really expire, also for Java and OpenSSL.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { generate } from 'mqtt-packet';
import { afterAll, describe, expect, it } from 'vitest';
import { leafLifeMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { dayMs } from '../contracts/durations.ts';
import { startKafka } from '../ops/platform/kafka.ts';
import type { Software } from '../ops/platform/software.ts';
import { readCertificateState, startRenewal } from '../ops/renewal.ts';
import { connectDevice } from './device.ts';
import { startTestPlatform, stateRoot, type TestPlatform, testDevices } from './platform.ts';
import { type RunningProcess, startProcess, until } from './system.ts';

const name = `test-${process.pid}-expiry`;
const stateDir = join(stateRoot, name);
const certs = join(stateDir, 'certs');
const closers: (() => Promise<unknown>)[] = [];
const processes: RunningProcess[] = [];
let platform: TestPlatform;
let software: Software;
let kafka: Awaited<ReturnType<typeof startKafka>>;
/**
 * Time that Kafka took to start, in ms. The time limits of this test are multiples of this time, because machines are
 * not equally fast.
 */
let kafkaStartMs: number;

afterAll(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(stateDir, { recursive: true, force: true });
}, 120_000);

const issue = (nowMs: number) => ensureCertificates({ stateDir, devices: testDevices, nowMs });

/**
 * Issues all certificates of services and devices again, as if the time were `nowMs`. The authorities keep their keys.
 */
async function issueAt(nowMs: number): Promise<void> {
  const isOfAuthority = (file: string) => /^(device-)?ca\./.test(file);
  const files = readdirSync(certs).filter((file) => /\.(pem|key)$/.test(file) && !isOfAuthority(file));
  for (const file of files) rmSync(join(certs, file));
  rmSync(join(certs, 'devices'), { recursive: true });
  await issue(nowMs);
}

type Handshake = { readonly accepted: boolean; readonly certificate: PeerCertificate | undefined };

/**
 * Connects with a device's certificate. Returns whether the gateway accepts this certificate, and the certificate of
 * the gateway.
 */
function tryConnect(files: { readonly cert: Buffer; readonly key: Buffer }): Promise<Handshake> {
  return new Promise((resolve) => {
    const ca = readFileSync(join(certs, 'ca.pem'));
    const socket = connectTls({ host: '127.0.0.1', port: platform.mqttPort, ca, ...files, rejectUnauthorized: false });
    let certificate: PeerCertificate | undefined;
    const finish = (accepted: boolean) => {
      socket.destroy();
      resolve({ accepted, certificate });
    };
    socket.on('secureConnect', () => {
      certificate = socket.getPeerCertificate();
      socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: '', clean: true }));
    });
    // The first data is a CONNACK. With TLS 1.3 the gateway refuses a certificate only after the handshake, and sends
    // no CONNACK.
    socket.once('data', () => finish(true));
    socket.on('close', () => finish(false));
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
  it('certificates that expired while Vigil was stopped are renewed before Kafka starts; readings are acknowledged', async () => {
    await issue(Date.now() - leafLifeMs - 10 * dayMs);
    const certificateBefore = readFileSync(join(certs, 'kafka.pem'), 'utf8');
    const beganMs = Date.now();
    const testPlatform = await startTestPlatform(name);
    kafkaStartMs = Date.now() - beganMs;
    platform = testPlatform.data;
    ({ kafka, software } = testPlatform.platform);
    closers.push(testPlatform.platform.influx.close, () => kafka.close());
    expect(readFileSync(join(certs, 'kafka.pem'), 'utf8')).not.toBe(certificateBefore);
    for (const name of ['gateway', 'alarms'] as const) {
      const running = await startProcess(platform, name);
      processes.push(running);
      closers.push(running.close);
    }
    await observe('bed-01', 80);
  }, 300_000);

  it('certificates are renewed while Vigil runs; readings are acknowledged after the old certificates expired and after each process was restarted', async () => {
    const untilExpiryMs = 15_000 + 8 * kafkaStartMs;
    const endMs = Date.now() + untilExpiryMs;
    for (const running of processes) await running.kill();
    await kafka.close();
    await issueAt(endMs - leafLifeMs);
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
    for (const running of processes) await running.start();
    await observe('bed-01', 81);
    const oldFiles = filesOf('bed-01');
    const oldHandshake = await tryConnect(oldFiles);
    expect(oldHandshake.accepted).toBe(true);

    // The renewal begins with a clock that is an hour behind, so that its next check is due when the clock is right
    // again.
    let behindMs = 3_600_000;
    const renewal = startRenewal({
      stateDir,
      stateBeforeStart: readCertificateState(stateDir),
      processes: [{ name: 'kafka', restart: restartKafka }],
      updateKafkaPermissions: async () => undefined,
      report: () => undefined,
      nowMs: () => Date.now() - behindMs,
      everyMs: 3_600_000,
    });
    closers.push(renewal.close);
    behindMs = 0;
    await renewal.check();
    expect(filesOf('bed-01').cert.equals(oldFiles.cert)).toBe(false);
    await until('the gateway shows its new certificate', async () => {
      const { certificate } = await tryConnect(filesOf('bed-01'));
      return certificate !== undefined && certificate.valid_to !== oldHandshake.certificate!.valid_to;
    });
    await observe('bed-02', 82);

    await sleep(Math.max(0, endMs + 1_000 - Date.now()));
    // The old certificate has expired: the gateway accepted it before, and refuses it now.
    expect((await tryConnect(oldFiles)).accepted).toBe(false);
    await observe('bed-03', 83);
    for (const running of processes) {
      await running.kill();
      await running.start();
    }
    await observe('bed-04', 84);
  }, 900_000);
});
