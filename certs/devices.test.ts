import { dayMs } from '../contracts/durations.ts';
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VigilError } from '../contracts/errors.ts';
import { readRevocationLists } from '../process/crl.ts';
import { crlLifeMs, parseRegister } from './core/register.ts';
import { leafLifeMs } from './core/renewal.ts';
import { crlReason, issueCrl } from './crl.ts';
import { enrol, revoke } from './devices.ts';
import { deviceAuthority, ensureCertificates } from './ensure.ts';
import { issueAuthority } from './issue.ts';
import { readRegister } from './register.ts';
import { readRequest } from './request.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const root = mkdtempSync(join(tmpdir(), 'vigil-devices-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let stateDir: string;
let certs: string;
let csrFile: string;
let runs = 0;
const template = join(root, 'template');
beforeAll(() => ensureCertificates({ stateDir: template, nowMs }));
beforeEach(() => {
  runs += 1;
  stateDir = join(root, String(runs));
  certs = join(stateDir, 'certs');
  csrFile = join(root, `${runs}.csr`);
  cpSync(template, stateDir, { recursive: true });
});

const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = (bits: number, hash = 'SHA-256', exponent = [1, 0, 1]) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: bits,
  publicExponent: Uint8Array.from(exponent),
  hash,
});
type Keys = CryptoKeyPair;
const keysOf = (algorithm: object) =>
  crypto.subtle.generateKey(algorithm as EcKeyGenParams, true, ['sign', 'verify']) as Promise<Keys>;

async function csr(
  name: x509.JsonName | string,
  algorithm: object = ec,
  keys?: Keys,
  extensions: x509.Extension[] = [],
) {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys: keys ?? (await keysOf(algorithm)),
    signingAlgorithm: algorithm as EcdsaParams,
    extensions,
  });
  return request.toString('pem');
}
async function enrolRequest(text: string | Buffer, more: { renew?: boolean; out?: string; atMs?: number } = {}) {
  writeFileSync(csrFile, text);
  return enrol({ stateDir, csrFile, out: more.out, renew: more.renew ?? false, nowMs: more.atMs ?? nowMs });
}
const crlNow = () => {
  const list = readRevocationLists(readFileSync(join(certs, 'device-ca.crl')), [
    readFileSync(join(certs, 'device-ca.pem'), 'utf8'),
  ]).get(0);
  if (list === undefined) throw new Error('no CRL');
  return list;
};
const revokeDevice = (deviceId: string, more: { serial?: string; atMs?: number; reason?: 'superseded' } = {}) =>
  revoke({
    stateDir,
    deviceId,
    serial: more.serial,
    reason: more.reason ?? 'key-compromise',
    nowMs: more.atMs ?? nowMs,
  });

