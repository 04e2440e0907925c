import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../contracts/canonical.ts';
import type { AuditRecord } from '../../contracts/messages/records.ts';
import { newAuditKeys } from './audit.testing.ts';
import { type AuditEvent, type ChainHead, chainStart, createNextRecord, type Signer } from './chain.ts';
import { beginChains, checkNext, missingRecords, newCheck, recordAllGaps } from './check.ts';
import { judgeRecord, operatorMaySign } from './rules.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');

describe('canonicalJson (RFC 8785)', () => {
  it('the canonical form of the example in sections 3.2.2 and 3.2.3 is right', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('the canonical form sorts names by UTF-16 code units, as in section 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [name, 0]))));
    // JavaScript lists a name that is a number before the other names of an object.
    expect(Object.keys(sorted)).toEqual(['1', '\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
    expect(canonicalJson({ '\ufb33': 0, '\ud83d\ude00': 1 })).toBe('{"\ud83d\ude00":1,"\ufb33":0}');
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud83d'], [() => 1], [undefined]])(
    'canonicalJson refuses %s',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    },
  );

  it('the canonical form does not depend on the order of members, and parses to the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
        expect(canonicalJson(JSON.parse(canonicalJson(object)))).toBe(canonicalJson(object));
      }),
    );
  });
});

const keys = newAuditKeys();
const dashboard = keys.signer('dashboard');
const unknownSigner = newAuditKeys().signer('dashboard');

function chain(length: number, boot = 'boot-1', signer = dashboard): AuditRecord[] {
  let head: ChainHead = { boot, n: 0, hash: chainStart };
  return Array.from({ length }, (_, index) => {
    const event: AuditEvent = { actor: { userId: `user-${index % 3}` }, action: 'login-failed' };
    const record = createNextRecord(
      head,
      event,
      `2026-01-01T00:00:00.${String(index).padStart(3, '0')}Z`,
      hash,
      signer,
    );
    head = { boot, n: record.n, hash: record.hash };
    return record;
  });
}

const judge = (record: AuditRecord) => judgeRecord(record, undefined, hash, keys.verify);

function verdict(records: readonly AuditRecord[], fromMiddle = false) {
  const check = newCheck(fromMiddle);
  const outcomes = records.map((record) => checkNext(check, record, judge(record)));
  recordAllGaps(check, Number.POSITIVE_INFINITY);
  return { intact: check.intact, outcomes, kinds: check.faults.map(({ kind }) => kind), faults: check.faults };
}

const event: AuditEvent = { actor: { userId: 'x' }, action: 'login-failed' };
/** Returns a forged record in place of `original`: right hash and place, signed with the key of `signer`. */
const forge = (
  original: AuditRecord,
  before: AuditRecord,
  more: Partial<AuditEvent> = {},
  signer: Signer = dashboard,
) =>
  createNextRecord(
    { boot: original.boot, n: before.n, hash: before.hash },
    { ...event, ...more },
    original.at,
    hash,
    signer,
  );

