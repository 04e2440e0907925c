import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dayMs } from '../certs/core/renewal.ts';
import { revoke } from '../certs/devices.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { revokeService } from '../certs/services.ts';
import { readRevocationLists } from '../process/crl.ts';
import { keepCertificates, type Renewal, sightOf } from './renewal.ts';

let stateDir: string;
let now: number;
let reports: string[];
let restarts: string[];
let renewal: Renewal;
let permitFails = false;
let started: ReturnType<typeof sightOf>;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'vigil-renewal-'));
  now = Date.now();
  reports = [];
  restarts = [];
  permitFails = false;
  await ensureCertificates({ stateDir, devices: ['bed-01'], nowMs: now });
  started = sightOf(stateDir);
  renewal = keep();
});
afterEach(async () => {
  await renewal.close();
  rmSync(stateDir, { recursive: true, force: true });
});

function keep(): Renewal {
  const names = ['kafka', 'influxdb', 'alarms', 'gateway', 'gateway-2', 'simulators', 'canary'];
  return keepCertificates({
    stateDir,
    since: started,
    processes: names.map((name) => ({ name, restart: async () => void restarts.push(name) })),
    permit: async () => {
      if (permitFails) throw new Error('Kafka is away');
      restarts.push('permissions');
    },
    report: (line) => reports.push(line),
    nowMs: () => now,
    everyMs: 3_600_000,
  });
}

const crlNow = () =>
  readRevocationLists(readFileSync(join(stateDir, 'certs/device-ca.crl')), [
    readFileSync(join(stateDir, 'certs/device-ca.pem'), 'utf8'),
  ]).get(0)!;

it('restarts nothing while certificates are good, and issues the CRLs again', async () => {
  now += 59 * dayMs;
  await renewal.look();
  expect([reports, restarts]).toEqual([[], []]);
  expect((crlNow().nextUpdateMs ?? 0) - now).toBeGreaterThan(29 * dayMs);
});

it('renews 30 days before the end, and restarts only the processes that read their files only at the start', async () => {
  now += 61 * dayMs;
  await renewal.look();
  expect(reports[0]).toMatch(/^\d+ certificates were renewed$/);
  expect(restarts).toEqual(['simulators', 'kafka', 'influxdb']);
  await renewal.look();
  expect(restarts).toHaveLength(3);
});

it('renews also after the end, when the machine has slept', async () => {
  now += 200 * dayMs;
  await renewal.look();
  expect(restarts).toEqual(['simulators', 'kafka', 'influxdb']);
});

it('takes up a revoked service: its permissions move first, then each of its processes comes with the new key', async () => {
  await revokeService({ stateDir, service: 'gateway', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.look();
  expect(restarts).toEqual(['permissions', 'gateway', 'gateway-2']);
});

it('takes up a service that was revoked while the system started', async () => {
  await renewal.close();
  await revokeService({ stateDir, service: 'gateway', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  renewal = keep();
  await renewal.look();
  expect(restarts).toEqual(['permissions', 'gateway', 'gateway-2']);
});

it('takes up a revoked key of Kafka or of what administers it by starting Kafka again: it reads who may do all at its start', async () => {
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.look();
  expect(restarts).toEqual(['kafka', 'permissions']);
});

it('has Kafka know of a device that a command has revoked, once, and starts nothing again for it', async () => {
  await revoke({ stateDir, deviceId: 'bed-01', serial: undefined, reason: 'key-compromise', nowMs: now });
  permitFails = true;
  await renewal.look();
  expect(restarts).toEqual([]);
  permitFails = false;
  await renewal.look();
  await renewal.look();
  expect(restarts).toEqual(['permissions']);
});

it('takes nothing up from an older register that is put back while the system runs, and says what to do', async () => {
  const file = join(stateDir, 'certs/devices.jsonl');
  const older = readFileSync(file);
  const [ended] = await revoke({
    stateDir,
    deviceId: 'bed-01',
    serial: undefined,
    reason: 'key-compromise',
    nowMs: now,
  });
  await renewal.look();
  const newer = readFileSync(file);
  writeFileSync(file, older);
  // By now a CRL is due again.
  now += 16 * dayMs;
  await renewal.look();
  await renewal.look();
  expect([...crlNow().serials]).toEqual([ended?.serial]);
  expect(restarts).toEqual(['permissions']);
  expect(reports).toEqual([
    expect.stringMatching(`certs/devices.jsonl .*older one.* revoke-again ${ended?.serial}\\.$`),
  ]);
  writeFileSync(file, newer);
  await renewal.look();
  expect([...crlNow().serials]).toEqual([ended?.serial]);
  expect(crlNow().thisUpdateMs).toBeGreaterThan(now - dayMs);
});

it('does not start Kafka again by an older register of the services', async () => {
  const files = ['services.jsonl', 'principals.json', 'admin.pem', 'admin.key'].map((name) =>
    join(stateDir, 'certs', name),
  );
  const older = files.map((file) => readFileSync(file));
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  await renewal.look();
  for (const [n, file] of files.entries()) writeFileSync(file, older[n]!);
  await renewal.look();
  expect(restarts).toEqual(['kafka', 'permissions']);
  expect(reports.at(-1)).toMatch(/certs\/services\.jsonl .*an older one was put back/);
});

it('retries a failed step, reports it once, and does not restart Kafka for it', async () => {
  await revokeService({ stateDir, service: 'admin', reason: 'key-compromise', nowMs: now });
  await ensureCertificates({ stateDir, nowMs: now });
  permitFails = true;
  await renewal.look();
  await renewal.look();
  expect(restarts).toEqual(['kafka']);
  expect(reports.filter((line) => line.includes('Kafka is away'))).toHaveLength(1);
  permitFails = false;
  await renewal.look();
  expect(restarts).toEqual(['kafka', 'permissions']);
});

it('reports the fault', async () => {
  now += 61 * dayMs;
  writeFileSync(join(stateDir, 'certs/gateway.pem'), 'garbage');
  await renewal.look();
  expect(reports.at(-1)).toMatch(/^Certificates could not be renewed: .*gateway\.pem holds no certificate/);
});
