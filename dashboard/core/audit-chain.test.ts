import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditEvent, type ChainHead, chainStart, linkRecord } from '../../contracts/audit-chain.ts';
import { canonicalJson } from '../../contracts/canonical.ts';
import type { AuditRecord } from '../../contracts/messages/records.ts';
import { beginChains, checkNext, missingRecords, newCheck } from './audit-chain.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');

describe('the canonical form (RFC 8785)', () => {
  it('is that of the example in section 3.2.2 and 3.2.3', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts names by UTF-16 code units, as in section 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [name, 0]))));
    // The name that is a number comes first in any JavaScript object.
    expect(Object.keys(sorted)).toEqual(['1', '\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
    expect(canonicalJson({ '\ufb33': 0, '\ud83d\ude00': 1 })).toBe('{"\ud83d\ude00":1,"\ufb33":0}');
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud83d'], [() => 1], [undefined]])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('is the same whatever the order of members, and reads back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(object));
        expect(canonicalJson(JSON.parse(canonicalJson(object)))).toBe(canonicalJson(object));
      }),
    );
  });
});

function chain(length: number, boot = 'boot-1'): AuditRecord[] {
  let head: ChainHead = { boot, n: 0, hash: chainStart };
  return Array.from({ length }, (_, at) => {
    const event: AuditEvent = { actor: { userId: `user-${at % 3}` }, action: 'login-failed' };
    const record = linkRecord(head, event, `2026-01-01T00:00:00.${String(at).padStart(3, '0')}Z`, hash);
    head = { boot, n: record.n, hash: record.hash };
    return record;
  });
}

function verdict(records: readonly AuditRecord[], fromMiddle = false) {
  const check = newCheck(fromMiddle);
  const outcomes = records.map((record) => checkNext(check, record, hash));
  return { intact: check.intact && missingRecords(check).length === 0, outcomes, faults: check.faults };
}

describe('the chain', () => {
  const whole = chain(6);
  it('holds as it was written', () => {
    expect(verdict(whole)).toEqual({ intact: true, outcomes: Array(6).fill('ok'), faults: [] });
  });

  it('holds in any order of reading, and with repeats', () => {
    const order = fc.shuffledSubarray([...whole, ...whole], { minLength: 12, maxLength: 12 });
    fc.assert(fc.property(order, (records) => verdict(records).intact));
  });

  it.each<[string, (records: AuditRecord[]) => AuditRecord[]]>([
    ['a field is changed', (r) => r.map((one) => (one.n === 3 ? { ...one, action: 'login' } : one))],
    ['a time is changed', (r) => r.map((one) => (one.n === 3 ? { ...one, at: '2026-01-01T00:00:01.000Z' } : one))],
    ['one is missing', (r) => r.filter((one) => one.n !== 3)],
    ['the first is missing', (r) => r.slice(1)],
    [
      'two are exchanged',
      (r) => r.map((one) => (one.n === 3 ? { ...r[3]!, n: 3 } : one.n === 4 ? { ...r[2]!, n: 4 } : one)),
    ],
    [
      'one is replaced by another with a right hash',
      (r) =>
        r.map((one) =>
          one.n === 3
            ? linkRecord(
                { boot: one.boot, n: 2, hash: r[1]!.hash },
                { actor: { userId: 'x' }, action: 'login' },
                one.at,
                hash,
              )
            : one,
        ),
    ],
    [
      'one is added beside another',
      (r) => [
        ...r,
        linkRecord(
          { boot: 'boot-1', n: 2, hash: r[1]!.hash },
          { actor: { userId: 'x' }, action: 'login' },
          r[0]!.at,
          hash,
        ),
      ],
    ],
  ])('does not hold where %s', (_, change) => {
    expect(verdict(change([...whole])).intact).toBe(false);
  });

  it('may begin in the middle only where the reading does', () => {
    expect(verdict(whole.slice(2), true).intact).toBe(true);
    expect(verdict(whole.slice(2), false).intact).toBe(false);
  });

  it('read from the middle of the log, partition after partition, begins at its lowest record', () => {
    const records = chain(9).slice(2);
    const order = [
      ...records.filter((record) => record.n % 2 === 0),
      ...records.filter((record) => record.n % 2 === 1),
    ];
    const check = newCheck(true);
    beginChains(check, order);
    for (const record of order) expect(checkNext(check, record, hash)).toBe('ok');
    expect(check.faults).toEqual([]);
    expect(missingRecords(check)).toEqual([]);
    // One that is met later begins at its first record: without it, something is missing.
    const [, second] = chain(2, 'later');
    expect(checkNext(check, second!, hash)).toBe('ok');
    expect(missingRecords(check)).toHaveLength(1);
  });

  it('of one process says nothing of another', () => {
    const other = chain(3, 'boot-2').slice(1);
    const check = newCheck(false);
    for (const record of [...whole, ...other]) checkNext(check, record, hash);
    expect(missingRecords(check)).toEqual(['a record after 0 of boot-2 is missing']);
  });
});