describe('the chain', () => {
  const whole = chain(6);
  it('the chain is intact as it was written', () => {
    expect(verdict(whole)).toEqual({ intact: true, outcomes: Array(6).fill('ok'), kinds: [], faults: [] });
  });

  it('the chain is intact in any order of reading, and with repeats', () => {
    const order = fc.shuffledSubarray([...whole, ...whole], { minLength: 12, maxLength: 12 });
    fc.assert(fc.property(order, (records) => verdict(records).intact));
  });

  it.each<[string, string, (records: AuditRecord[]) => AuditRecord[]]>([
    [
      'a field is changed',
      'changed',
      (r) => r.map((record) => (record.n === 3 ? { ...record, action: 'logout' } : record)),
    ],
    [
      'a time is changed',
      'changed',
      (r) => r.map((record) => (record.n === 3 ? { ...record, at: '2026-01-01T00:00:01.000Z' } : record)),
    ],
    ['a record in the middle is missing', 'removed', (r) => r.filter((record) => record.n !== 3)],
    ['the first record is missing', 'cut', (r) => r.slice(1)],
    [
      'two records are exchanged',
      'changed',
      (r) => r.map((record) => (record.n === 3 ? { ...r[3]!, n: 3 } : record.n === 4 ? { ...r[2]!, n: 4 } : record)),
    ],
    [
      'a record is replaced by a forged record that an unknown key signed',
      'forged',
      (r) => r.map((record) => (record.n === 3 ? forge(record, r[1]!, {}, unknownSigner) : record)),
    ],
    [
      'a record has the signature of another record',
      'forged',
      (r) => r.map((record) => (record.n === 3 ? { ...forge(record, r[1]!), sig: r[2]!.sig } : record)),
    ],
    [
      'a record is replaced by a forged record with a right signature',
      'moved',
      (r) => r.map((record) => (record.n === 3 ? forge(record, r[1]!) : record)),
    ],
    ['a second record with the same number is added', 'added', (r) => [...r, forge(r[2]!, r[1]!)]],
    [
      'the time of a record is before the time of the record before it',
      'backdated',
      (r) => [...r, forge({ ...r[5]!, n: 7, at: '2025-12-31T23:58:00.000Z' }, r[5]!)],
    ],
    [
      'a record without a signature continues the chain',
      'unsigned',
      (r) => {
        const { writer: _writer, key: _key, sig: _sig, hash: _hash, ...unsigned } = forge({ ...r[5]!, n: 7 }, r[5]!);
        return [...r, { ...unsigned, hash: hash(canonicalJson(unsigned)) } as AuditRecord];
      },
    ],
  ])('the chain is not intact if %s', (_, kind, change) => {
    const { intact, kinds } = verdict(change([...whole]));
    expect([intact, kinds[0]]).toEqual([false, kind]);
  });

  it('the check names every gap, with the missing records and the time of the next record', () => {
    const gaps = chain(9).filter(({ n }) => n !== 2 && n !== 5 && n !== 6);
    expect(verdict(gaps).faults).toEqual([
      { kind: 'removed', text: 'record 2 of boot-1 is missing, before the record of 2026-01-01T00:00:00.002Z' },
      { kind: 'removed', text: 'records 5 to 6 of boot-1 are missing, before the record of 2026-01-01T00:00:00.006Z' },
    ]);
  });

  it('the chain may begin in the middle only if the reading of the log begins there', () => {
    expect(verdict(whole.slice(2), true).intact).toBe(true);
    expect(verdict(whole.slice(2), false).intact).toBe(false);
  });

  it('the chain begins at its lowest record if the log is read from the middle, one partition after the other', () => {
    const records = chain(9).slice(2);
    const order = [
      ...records.filter((record) => record.n % 2 === 0),
      ...records.filter((record) => record.n % 2 === 1),
    ];
    const check = newCheck(true);
    beginChains(check, order);
    for (const record of order) expect(checkNext(check, record, judge(record))).toBe('ok');
    expect(check.faults).toEqual([]);
    expect(missingRecords(check)).toEqual([]);
    // A chain that is read later must begin at record 1. If record 1 is not read, it is reported as missing.
    const [, second] = chain(2, 'later');
    expect(checkNext(check, second!, judge(second!))).toBe('ok');
    expect(missingRecords(check)).toHaveLength(1);
  });

  it('each process has its own chain, and the check reports the missing records of each chain', () => {
    const other = chain(3, 'boot-2').slice(1);
    const check = newCheck(false);
    for (const record of [...whole, ...other]) checkNext(check, record, judge(record));
    expect(missingRecords(check)).toEqual([
      'record 1 of boot-2 is missing, before the record of 2026-01-01T00:00:00.001Z',
    ]);
  });
});

describe('judgeRecord', () => {
  const record = (more: Partial<AuditEvent>, signer: Signer = dashboard) =>
    createNextRecord({ boot: 'b', n: 0, hash: '' }, { ...event, ...more }, '2026-01-01T00:00:00.000Z', hash, signer);
  const person = { userId: 'p', name: 'P', role: 'physician' } as const;
  const session = 'mark';

  it.each<[string, AuditRecord, string | undefined]>([
    ['accepts an act in a session', record({ actor: person, action: 'alarm-acknowledged', session }), undefined],
    ['accepts a failed login without a person', record({}), undefined],
    ['refuses an act of a person without a session', record({ actor: person, action: 'alarm-acknowledged' }), 'forged'],
    [
      'refuses a refused request of a person without a session',
      record({ actor: person, action: 'access-denied' }),
      'forged',
    ],
    ['refuses an act without a person', record({ action: 'limits-changed' }), 'forged'],
    [
      'refuses an act at a screen that is signed by the operator’s command line',
      record({ actor: person, action: 'alarm-acknowledged', session }, keys.signer('operator')),
      'forged',
    ],
    [
      'refuses an act of the operator’s command line that is signed by the dashboard',
      record({ actor: person, action: 'patients-captured', session }),
      'forged',
    ],
    ...operatorMaySign.map((action): [string, AuditRecord, undefined] => [
      `accepts ${action} at the operator’s command line`,
      record({ actor: person, action, session }, keys.signer('operator')),
      undefined,
    ]),
    ['refuses a record whose writer was changed', { ...record({}), writer: 'operator' }, 'changed'],
  ])('judgeRecord %s', (_, judged, fault) => {
    expect(judge(judged)).toMatchObject(fault === undefined ? { kind: 'signed' } : { kind: 'bad', fault });
  });

  it('judgeRecord refuses a record whose envelope names another writer or process', () => {
    expect(judgeRecord(record({}), { writer: 'dashboard', boot: 'b' }, hash, keys.verify).kind).toBe('signed');
    for (const sealed of [
      { writer: 'operator', boot: 'b' },
      { writer: 'dashboard', boot: 'c' },
    ])
      expect(judgeRecord(record({}), sealed, hash, keys.verify)).toMatchObject({ kind: 'bad', fault: 'forged' });
  });
});
