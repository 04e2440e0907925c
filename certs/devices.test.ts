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
import { dayMs, leafLifeMs } from './core/renewal.ts';
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
async function ask(text: string | Buffer, more: { renew?: boolean; out?: string; atMs?: number } = {}) {
  writeFileSync(csrFile, text);
  return enrol({ stateDir, csrFile, out: more.out, renew: more.renew ?? false, nowMs: more.atMs ?? nowMs });
}
const crlNow = () => {
  const list = readRevocationLists(readFileSync(join(certs, 'device-ca.crl')), [
    readFileSync(join(certs, 'device-ca.pem'), 'utf8'),
  ]).get(0);
  if (list === undefined) throw new Error('no list');
  return list;
};
const end = (deviceId: string, more: { serial?: string; atMs?: number; reason?: 'superseded' } = {}) =>
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
    const asked = [
      new x509.BasicConstraintsExtension(true, 3, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'kafka' }]),
    ];
    const out = join(root, `${runs}.pem`);
    const { certificate, entry } = await ask(await csr('CN=bed-07, O=Ward', algorithm, keys, asked), { out });
    const made = new X509Certificate(certificate);
    const authority = new X509Certificate(readFileSync(join(certs, 'device-ca.pem')));
    expect(made.checkIssued(authority) && made.verify(authority.publicKey)).toBe(true);
    // Only the name and the key are the device's; the rest is ours.
    expect(made).toMatchObject({
      subject: 'CN=bed-07',
      ca: false,
      keyUsage: ['1.3.6.1.5.5.7.3.2'],
      subjectAltName: undefined,
    });
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    expect(made.checkPrivateKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }))).toBe(true);
    expect(Date.parse(made.validTo)).toBe(nowMs + leafLifeMs);
    expect(entry).toMatchObject({ deviceId: 'bed-07', origin: 'request', notAfterMs: nowMs + leafLifeMs });
    expect(readFileSync(out, 'utf8')).toBe(certificate);
    expect(readFileSync(join(certs, 'enrolled/bed-07.pem'), 'utf8')).toBe(certificate);
    expect(existsSync(join(certs, 'enrolled/bed-07.key'))).toBe(false);
    expect([...readRegister(certs).issued.values()]).toEqual([entry]);
  });

  it('enrol accepts a request in DER', async () => {
    const { entry } = await ask(Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07'))));
    expect(entry.deviceId).toBe('bed-07');
  });

  const keyPem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }) as string;
  it.each<[string, () => Promise<string | Buffer>, RegExp]>([
    ['nothing', async () => '', /no certificate signing request; for example: openssl req/],
    ['text', async () => 'hello', /no certificate signing request/],
    ['a cut block', async () => (await csr('CN=bed-07')).slice(0, 150), /no certificate signing request/],
    [
      'another block',
      async () => (await csr('CN=bed-07')).replaceAll('CERTIFICATE REQUEST', 'PUBLIC KEY'),
      /no certificate signing request/,
    ],
    ['a certificate', async () => (await issueAuthority('x', nowMs)).certificate, /holds a certificate, not a request/],
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
    ['too much', async () => Buffer.alloc(65_537), /larger than 65536 bytes/],
    ['no CN', () => csr('O=Ward'), /no CN/],
    ['an empty subject', () => csr(''), /no CN/],
    ['two CNs', () => csr('CN=bed-07, CN=bed-08'), /several CNs/],
    ['a name with a slash', () => csr('CN=bed/07'), /"bed\/07" is no device id/],
    [
      'a name that plays with the terminal',
      () => csr('CN=bed\u001b[2J\u202e'),
      /"bed\\u\{1b\}\[2J\\u\{202e\}" is no device id/,
    ],
    ['a path', () => csr('CN=..'), /"\.\." is no device id/],
    ['a name of 65 letters', () => csr(`CN=${'x'.repeat(65)}`), /is no device id/],
    ['RSA of 1024 bits', () => csr('CN=bed-07', rsa(1024)), /1024 bits: take 2048 to 4096/],
    ['RSA of 4104 bits', () => csr('CN=bed-07', rsa(4104)), /4104 bits/],
    ['RSA with the exponent 3', () => csr('CN=bed-07', rsa(2048, 'SHA-256', [3])), /exponent below 65537/],
    ['a digest of SHA-1', () => csr('CN=bed-07', rsa(2048, 'SHA-1')), /SHA-1/],
    [
      'a curve that is not taken',
      () => csr('CN=bed-07', { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' }),
      /curve secp521r1/,
    ],
  ])('enrol refuses %s, and records nothing', { timeout: 120_000 }, async (_name, make, message) => {
    await expect(ask(await make())).rejects.toThrow(message);
    expect(readRegister(certs).issued.size).toBe(0);
  });

  it('enrol refuses a request that another key has signed, or that was changed', async () => {
    const der = Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07')));
    const at = der.indexOf('bed-07');
    der.write('bed-08', at);
    await expect(ask(der)).rejects.toThrow(/its signature is not by its own key/);
  });

  it('enrol reads no other name or key from a request with any changed bit, and does not crash', async () => {
    const der = Buffer.from(x509.PemConverter.decodeFirst(await csr('CN=bed-07')));
    const { keySha256 } = await readRequest(der);
    for (let at = 0; at < der.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(der);
        changed[at]! ^= 1 << bit;
        const read = await readRequest(changed).catch((error: unknown) => error);
        // Only bits in the frame around the signed part may change without a refusal.
        if (read instanceof VigilError) continue;
        expect([at, bit, read]).toMatchObject([at, bit, { commonName: 'bed-07', keySha256 }]);
      }
    }
  });

  it('enrol refuses files that it cannot read or write', async () => {
    await expect(enrol({ stateDir, csrFile: join(root, 'none'), out: undefined, renew: false, nowMs })).rejects.toThrow(
      /Cannot read .*ENOENT/,
    );
    await expect(ask(await csr('CN=bed-07'), { out: csrFile })).rejects.toThrow(/exists and holds no certificate/);
    await expect(ask(await csr('CN=bed-07'), { out: join(root, 'no/such/folder.pem') })).rejects.toThrow(
      /Cannot write/,
    );
    await expect(enrol({ stateDir: root, csrFile, out: undefined, renew: false, nowMs })).rejects.toThrow(
      /no device authority yet/,
    );
  });

  it('enrol gives a name a second certificate only with --renew, or after the end of the first', async () => {
    await ask(await csr('CN=bed-07'));
    await expect(ask(await csr('CN=bed-07'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/say --renew/),
    });
    const renewed = await ask(await csr('CN=bed-07'), { renew: true });
    expect(readRegister(certs).issued.size).toBe(2);
    await expect(ask(await csr('CN=bed-07'), { atMs: nowMs + leafLifeMs - 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
    const later = await ask(await csr('CN=bed-07'), { atMs: nowMs + leafLifeMs });
    expect(later.entry.serial).not.toBe(renewed.entry.serial);
  });

  it('enrol also takes these for the first certificate: one whose key was made here, and one that is older than the register', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await expect(ask(await csr('CN=bed-07'))).rejects.toMatchObject({ code: 'conflict' });
    rmSync(join(certs, 'devices.jsonl'));
    await expect(ask(await csr('CN=bed-07'))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('enrol refuses a compromised key, and the key of another device', async () => {
    const keys = await keysOf(ec);
    await ask(await csr('CN=bed-07', ec, keys));
    await expect(ask(await csr('CN=bed-08', ec, keys))).rejects.toThrow(/its key is already used by bed-07/);
    await ask(await csr('CN=bed-07', ec, keys), { renew: true });
    await end('bed-07');
    await expect(ask(await csr('CN=bed-07', ec, keys))).rejects.toThrow(/make a new key/);
    await ask(await csr('CN=bed-07'));
  });
});

describe('revoke', () => {
  it('revoke ends every certificate of a device, made here or not, renewed or not, and no other', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07', 'bed-08'], nowMs });
    await ask(await csr('CN=bed-07'), { renew: true });
    const ended = await end('bed-07');
    expect(ended.map(({ origin }) => origin)).toEqual(['made', 'request']);
    expect(crlNow().serials).toEqual(new Set(ended.map(({ serial }) => serial)));
    expect(await end('bed-07')).toEqual([]);
    expect(crlNow().serials.size).toBe(2);
  });

  it('revoke ends one certificate by its serial number, in any notation', async () => {
    const first = await ask(await csr('CN=bed-07'));
    const second = await ask(await csr('CN=bed-07'), { renew: true });
    const written = new X509Certificate(first.certificate).serialNumber.replace(/(..)(?=.)/g, '$1:');
    expect(await end('bed-07', { serial: written, reason: 'superseded' })).toEqual([first.entry]);
    expect(crlNow().serials).toEqual(new Set([first.entry.serial]));
    await expect(end('bed-08', { serial: second.entry.serial })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('revoke of a certificate that was never issued is an error', async () => {
    await expect(end('bed-09')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/list says which there are/),
    });
    await expect(end('../x')).rejects.toMatchObject({ code: 'settings-invalid' });
  });

  it('the next start does not undo a revocation, only a person who names the device does', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await end('bed-07');
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

  it('the CRL is there from the first start, empty, for 30 days, closed to others', () => {
    expect(crlNow()).toMatchObject({ thisUpdateMs: nowMs, nextUpdateMs: nowMs + crlLifeMs, serials: new Set() });
    expect(statSync(join(certs, 'device-ca.crl')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['15 days left', crlLifeMs / 2, undefined],
    ['a millisecond less', crlLifeMs / 2 + 1, 'expires'],
  ])('crlReason of a CRL with %s', (_name, passedMs, reason) => {
    expect(crlReason(certs, authority(), nowMs + passedMs)).toBe(reason);
  });

  it('the CRL is issued anew if it is missing, garbage, another authority’s, or lacks a revoked certificate', async () => {
    const file = join(certs, 'device-ca.crl');
    const good = readFileSync(file);
    rmSync(file);
    expect(crlReason(certs, authority(), nowMs)).toBe('missing');
    writeFileSync(file, 'garbage');
    expect(crlReason(certs, authority(), nowMs)).toBe('other-authority');
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([
      { file: 'certs/device-ca.crl', reason: 'other-authority' },
    ]);
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await end('bed-07');
    // Somebody put yesterday's back.
    writeFileSync(file, good);
    expect(await ensureCertificates({ stateDir, nowMs })).toEqual([{ file: 'certs/device-ca.crl', reason: 'revoked' }]);
    expect(crlNow().serials.size).toBe(1);
  });

  it('the CRL has a higher number each time, even if the CRL before was lost or the clock stands still', async () => {
    const first = await issueCrl(certs, authority(), nowMs);
    const second = await issueCrl(certs, authority(), nowMs);
    expect(second.number! > first.number!).toBe(true);
    rmSync(join(certs, 'device-ca.crl'));
    const third = await issueCrl(certs, authority(), nowMs + 5_000);
    expect(third.number! > second.number!).toBe(true);
  });

  it('the CRL keeps a certificate until a list that was issued after the certificate’s end has shown it', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-07'], nowMs });
    await end('bed-07');
    const endMs = nowMs + leafLifeMs;
    expect((await issueCrl(certs, authority(), endMs - dayMs)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), endMs + dayMs)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), endMs + 2 * dayMs)).serials.size).toBe(0);
  });

  it('the CRL keeps a revoked certificate that has not expired, even if a list was issued while the clock was ahead', async () => {
    await ensureCertificates({ stateDir, devices: ['bed-01'], nowMs });
    await revoke({ stateDir, deviceId: 'bed-01', serial: undefined, reason: 'key-compromise', nowMs });
    const ahead = nowMs + 2 * leafLifeMs;
    expect((await issueCrl(certs, authority(), ahead)).serials.size).toBe(1);
    expect((await issueCrl(certs, authority(), nowMs + dayMs)).serials.size).toBe(1);
    // Two lists by that clock: the second leaves it out, and the next start puts it back.
    await issueCrl(certs, authority(), ahead);
    expect((await issueCrl(certs, authority(), ahead + dayMs)).serials.size).toBe(0);
    expect(crlReason(certs, authority(), nowMs + dayMs)).toBe('revoked');
    expect((await issueCrl(certs, authority(), nowMs + dayMs)).serials.size).toBe(1);
  });

  it('the CRL has all certificates that different people revoked at the same moment', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    await ensureCertificates({ stateDir, devices: ids, nowMs });
    await Promise.all(ids.map((id) => end(id)));
    expect(crlNow().serials.size).toBe(4);
  });
});

describe('the register', () => {
  it('the register accepts a last line that was cut short, and no other foreign text', async () => {
    await ask(await csr('CN=bed-07'));
    const file = join(certs, 'devices.jsonl');
    const size = statSync(file).size;
    appendFileSync(file, '{"event":"issu');
    expect(readRegister(certs).issued.size).toBe(1);
    await ask(await csr('CN=bed-08'));
    expect(readRegister(certs).issued.size).toBe(2);
    truncateSync(file, size - 10);
    appendFileSync(file, '\n');
    expect(() => readRegister(certs)).toThrow(/a line that is none of Vigil's/);
  });

  it.each(['[]', '{}', 'null', '{"event":"issued"}', '{"event":"other","serial":"a","atMs":1}'])(
    'refuses the line %s',
    (line) => {
      expect(parseRegister(`${line}\n`)).toBeUndefined();
    },
  );
});

beforeAll(() => x509.cryptoProvider.set(crypto));
