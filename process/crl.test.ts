import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RevokedCertificate } from '../certs/core/register.ts';
import { issueAuthority, type Pair, signCrl } from '../certs/issue.ts';
import { VigilError } from '../contracts/errors.ts';
import { crlBytesMax, type RevocationList, readRevocationLists, serialKey } from './crl.ts';

const nowMs = Date.UTC(2026, 0, 1);
const revoked = (...serials: string[]): RevokedCertificate[] =>
  serials.map((serial) => ({ event: 'revoked', atMs: nowMs, serial, reason: 'key-compromise' }));
const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');

let authority: Pair;
let other: Pair;
beforeAll(async () => {
  authority = await issueAuthority('devices', nowMs);
  other = await issueAuthority('others', nowMs);
});

/** Returns a CRL with extensions that Vigil's CRLs never have. */
async function crlWithExtensions(
  extensions: x509.Extension[],
  entries: x509.X509CrlEntryParams[] = [],
): Promise<Buffer> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    signingAlgorithm,
    true,
    ['sign'],
  );
  const issuer = new x509.X509Certificate(authority.certificate).subject;
  const params = { issuer, signingAlgorithm, signingKey, extensions, entries, thisUpdate: new Date(nowMs) };
  return Buffer.from((await x509.X509CrlGenerator.create(params)).rawData);
}
const read = (bytes: Buffer | string, ...authorities: Pair[]) =>
  readRevocationLists(
    Buffer.from(bytes),
    (authorities.length > 0 ? authorities : [authority]).map(({ certificate }) => certificate),
  );
const refusal = (bytes: Buffer | string, ...authorities: Pair[]): string => {
  try {
    read(bytes, ...authorities);
  } catch (error) {
    expect(error).toBeInstanceOf(VigilError);
    expect((error as VigilError).code).toBe('certificate-invalid');
    return (error as VigilError).message;
  }
  return 'accepted';
};

describe('readRevocationLists of a valid CRL', () => {
  it.each([[[]], [['1']], [['7f', '80', 'ff00', '4'.padEnd(32, 'a'), 'f'.padEnd(38, '0')]]])(
    'readRevocationLists returns the serial numbers %j',
    async (serials) => {
      const pem = await signCrl(revoked(...serials), 7n, authority, nowMs);
      const expected: RevocationList = {
        number: 7n,
        thisUpdateMs: nowMs,
        nextUpdateMs: nowMs + 30 * 86_400_000,
        serials: new Set(serials),
      };
      expect(read(pem)).toEqual(new Map([[0, expected]]));
      expect(read(derOf(pem))).toEqual(new Map([[0, expected]]));
      expect(read(`# a comment\n${pem.replaceAll('\n', '\r\n')}`)).toEqual(new Map([[0, expected]]));
    },
  );

  it.each([0n, 1n, 127n, 128n, 255n, 256n, 2n ** 40n, 2n ** 63n - 1n])(
    'readRevocationLists returns the CRL number %d',
    async (number) => {
      expect(read(await signCrl([], number, authority, nowMs)).get(0)?.number).toBe(number);
    },
  );

  it('readRevocationLists accepts a CRL without a number and without a next update', async () => {
    expect(read(await crlWithExtensions([])).get(0)).toEqual({
      number: undefined,
      thisUpdateMs: nowMs,
      nextUpdateMs: undefined,
      serials: new Set(),
    });
  });

  it('readRevocationLists returns several CRLs by their authorities', async () => {
    const bothCrls = (await signCrl([], 1n, authority, nowMs)) + (await signCrl(revoked('5'), 2n, other, nowMs));
    const lists = read(bothCrls, other, authority);
    expect([lists.get(0)?.number, lists.get(1)?.number]).toEqual([2n, 1n]);
  });

  it('readRevocationLists returns 300 serial numbers', async () => {
    const pem = await signCrl(
      revoked(...Array.from({ length: 300 }, (_, i) => (0x4000 + i).toString(16))),
      1n,
      authority,
      nowMs,
    );
    expect(read(pem).get(0)?.serials.size).toBe(300);
  });
});

