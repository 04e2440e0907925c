import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RegisterEntry } from '../../certs/core/register.ts';
import { dayMs } from '../../contracts/durations.ts';
import {
  deviceRevocationFault,
  markOf,
  markOrRefusal,
  serviceRevocationFault,
  withoutEndedCertificates,
} from './key-mark.ts';

const mark = (epoch: number, keys: Record<string, string>) => ({ epoch, keys });

it.each([
  ['no mark', undefined, mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['a mark with the same keys', mark(0, { a: '1' }), mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['a mark with fewer keys', mark(0, { a: '1' }), mark(0, { a: '1', b: '2' }), mark(0, { a: '1', b: '2' })],
  ['a mark with keys that an operator gave up', mark(0, { a: '1' }), mark(1, { a: '9' }), mark(1, { a: '9' })],
])('markOrRefusal returns the mark of our keys if Kafka has %s', (_, storedMark, ownMark, expected) => {
  expect(markOrRefusal(storedMark, ownMark)).toEqual(expected);
});

it.each([
  [
    'a key that differs',
    mark(0, { a: '1' }),
    mark(0, { a: '2' }),
    'The data in Kafka were written with other keys. These files differ or are missing: a.',
  ],
  [
    'a key that is missing',
    mark(0, { a: '1', b: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys. These files differ or are missing: b.',
  ],
  [
    'keys from before an operator gave up some keys',
    mark(1, { a: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys. These files differ or are missing: a.',
  ],
  [
    'a file of fingerprints from before an operator gave up some keys',
    mark(1, { a: '1' }),
    mark(0, { a: '1' }),
    'The data in Kafka are newer than these keys: an operator has given up some of these keys since.',
  ],
])('markOrRefusal returns a sentence that refuses %s', (_, storedMark, ownMark, refusal) => {
  expect(markOrRefusal(storedMark, ownMark)).toBe(refusal);
});

describe('the revoked key of a service', () => {
  const ca = { 'certs/ca.key': '1' };
  const markWithRevokedGateway = (epoch: number, gateway: number, keys = ca) => ({
    ...mark(epoch, keys),
    revoked: { gateway },
  });

  it('serviceRevocationFault refuses certificates from before a revocation, and names the command that revokes again', () => {
    const fault = /older than the revocation of a stolen key of gateway.*npm run certs -- revoke --service gateway/;
    expect(serviceRevocationFault(markWithRevokedGateway(0, 2), markWithRevokedGateway(0, 1))).toMatch(fault);
    expect(serviceRevocationFault(markWithRevokedGateway(0, 2), mark(0, ca))).toMatch(fault);
    // The operator gave up another key, not the key of the authority.
    expect(serviceRevocationFault(markWithRevokedGateway(0, 2), markWithRevokedGateway(1, 1))).toMatch(fault);
  });

  it('serviceRevocationFault accepts certificates with the same revocations, or of a new authority', () => {
    expect(serviceRevocationFault(undefined, markWithRevokedGateway(0, 0))).toBeUndefined();
    expect(serviceRevocationFault(markWithRevokedGateway(0, 2), markWithRevokedGateway(0, 2))).toBeUndefined();
    expect(serviceRevocationFault(markWithRevokedGateway(0, 1), markWithRevokedGateway(0, 2))).toBeUndefined();
    expect(
      serviceRevocationFault(markWithRevokedGateway(0, 2), markWithRevokedGateway(1, 0, { 'certs/ca.key': '2' })),
    ).toBeUndefined();
  });

  it('markOrRefusal returns a mark with the revocations of services', () => {
    expect(markOrRefusal(markWithRevokedGateway(0, 1), markWithRevokedGateway(0, 2))).toEqual(
      markWithRevokedGateway(0, 2),
    );
    expect(markOrRefusal(mark(0, ca), markWithRevokedGateway(0, 1))).toEqual(markWithRevokedGateway(0, 1));
  });
});

describe('the revoked certificate of a device', () => {
  const ca = { 'certs/device-ca.key': '1' };
  const nowMs = 1_000;
  const markWithDevices = (devices: Record<string, number>, epoch = 0, keys = ca) => ({
    ...mark(epoch, keys),
    devices,
  });

  it('deviceRevocationFault refuses a register from before a revocation, and names the command that revokes again', () => {
    const fault = deviceRevocationFault(
      markWithDevices({ a1: 2_000, b2: 2_000, c3: 2_000 }),
      markWithDevices({ b2: 2_000 }),
      nowMs,
    );
    expect(fault).toMatch(/certs\/devices\.jsonl lacks the revocation of 2 certificates of devices/);
    expect(fault).toMatch(/npm run certs -- revoke-again a1 c3$/);
    expect(deviceRevocationFault(markWithDevices({ a1: 2_000 }), mark(0, ca), nowMs)).toMatch(/revoke-again a1$/);
    // The operator gave up another key, not the key of the authority.
    expect(deviceRevocationFault(markWithDevices({ a1: 2_000 }), markWithDevices({}, 1), nowMs)).toMatch(
      /revoke-again a1$/,
    );
  });

  it('deviceRevocationFault accepts a register with the same revocations, ended certificates, and a new authority', () => {
    expect(deviceRevocationFault(undefined, markWithDevices({}), nowMs)).toBeUndefined();
    expect(deviceRevocationFault(mark(0, ca), markWithDevices({}), nowMs)).toBeUndefined();
    expect(
      deviceRevocationFault(markWithDevices({ a1: 2_000 }), markWithDevices({ a1: 2_000, b2: 2_000 }), nowMs),
    ).toBeUndefined();
    expect(deviceRevocationFault(markWithDevices({ a1: 999 }), markWithDevices({}), nowMs)).toBeUndefined();
    expect(
      deviceRevocationFault(
        markWithDevices({ a1: 2_000 }),
        markWithDevices({}, 1, { 'certs/device-ca.key': '2' }),
        nowMs,
      ),
    ).toBeUndefined();
  });

  it('markOrRefusal returns a mark with the revocations of devices, or the stored mark if there is no new revocation', () => {
    expect(markOrRefusal(mark(0, ca), markWithDevices({ a1: 1 }))).toEqual(markWithDevices({ a1: 1 }));
    expect(markOrRefusal(markWithDevices({ a1: 1 }), markWithDevices({ a1: 1, b2: 2 }))).toEqual(
      markWithDevices({ a1: 1, b2: 2 }),
    );
    const same = markWithDevices({ a1: 1 });
    expect(markOrRefusal(same, markWithDevices({ a1: 1 }))).toBe(same);
  });
});

describe('withoutEndedCertificates', () => {
  const nowMs = Date.parse('2036-01-01T00:00:00.000Z');
  /** A record of this size is below Kafka's default limit of 1 MiB. */
  const bytesMax = 1_000_000;

  it('the mark stays small after years of revocations, because it has only certificates that are valid or ended recently', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-years-'));
    try {
      const revoked = (serial: string, daysAgo: number): RegisterEntry => {
        return { event: 'revoked', atMs: nowMs - daysAgo * dayMs, serial, reason: 'superseded' };
      };
      const old = Array.from({ length: 30_000 }, (_, n) =>
        revoked(n.toString(16).padStart(40, '0'), 400 + (n % 3_000)),
      );
      // A certificate is valid for 90 days. The certificate stays in the mark for 90 more days, because the clock may
      // be set back.
      const entries = [...old, revoked('aa', 100), revoked('bb', 1)];
      mkdirSync(join(stateDir, 'certs'));
      writeFileSync(
        join(stateDir, 'certs', 'devices.jsonl'),
        entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
      );
      const ownMark = markOf(stateDir);
      const shortMark = withoutEndedCertificates(ownMark, nowMs);
      expect(JSON.stringify(shortMark).length).toBeLessThan(bytesMax);
      expect(Object.keys(shortMark.devices ?? {})).toEqual(['aa', 'bb']);
      // A later end time in Kafka's mark than in the register is no fault: the certificate is revoked in both.
      const endMs = nowMs + dayMs;
      expect(
        deviceRevocationFault({ ...shortMark, devices: { [old[0]!.serial]: endMs } }, ownMark, nowMs),
      ).toBeUndefined();
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
