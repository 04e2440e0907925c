import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RegisterEntry } from '../../certs/core/register.ts';
import { devicesTakenBack, keysOf, nextMark, takenBack, withoutEnded } from './key-mark.ts';

const mark = (epoch: number, keys: Record<string, string>) => ({ epoch, keys });

it.each([
  ['nothing yet', undefined, mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['the same keys', mark(0, { a: '1' }), mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['a key less than ours', mark(0, { a: '1' }), mark(0, { a: '1', b: '2' }), mark(0, { a: '1', b: '2' })],
  ['keys that an operator gave up', mark(0, { a: '1' }), mark(1, { a: '9' }), mark(1, { a: '9' })],
])('becomes the next mark in Kafka if Kafka has %s', (_, marked, ours, next) => {
  expect(nextMark(marked, ours)).toEqual(next);
});

it.each([
  [
    'another key',
    mark(0, { a: '1' }),
    mark(0, { a: '2' }),
    'The data in Kafka were written with other keys than these: a.',
  ],
  [
    'a key that is gone',
    mark(0, { a: '1', b: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys than these: b.',
  ],
  [
    'keys from before an operator gave some up',
    mark(1, { a: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys than these: a.',
  ],
  [
    'a record from before that',
    mark(1, { a: '1' }),
    mark(0, { a: '1' }),
    'The data in Kafka are newer than these keys: some were given up since.',
  ],
])('is refused: %s', (_, marked, ours, said) => {
  expect(nextMark(marked, ours)).toBe(said);
});

describe('a key that was revoked as stolen', () => {
  const ca = { 'certs/ca.key': '1' };
  const of = (epoch: number, gateway: number, keys = ca) => ({ ...mark(epoch, keys), revoked: { gateway } });

  it('stays revoked: an older backup of certificates is refused, and the error names the way out', () => {
    const said =
      /certificates of before a stolen key of gateway was revoked.*npm run certs -- revoke --service gateway/;
    expect(takenBack(of(0, 2), of(0, 1))).toMatch(said);
    expect(takenBack(of(0, 2), mark(0, ca))).toMatch(said);
    // Giving up another key is no word about this one.
    expect(takenBack(of(0, 2), of(1, 1))).toMatch(said);
  });

  it('is accepted if it was revoked here too, or if its authority is given up', () => {
    expect(takenBack(undefined, of(0, 0))).toBeUndefined();
    expect(takenBack(of(0, 2), of(0, 2))).toBeUndefined();
    expect(takenBack(of(0, 1), of(0, 2))).toBeUndefined();
    expect(takenBack(of(0, 2), of(1, 0, { 'certs/ca.key': '2' }))).toBeUndefined();
  });

  it('is in the next mark in Kafka', () => {
    expect(nextMark(of(0, 1), of(0, 2))).toEqual(of(0, 2));
    expect(nextMark(mark(0, ca), of(0, 1))).toEqual(of(0, 1));
  });
});

describe('a device that was revoked', () => {
  const ca = { 'certs/device-ca.key': '1' };
  const nowMs = 1_000;
  const of = (devices: Record<string, number>, epoch = 0, keys = ca) => ({ ...mark(epoch, keys), devices });

  it('stays revoked: an older register is refused, and the error has the command that revokes it again', () => {
    const said = devicesTakenBack(of({ a1: 2_000, b2: 2_000, c3: 2_000 }), of({ b2: 2_000 }), nowMs);
    expect(said).toMatch(/of before 2 certificates of devices were revoked.*certs\/devices\.jsonl/);
    expect(said).toMatch(/npm run certs -- revoke-again a1 c3$/);
    expect(devicesTakenBack(of({ a1: 2_000 }), mark(0, ca), nowMs)).toMatch(/revoke-again a1$/);
    // Giving up another key is no word about this one.
    expect(devicesTakenBack(of({ a1: 2_000 }), of({}, 1), nowMs)).toMatch(/revoke-again a1$/);
  });

  it('is accepted if it is revoked here too, if its certificate has ended, or if its authority is given up', () => {
    expect(devicesTakenBack(undefined, of({}), nowMs)).toBeUndefined();
    expect(devicesTakenBack(mark(0, ca), of({}), nowMs)).toBeUndefined();
    expect(devicesTakenBack(of({ a1: 2_000 }), of({ a1: 2_000, b2: 2_000 }), nowMs)).toBeUndefined();
    expect(devicesTakenBack(of({ a1: 999 }), of({}), nowMs)).toBeUndefined();
    expect(devicesTakenBack(of({ a1: 2_000 }), of({}, 1, { 'certs/device-ca.key': '2' }), nowMs)).toBeUndefined();
  });

  it('is in the next mark in Kafka, beside those that are already there', () => {
    expect(nextMark(mark(0, ca), of({ a1: 1 }))).toEqual(of({ a1: 1 }));
    expect(nextMark(of({ a1: 1 }), of({ a1: 1, b2: 2 }))).toEqual(of({ a1: 1, b2: 2 }));
    const same = of({ a1: 1 });
    expect(nextMark(same, of({ a1: 1 }))).toBe(same);
  });
});

describe('what Kafka carries of a house that has revoked certificates for years', () => {
  const dayMs = 86_400_000;
  const nowMs = Date.parse('2036-01-01T00:00:00.000Z');
  /** One that Kafka takes as a rule: a record of 1 MiB. */
  const bytesMax = 1_000_000;

  it('fits into a record, and names those that are still good or ended lately', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'vigil-years-'));
    try {
      const revoked = (serial: string, daysAgo: number): RegisterEntry => {
        return { event: 'revoked', atMs: nowMs - daysAgo * dayMs, serial, reason: 'superseded' };
      };
      const old = Array.from({ length: 30_000 }, (_, n) =>
        revoked(n.toString(16).padStart(40, '0'), 400 + (n % 3_000)),
      );
      // A certificate lives 90 days; one that ended less than 90 days ago may be good by a clock that is set back.
      const entries = [...old, revoked('aa', 100), revoked('bb', 1)];
      mkdirSync(join(stateDir, 'certs'));
      writeFileSync(
        join(stateDir, 'certs', 'devices.jsonl'),
        entries.map((one) => `${JSON.stringify(one)}\n`).join(''),
      );
      const ours = keysOf(stateDir);
      const mark = withoutEnded(ours, nowMs);
      expect(JSON.stringify(mark).length).toBeLessThan(bytesMax);
      expect(Object.keys(mark.devices ?? {})).toEqual(['aa', 'bb']);
      // What Kafka carries may name a later end than the register: the certificate is revoked here all the same.
      const endMs = nowMs + dayMs;
      expect(devicesTakenBack({ ...mark, devices: { [old[0]!.serial]: endMs } }, ours, nowMs)).toBeUndefined();
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