describe('enrol', () => {
  it.each([
    ['EC on P-256', ec],
    ['EC on P-384', { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }],
    ['Ed25519', { name: 'Ed25519' }],
    ['RSA of 2048 bits', rsa(2048)],
    ['RSA of 4096 bits', rsa(4096)],
  ])('enrol signs a request with a key of the kind %s', async (_name, algorithm) => {
    const keys = await keysOf(algorithm);
    const requestedExtensions = [
      new x509.BasicConstraintsExtension(true, 3, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'kafka' }]),
    ];
    const out = join(root, `${runs}.pem`);
    const { certificate, entry } = await enrolRequest(
      await csr('CN=bed-07, O=Ward', algorithm, keys, requestedExtensions),
      { out },
    );
    const issuedCertificate = new X509Certificate(certificate);
    const authority = new X509Certificate(readFileSync(join(certs, 'device-ca.pem')));
    expect(issuedCertificate.checkIssued(authority) && issuedCertificate.verify(authority.publicKey)).toBe(true);
    // Only the name and the key come from the request. Vigil sets all other fields.
    expect(issuedCertificate).toMatchObject({
      subject: 'CN=bed-07',
      ca: false,
      keyUsage: ['1.3.6.1.5.5.7.3.2'],
      subjectAltName: undefined,
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    expect(issuedCertificate.checkPrivateKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }))).toBe(
      true,
    );
    expect(Date.parse(issuedCertificate.validTo)).toBe(nowMs + leafLifeMs);
    expect(entry).toMatchObject({ deviceId: 'bed-07', origin: 'request', notAfterMs: nowMs + leafLifeMs });
    expect(readFileSync(out, 'utf8')).toBe(certificate);
    expect(readFileSync(join(certs, 'enrolled/bed-07.pem'), 'utf8')).toBe(certificate);
    expect(existsSync(join(certs, 'enrolled/bed-07.key'))).toBe(false);
    expect([...readRegister(certs).issued.values()]).toEqual([entry]);
  });

  it('enrol accepts a request in DER', async () => {
    const { entry } = await enrolRequest(Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07'))));
    expect(entry.deviceId).toBe('bed-07');
  });

  const keyPem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }) as string;
  it.each<[string, () => Promise<string | Buffer>, RegExp]>([
    ['an empty file', async () => '', /does not contain a certificate signing request; create one with: openssl req/],
    ['a text that is not a request', async () => 'hello', /does not contain a certificate signing request/],
    [
      'a PEM block that is cut short',
      async () => (await csr('CN=bed-07')).slice(0, 150),
      /does not contain a certificate signing request/,
    ],
    [
      'a PEM block of another kind',
      async () => (await csr('CN=bed-07')).replaceAll('CERTIFICATE REQUEST', 'PUBLIC KEY'),
      /does not contain a certificate signing request/,
    ],
    [
      'a certificate',
      async () => (await issueAuthority('x', nowMs)).certificate,
      /contains a certificate, not a request/,
    ],
    [
      'a private key',
      async () => keyPem(generateKeyPairSync('ed25519').privateKey),
      /private key, which must never leave/,
    ],
    [
      'a private key and a request',
      async () => keyPem(generateKeyPairSync('ed25519').privateKey) + (await csr('CN=bed-07')),
      /private key/,
    ],
    ['65537 bytes', async () => Buffer.alloc(65_537), /larger than 65536 bytes/],
    ['no CN', () => csr('O=Ward'), /no CN/],
    ['an empty subject', () => csr(''), /no CN/],
    ['two CNs', () => csr('CN=bed-07, CN=bed-08'), /several CNs/],
    ['a name with a slash', () => csr('CN=bed/07'), /"bed\/07" is not a device id/],
    [
      'a name with control characters of a terminal',
      () => csr('CN=bed\u001b[2J\u202e'),
      /"bed\\u\{1b\}\[2J\\u\{202e\}" is not a device id/,
    ],
    ['the name ..', () => csr('CN=..'), /"\.\." is not a device id/],
    ['a name of 65 letters', () => csr(`CN=${'x'.repeat(65)}`), /is not a device id/],
    ['RSA of 1024 bits', () => csr('CN=bed-07', rsa(1024)), /1024 bits: use 2048 to 4096/],
    ['RSA of 4104 bits', () => csr('CN=bed-07', rsa(4104)), /4104 bits/],
    ['RSA with the exponent 3', () => csr('CN=bed-07', rsa(2048, 'SHA-256', [3])), /exponent below 65537/],
    ['a digest of SHA-1', () => csr('CN=bed-07', rsa(2048, 'SHA-1')), /SHA-1/],
    [
      'a key on P-521',
      () => csr('CN=bed-07', { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' }),
      /curve secp521r1/,
    ],
  ])(
    'enrol refuses a request with the fault “%s”, and records nothing',
    { timeout: 120_000 },
    async (_name, make, message) => {
      await expect(enrolRequest(await make())).rejects.toThrow(message);
      expect(readRegister(certs).issued.size).toBe(0);
    },
  );

  it('enrol refuses a request that was changed after it was signed', async () => {
    const der = Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07')));
    const at = der.indexOf('bed-07');
    der.write('bed-08', at);
    await expect(enrolRequest(der)).rejects.toThrow(/its signature is not by its own key/);
  });

  it('if one bit of a request is changed, readRequest refuses the request or returns the same name and key', async () => {
    const der = Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07')));
    const { keySha256 } = await readRequest(der);
    for (let offset = 0; offset < der.length; offset += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(der);
        changed[offset]! ^= 1 << bit;
        const read = await readRequest(changed).catch((error: unknown) => error);
        // A request whose signed part is changed must be refused. A change outside of the signed part may be accepted.
        if (read instanceof VigilError) continue;
        expect([offset, bit, read]).toMatchObject([offset, bit, { commonName: 'bed-07', keySha256 }]);
      }
    }
  });

  it('enrol refuses files that it cannot read or write', async () => {
    await expect(enrol({ stateDir, csrFile: join(root, 'none'), out: undefined, renew: false, nowMs })).rejects.toThrow(
      /Cannot read .*ENOENT/,
    );
    await expect(enrolRequest(await csr('CN=bed-07'), { out: csrFile })).rejects.toThrow(
      /exists and is not a certificate/,
    );
    await expect(enrolRequest(await csr('CN=bed-07'), { out: join(root, 'no/such/folder.pem') })).rejects.toThrow(
      /Cannot write/,
    );
    await expect(enrol({ stateDir: root, csrFile, out: undefined, renew: false, nowMs })).rejects.toThrow(
      /does not contain the device authority yet/,
    );
  });

  it('enrol issues a second certificate for a device only with `renew`, or after the first certificate has expired', async () => {
    await enrolRequest(await csr('CN=bed-07'));
    await expect(enrolRequest(await csr('CN=bed-07'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/add --renew/),
    });
    const renewed = await enrolRequest(await csr('CN=bed-07'), { renew: true });
    expect(readRegister(certs).issued.size).toBe(2);
    await expect(enrolRequest(await csr('CN=bed-07'), { atMs: nowMs + leafLifeMs - 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
    const later = await enrolRequest(await csr('CN=bed-07'), { atMs: nowMs + leafLifeMs });
    expect(later.entry.serial).not.toBe(renewed.entry.serial);
  });

  it('enrol refuses a device that has a valid certificate whose key Vigil made, even if the register was lost', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await expect(enrolRequest(await csr('CN=bed-07'))).rejects.toMatchObject({ code: 'conflict' });
    rmSync(join(certs, 'devices.jsonl'));
    await expect(enrolRequest(await csr('CN=bed-07'))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('enrol refuses a key that was revoked as compromised, and the key of another device', async () => {
    const keys = await keysOf(ec);
    await enrolRequest(await csr('CN=bed-07', ec, keys));
    await expect(enrolRequest(await csr('CN=bed-08', ec, keys))).rejects.toThrow(/its key is already used by bed-07/);
    await enrolRequest(await csr('CN=bed-07', ec, keys), { renew: true });
    await revokeDevice('bed-07');
    await expect(enrolRequest(await csr('CN=bed-07', ec, keys))).rejects.toThrow(/create a new key/);
    await enrolRequest(await csr('CN=bed-07'));
  });
});

describe('revoke', () => {
  it('revoke revokes every certificate of a device, made by Vigil or enrolled, and no certificate of another device', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07', 'bed-08'], nowMs });
    await enrolRequest(await csr('CN=bed-07'), { renew: true });
    const revoked = await revokeDevice('bed-07');
    expect(revoked.map(({ origin }) => origin)).toEqual(['made', 'request']);
    expect(crlNow().serials).toEqual(new Set(revoked.map(({ serial }) => serial)));
    expect(await revokeDevice('bed-07')).toEqual([]);
    expect(crlNow().serials.size).toBe(2);
  });

  it('revoke also revokes a certificate that looks expired, because the clock of the machine may be ahead', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    // A start while the clock was ahead has issued a CRL already.
    const aheadMs = nowMs + leafLifeMs + dayMs;
    await issueCrl(certs, deviceAuthority(certs), aheadMs);
    expect(await revokeDevice('bed-07', { atMs: aheadMs + 60_000 })).toHaveLength(1);
    expect(crlNow().serials.size).toBe(1);
    // Further CRLs while the clock is ahead still list the certificate.
    for (const afterMs of [dayMs, 2 * dayMs]) await issueCrl(certs, deviceAuthority(certs), aheadMs + afterMs);
    expect(crlNow().serials.size).toBe(1);
  });

  it('revoke revokes one certificate by its serial number, with or without colons', async () => {
    const first = await enrolRequest(await csr('CN=bed-07'));
    const second = await enrolRequest(await csr('CN=bed-07'), { renew: true });
    const serialWithColons = new X509Certificate(first.certificate).serialNumber.replace(/(..)(?=.)/g, '$1:');
    expect(await revokeDevice('bed-07', { serial: serialWithColons, reason: 'superseded' })).toEqual([first.entry]);
    expect(crlNow().serials).toEqual(new Set([first.entry.serial]));
    await expect(revokeDevice('bed-08', { serial: second.entry.serial })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('revoke refuses a device that never had a certificate, and a text that is not a device id', async () => {
    await expect(revokeDevice('bed-09')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/prints all certificates/),
    });
    await expect(revokeDevice('../x')).rejects.toMatchObject({ code: 'settings-invalid' });
  });

  it('a start does not replace a revoked certificate; with `replaceRevoked`, it replaces the certificate of the named device', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await revokeDevice('bed-07');
    const file = join(certs, 'devices/bed-07.pem');
    const before = readFileSync(file, 'utf8');
    const atMs = nowMs + leafLifeMs;
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs: atMs });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const issued = await ensureCertificates({ stateDir, devices: ['bed-07'], replaceRevoked: true, nowMs: atMs });
    expect(issued).toEqual([{ file: 'certs/devices/bed-07', reason: 'revoked' }]);
  });
});