describe('readRevocationLists of a wrong file', () => {
  it.each([
    ['an empty file', ''],
    ['text', 'no CRL'],
    ['an empty block', '-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n'],
    ['a block cut short', '-----BEGIN X509 CRL-----\nMIIB'],
    ['zeros', Buffer.alloc(100)],
    ['a length beyond the end', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0, 0])],
  ])('readRevocationLists refuses %s', (_name, bytes) => {
    expect(refusal(bytes)).toBe('The file does not contain a CRL in PEM or DER.');
  });

  it('readRevocationLists refuses a certificate, and a CRL that is followed by a certificate', async () => {
    expect(refusal(authority.certificate)).toMatch(/does not contain a CRL/);
    expect(refusal((await signCrl([], 1n, authority, nowMs)) + authority.certificate)).toMatch(
      /does not contain a CRL/,
    );
  });

  it('readRevocationLists refuses a CRL of another authority, even if the other authority has the same name', async () => {
    expect(refusal(await signCrl([], 1n, other, nowMs))).toMatch(/not signed by/);
    expect(refusal(await signCrl([], 1n, await issueAuthority('devices', nowMs), nowMs))).toMatch(/not signed by/);
    expect(refusal((await signCrl([], 1n, authority, nowMs)) + (await signCrl([], 1n, other, nowMs)))).toMatch(
      /not signed/,
    );
  });

  it('readRevocationLists refuses two CRLs of one authority', async () => {
    const pem = await signCrl([], 1n, authority, nowMs);
    expect(refusal(pem + pem)).toMatch(/two CRLs of one authority/);
  });

  it('readRevocationLists refuses a file that is too large', () => {
    expect(refusal(Buffer.alloc(crlBytesMax + 1))).toMatch(/larger than/);
  });

  it.each([
    ['partial', '2.5.29.28'],
    ['a delta', '2.5.29.27'],
    ['of an unknown kind', '1.2.3.4'],
  ])('readRevocationLists refuses a CRL that is %s, because its extension is critical', async (_name, oid) => {
    expect(refusal(await crlWithExtensions([new x509.Extension(oid, true, new Uint8Array([5, 0]))]))).toMatch(
      /not a complete list/,
    );
    const entry = { serialNumber: '05', extensions: [new x509.Extension(oid, true, new Uint8Array([5, 0]))] };
    expect(refusal(await crlWithExtensions([], [entry]))).toMatch(/not a complete list/);
    expect(refusal(await crlWithExtensions([new x509.Extension(oid, false, new Uint8Array([5, 0]))]))).toBe('accepted');
  });

  it.each([
    ['negative', [2, 1, 0x80]],
    ['empty', [2, 0]],
    ['22 bytes long', [2, 22, ...Array(22).fill(1)]],
    ['text', [12, 1, 0x31]],
  ])('readRevocationLists refuses a CRL number that is %s', async (_name, der) => {
    expect(refusal(await crlWithExtensions([new x509.Extension('2.5.29.20', false, Uint8Array.from(der))]))).not.toBe(
      'accepted',
    );
  });

  it('readRevocationLists refuses a CRL with any changed bit, or cut off at any byte', {
    timeout: 120_000,
  }, async () => {
    const der = derOf(await signCrl(revoked('1234'), 1n, authority, nowMs));
    for (let offset = 0; offset < der.length; offset += 1) {
      expect(refusal(der.subarray(0, offset))).not.toBe('accepted');
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(der);
        changed[offset]! ^= 1 << bit;
        expect([offset, bit, refusal(changed)]).not.toEqual([offset, bit, 'accepted']);
      }
    }
    expect(refusal(Buffer.concat([der, Buffer.alloc(1)]))).not.toBe('accepted');
  });
});

it.each([
  ['0A', 'a'],
  ['00ff', 'ff'],
  ['FF', 'ff'],
  ['0', '0'],
  ['00', '0'],
])('serialKey turns %s into %s', (hex, key) => {
  expect(serialKey(hex)).toBe(key);
});
