import { X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dayMs } from '../contracts/durations.ts';
import { readRevocationLists, serialKey } from '../process/crl.ts';
import { ensureCertificates } from './ensure.ts';
import { readPrincipals, revokeService } from './services.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const folder = mkdtempSync(join(tmpdir(), 'vigil-services-'));
const template = join(folder, 'template');
const stateDir = join(folder, 'state');

beforeAll(() => ensureCertificates({ stateDir: template, nowMs }));
beforeEach(() => {
  rmSync(stateDir, { recursive: true, force: true });
  cpSync(template, stateDir, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string) => readFileSync(join(stateDir, 'certs', file), 'utf8');
const certificate = (file: string) => new X509Certificate(read(`${file}.pem`));
const revokedSerials = () => readRevocationLists(Buffer.from(read('ca.crl')), [read('ca.pem')]).get(0)!.serials;
const nameOf = (service: string) => readPrincipals(join(stateDir, 'certs'))(service);
const revoke = (service: string, atMs = nowMs) =>
  revokeService({ stateDir, service, reason: 'key-compromise', nowMs: atMs });

it.each(['gateway', 'admin', 'kafka', 'witness'])(
  'a revocation of the service %s adds its certificate to the CRL, and the service gets another key and another name in Kafka',
  async (service) => {
    const before = certificate(service);
    const key = read(`${service}.key`);
    expect(nameOf(service)).toBe(service);
    await revoke(service);
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([{ file: `certs/${service}`, reason: 'revoked' }]);
    expect(revokedSerials()).toContain(serialKey(before.serialNumber));
    expect(certificate(service).subject).toBe(`CN=${service}.2`);
    expect(read(`${service}.key`)).not.toBe(key);
    expect(nameOf(service)).toBe(`${service}.2`);
    expect(nameOf('trends')).toBe('trends');
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([]);
  },
);

it('after the revocation of a server, its next certificate has the same host names', async () => {
  const before = certificate('web-server');
  await revoke('web-server');
  await ensureCertificates({ stateDir, nowMs });
  expect(revokedSerials()).toContain(serialKey(before.serialNumber));
  expect(certificate('web-server').subjectAltName).toBe(before.subjectAltName);
  expect(certificate('web-server').serialNumber).not.toBe(before.serialNumber);
});

it('a revocation revokes the renewed certificate and the older certificate that is still valid, and no name in Kafka is used twice', async () => {
  const first = certificate('gateway');
  const laterMs = nowMs + 65 * dayMs;
  await ensureCertificates({ stateDir, nowMs: laterMs });
  const second = certificate('gateway');
  expect((await revoke('gateway', laterMs)).map(({ serial }) => serial)).toEqual(
    [first, second].map(({ serialNumber }) => serialKey(serialNumber)),
  );
  await ensureCertificates({ stateDir, nowMs: laterMs });
  const name = nameOf('gateway');
  expect(['gateway', 'gateway.2']).not.toContain(name);
  await revoke('gateway', laterMs);
  await ensureCertificates({ stateDir, nowMs: laterMs });
  expect(nameOf('gateway')).not.toBe(name);
});

it('a certificate that was issued before the register existed can be revoked', async () => {
  const before = certificate('alarms');
  for (const file of ['services.jsonl', 'ca.crl', 'principals.json']) rmSync(join(stateDir, 'certs', file));
  await revoke('alarms');
  expect(revokedSerials()).toContain(serialKey(before.serialNumber));
});

it('a renewal keeps the new name in Kafka, and a revoked certificate that somebody puts back is replaced', async () => {
  const revokedPair = { pem: read('gateway.pem'), key: read('gateway.key') };
  await revoke('gateway');
  await ensureCertificates({ stateDir, nowMs });
  writeFileSync(join(stateDir, 'certs/gateway.pem'), revokedPair.pem);
  writeFileSync(join(stateDir, 'certs/gateway.key'), revokedPair.key);
  expect(await ensureCertificates({ stateDir, nowMs })).toEqual([{ file: 'certs/gateway', reason: 'revoked' }]);
  await ensureCertificates({ stateDir, nowMs: nowMs + 61 * dayMs });
  expect(certificate('gateway').subject).toBe('CN=gateway.2');
});

it('revokeService refuses a name that is not a service, in one sentence', async () => {
  await expect(revoke('bed-07')).rejects.toThrow(/^"bed-07" is not a service: name one of kafka, influxdb/);
});