describe('the CRL', () => {
  const authority = () => deviceAuthority(certs);

  it('the first start issues an empty CRL that is valid for 30 days and that other users cannot read', () => {
    expect(crlNow()).toMatchObject({ thisUpdateMs: nowMs, nextUpdateMs: nowMs + crlLifeMs, serials: new Set() });
    expect(statSync(join(certs, 'device-ca.crl')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['exactly 15 more days', crlLifeMs / 2, undefined],
    ['a millisecond less than 15 more days', crlLifeMs / 2 + 1, 'expires'],
  ])('crlReason returns the right reason for a CRL that is valid for %s', (_name, passedMs, reason) => {
    expect(crlReason(certs, authority(), nowMs + passedMs)).toBe(reason);
  });

  it('a new CRL is issued if the old one is missing, cannot be parsed, or does not list a revoked certificate', async () => {
    const file = join(certs, 'device-ca.crl');
    const oldCrl = readFileSync(file);
    rmSync(file);
    expect(crlReason(certs, authority(), nowMs)).toBe('missing');
    writeFileSync(file, 'garbage');
    expect(crlReason(certs, authority(), nowMs)).toBe('other-authority');
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([
      { file: 'certs/device-ca.crl', reason: 'other-authority' },
    ]);
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await revokeDevice('bed-07');
    // Put back the CRL from before the revocation.
    writeFileSync(file, oldCrl);
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([{ file: 'certs/device-ca.crl', reason: 'revoked' }]);
    expect(crlNow().serials.size).toBe(1);
  });

  it('each CRL has a higher number, even if the last CRL was lost or the clock stands still', async () => {
    const first = await issueCrl(certs, authority(), nowMs);
    const second = await issueCrl(certs, authority(), nowMs);
    expect(second.number! > first.number!).toBe(true);
    rmSync(join(certs, 'device-ca.crl'));
    const third = await issueCrl(certs, authority(), nowMs + 5_000);
    expect(third.number! > second.number!).toBe(true);
  });

  it('a revoked certificate is removed from the CRL only after it has expired and one more CRL has listed it', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await revokeDevice('bed-07');
    const endMs = nowMs + leafLifeMs;
    expect((await issueCrl(certs, authority(), endMs - dayMs)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), endMs + dayMs)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), endMs + 2 * dayMs)).serials.size).toBe(0);
  });

  it('the CRL lists a revoked certificate that has not expired, even if a CRL was issued while the clock was ahead', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-01'], nowMs });
    await revoke({ stateDir, deviceId: 'bed-01', serial: undefined, reason: 'key-compromise', nowMs });
    const aheadMs = nowMs + 2 * leafLifeMs;
    expect((await issueCrl(certs, authority(), aheadMs)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), nowMs + dayMs)).serials.size).toBe(1);
    // If two CRLs are issued while the clock is ahead, the second CRL no longer lists the certificate. The next start
    // makes a CRL that lists the certificate again.
    await issueCrl(certs, authority(), aheadMs);
    expect((await issueCrl(certs, authority(), aheadMs + dayMs)).serials.size).toBe(0);
    expect(crlReason(certs, authority(), nowMs + dayMs)).toBe('revoked');
    expect((await issueCrl(certs, authority(), nowMs + dayMs)).serials.size).toBe(1);
  });

  it('if several revocations run at the same moment, the CRL lists the certificates of all of them', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    await ensureCertificates({ stateDir, devices: ids, nowMs });
    await Promise.all(ids.map((id) => revokeDevice(id)));
    expect(crlNow().serials.size).toBe(4);
  });
});

