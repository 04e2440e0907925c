import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { revoke } from '../certs/devices.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { revokeService } from '../certs/services.ts';
import { dayMs } from '../contracts/durations.ts';
import { readRevocationLists } from '../process/crl.ts';
import { type Renewal, readCertificateState, startRenewal } from './renewal.ts';

let stateDir: string;
let now: number;
let reports: string[];
let restarts: string[];
let renewal: Renewal;
let permissionsFail = false;
let stateBeforeStart: ReturnType<typeof readCertificateState>;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'vigil-renewal-'));
  now = Date.now();
  reports = [];
  restarts = [];
  permissionsFail = false;
  await ensureCertificates({ stateDir, devices: ['bed-01'], nowMs: now });
  stateBeforeStart = readCertificateState(stateDir);
  renewal = startTestRenewal();
});
afterEach(async () => {
  await renewal.close();
  rmSync(stateDir, { recursive: true, force: true });
});

function startTestRenewal(): Renewal {
  const names = ['kafka', 'influxdb', 'alarms', 'gateway', 'gateway-2', 'simulators', 'canary'];
  return startRenewal({
    stateDir,
    stateBeforeStart,
    processes: names.map((name) => ({ name, restart: async () => void restarts.push(name) })),
    updateKafkaPermissions: async () => {
      if (permissionsFail) throw new Error('Kafka is away');
      restarts.push('permissions');
    },
    report: (line) => reports.push(line),
    nowMs: () => now,
    everyMs: 3_600_000,
  });
}

const readCrl = () =>
  readRevocationLists(readFileSync(join(stateDir, 'certs/device-ca.crl')), [
    readFileSync(join(stateDir, 'certs/device-ca.pem'), 'utf8'),
  ]).get(0)!;

it('while all certificates are valid for more than 30 days, a check only issues the CRLs again and restarts no process', async () => {
  now += 59 * dayMs;
  await renewal.check();
  expect([reports, restarts]).toEqual([[], []]);
  expect((readCrl().nextUpdateMs ?? 0) - now).toBeGreaterThan(29 * dayMs);
});

it('a check renews certificates 30 days before their end, and restarts only the processes that do not notice new files', async () => {
  now += 61 * dayMs;
  await renewal.check();
  expect(reports[0]).toMatch(/^\d+ certificates were renewed$/);
  expect(restarts).toEqual(['simulators', 'kafka', 'influxdb']);
  await renewal.check();
  expect(restarts).toHaveLength(3);
});

it('a check renews certificates that have ended, for instance after the machine slept', async () => {
  now += 200 * dayMs;
  await renewal.check();
  expect(restarts).toEqual(['simulators', 'kafka', 'influxdb']);
});

it('a check after a revocation updates Kafka’s permissions first, and then restarts each process of the service', async () => {
  await revokeService({ stateDir, service: 'gateway', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.check();
  expect(restarts).toEqual(['permissions', 'gateway', 'gateway-2']);
});

it('the first check applies a revocation that happened while the system started', async () => {
  await renewal.close();
  await revokeService({ stateDir, service: 'gateway', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  renewal = startTestRenewal();
  await renewal.check();
  expect(restarts).toEqual(['permissions', 'gateway', 'gateway-2']);
});

it('a check after the revocation of a super user’s key restarts Kafka, which reads its super users only at the start', async () => {
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.check();
  expect(restarts).toEqual(['kafka', 'permissions']);
});

it('a check writes the revocation of a device into Kafka once, and restarts no process', async () => {
  await revoke({ stateDir, deviceId: 'bed-01', serial: undefined, reason: 'key-compromise', nowMs: now });
  permissionsFail = true;
  await renewal.check();
  expect(restarts).toEqual([]);
  permissionsFail = false;
  await renewal.check();
  await renewal.check();
  expect(restarts).toEqual(['permissions']);
});

it('a check refuses an older register of devices, issues no CRL from it, and reports the command that repairs it', async () => {
  const file = join(stateDir, 'certs/devices.jsonl');
  const olderContent = readFileSync(file);
  const [revoked] = await revoke({
    stateDir,
    deviceId: 'bed-01',
    serial: undefined,
    reason: 'key-compromise',
    nowMs: now,
  });
  await renewal.check();
  const newerContent = readFileSync(file);
  writeFileSync(file, olderContent);
  // After 16 days the next CRL is due.
  now += 16 * dayMs;
  await renewal.check();
  await renewal.check();
  expect([...readCrl().serials]).toEqual([revoked?.serial]);
  expect(restarts).toEqual(['permissions']);
  expect(reports).toEqual([
    expect.stringMatching(`certs/devices.jsonl is an older copy.* revoke-again ${revoked?.serial}\\.$`),
  ]);
  writeFileSync(file, newerContent);
  await renewal.check();
  expect([...readCrl().serials]).toEqual([revoked?.serial]);
  expect(readCrl().thisUpdateMs).toBeGreaterThan(now - dayMs);
});

it('a check refuses an older register of services, and does not restart Kafka', async () => {
  const files = ['services.jsonl', 'principals.json', 'admin.pem', 'admin.key'].map((name) =>
    join(stateDir, 'certs', name),
  );
  const olderContents = files.map((file) => readFileSync(file));
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.check();
  for (const [index, file] of files.entries()) writeFileSync(file, olderContents[index]!);
  await renewal.check();
  expect(restarts).toEqual(['kafka', 'permissions']);
  expect(reports.at(-1)).toMatch(/certs\/services\.jsonl is an older copy/);
});

it('a check repeats a failed step without the steps before it, and reports the fault only once', async () => {
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  permissionsFail = true;
  await renewal.check();
  await renewal.check();
  expect(restarts).toEqual(['kafka']);
  expect(reports.filter((line) => line.includes('Kafka is away'))).toHaveLength(1);
  permissionsFail = false;
  await renewal.check();
  expect(restarts).toEqual(['kafka', 'permissions']);
});

it('a check reports a certificate file that cannot be read', async () => {
  now += 61 * dayMs;
  writeFileSync(join(stateDir, 'certs/gateway.pem'), 'garbage');
  await renewal.check();
  expect(reports.at(-1)).toMatch(/^Certificates could not be renewed: .*gateway\.pem does not contain a certificate/);
});