describe('the register', () => {
  it('readRegister ignores an incomplete last line, and refuses an incomplete line before the last line', async () => {
    await enrolRequest(await csr('CN=bed-07'));
    const file = join(certs, 'devices.jsonl');
    const size = statSync(file).size;
    appendFileSync(file, '{"event":"issu');
    expect(readRegister(certs).issued.size).toBe(1);
    await enrolRequest(await csr('CN=bed-08'));
    expect(readRegister(certs).issued.size).toBe(2);
    truncateSync(file, size - 10);
    appendFileSync(file, '\n');
    expect(() => readRegister(certs)).toThrow(/a line that Vigil did not write/);
  });

  it('a revocation whose line has no newline stays in force when the next line is written', async () => {
    await enrolRequest(await csr('CN=bed-07'));
    await revokeDevice('bed-07');
    const file = join(certs, 'devices.jsonl');
    truncateSync(file, statSync(file).size - 1);
    expect(readRegister(certs).revoked.size).toBe(1);
    await enrolRequest(await csr('CN=bed-08'));
    expect(readRegister(certs)).toMatchObject({ issued: { size: 2 }, revoked: { size: 1 } });
  });

  it.each(['[]', '{}', 'null', '{"event":"issued"}', '{"event":"other","serial":"a","atMs":1}'])(
    'parseRegister refuses the line %s',
    (line) => {
      expect(parseRegister(`${line}\n`)).toBeUndefined();
    },
  );
});

beforeAll(() => x509.cryptoProvider.set(crypto));
