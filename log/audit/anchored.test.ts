/**
 * Tests that anchors reveal every removed, changed or moved record before their offsets, even if the attacker has keys.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Anchor, createNextAnchor, nextDigest, noAnchors, readAnchors } from './anchor.ts';
import { createAnchoredCheck } from './anchored.ts';
import { newAuditKeys } from './audit.testing.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
const keys = newAuditKeys();
const t0 = Date.UTC(2026, 0, 1);
const minute = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

type Row = { readonly key: string; readonly value: string; readonly atMs: number };
/** Returns records, one every 10 s. */
const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => ({ key: `k${n % 2}`, value: `v${n}`, atMs: t0 + n * 10_000 }));

/**
 * Returns anchors of one partition: for each of `offsets`, an anchor of the records before this offset. The time of an
 * anchor is 5 s before the record at its offset.
 */
function anchorsAfter(log: readonly Row[], offsets: readonly number[]): Anchor[] {
  let tip = noAnchors;
  let digest = '';
  return [...log.keys(), log.length].flatMap((offset) => {
    const anchor = offsets.includes(offset)
      ? createNextAnchor(
          tip,
          { at: iso(t0 + offset * 10_000 - 5_000), places: [{ partition: 0, from: 0, offset, digest }] },
          hash,
          keys.witness,
        )
      : undefined;
    if (anchor) tip = anchor;
    const row = log[offset];
    if (row) digest = nextDigest(digest, row.key, row.value, hash);
    return anchor ? [anchor] : [];
  });
}

function faultsOf(log: readonly Row[], anchors: readonly Anchor[], firstOffset = 0, fromMiddle = false) {
  const check = createAnchoredCheck(anchors, hash, fromMiddle);
  const faults = log.flatMap(({ key, value, atMs }, index) =>
    check.checkNext({ partition: 0, offset: firstOffset + index }, key, value, atMs),
  );
  return { faults: [...faults, ...check.faultsAtEnd()], checked: check.rightCount() };
}

describe('createAnchoredCheck', () => {
  const log = rows(40);
  const anchors = anchorsAfter(log, [0, 10, 20, 30]);

  it('an unchanged log is intact, whether it is read from the beginning or from the middle', () => {
    expect(faultsOf(log, anchors)).toEqual({ faults: [], checked: 4 });
    expect(faultsOf(log.slice(15), anchors, 15, true)).toEqual({ faults: [], checked: 2 });
  });

  it.each<[string, string, RegExp, (log: Row[]) => Row[]]>([
    ['a record is changed', 'changed', /offset 10 to 19 .*line 3/, (r) => r.with(12, { ...r[12]!, value: 'other' })],
    ['a record is moved to another key', 'changed', /offset 10 to 19/, (r) => r.with(12, { ...r[12]!, key: 'other' })],
    ['a record is removed', 'changed', /offset 10 to 19/, (r) => r.toSpliced(12, 1)],
    ['a record is inserted', 'changed', /offset 10 to 19/, (r) => r.toSpliced(12, 0, r[11]!)],
    ['two records are exchanged', 'changed', /offset 10 to 19/, (r) => r.with(12, r[13]!).with(13, r[12]!)],
    [
      'records at the end are removed',
      'cut',
      /ends before offset 25, and offset 29 was anchored .*: 5 records/,
      (r) => r.slice(0, 25),
    ],
    ['all records are deleted', 'cut', /ends before offset 0, and offset 29 .*: 30 records/, () => []],
  ])('an anchored log is not intact if %s', (_, kind, text, change) => {
    const { faults } = faultsOf(change([...log]), anchors);
    expect(faults[0]).toEqual({ kind, text: expect.stringMatching(text) });
  });

  it('if an anchored log lacks its first records, the check reports this, and still compares the later records', () => {
    const { faults, checked } = faultsOf(log.slice(15), anchors, 15);
    expect(faults).toEqual([{ kind: 'cut', text: 'the records of partition 0 before offset 15 are missing' }]);
    expect(checked).toBe(2);
  });

  it('a record after the last anchor is backdated if its time is more than 10 min before this anchor', () => {
    const late = { key: 'k', value: 'late', atMs: t0 + 295_000 - 10 * minute };
    expect(faultsOf([...log.slice(0, 30), late], anchors).faults).toEqual([]);
    const { faults } = faultsOf([...log.slice(0, 30), { ...late, atMs: late.atMs - 1 }], anchors);
    expect(faults).toEqual([
      {
        kind: 'backdated',
        text: expect.stringMatching(/offset 30 of partition 0 has the time .*was not yet in the log at/),
      },
    ]);
  });

  it('records must be signed from the first anchor on', () => {
    const check = createAnchoredCheck(anchorsAfter(log, [10, 20]), hash, false);
    expect([9, 10].map((offset) => check.mustBeSigned({ partition: 0, offset }))).toEqual([false, true]);
    expect(createAnchoredCheck([], hash, false).mustBeSigned({ partition: 0, offset: 10 })).toBe(false);
  });
});

describe('readAnchors', () => {
  const anchors = anchorsAfter(rows(40), [0, 10, 20, 30]);
  const lines = anchors.map((anchor) => JSON.stringify(anchor));
  const read = (all: readonly string[]) =>
    readAnchors(all.map((line) => `${line}\n`).join(''), hash, keys.verifyAnchor);

  it('readAnchors returns the written anchors, and ignores a line that a crash has cut short', () => {
    expect(read(lines)).toMatchObject({ anchors, faults: [], tip: { line: 4 } });
    const torn = `${lines.slice(0, 3).join('\n')}\n${lines[3]!.slice(0, 50)}`;
    expect(readAnchors(torn, hash, keys.verifyAnchor)).toMatchObject({ anchors: anchors.slice(0, 3), faults: [] });
    // After a crash, the witness writes the next line after the incomplete line.
    expect(read([...lines.slice(0, 3), lines[3]!.slice(0, 50), lines[3]!]).faults).toEqual([]);
  });

  it.each<[string, RegExp, (all: string[]) => string[]]>([
    ['a line is changed', /line 2 .*changed/, (l) => l.with(1, l[1]!.replace('"offset":10', '"offset":11'))],
    ['a line is removed', /line 2 .*does not follow/, (l) => l.toSpliced(1, 1)],
    ['the first line is removed', /line 1 .*does not follow/, (l) => l.slice(1)],
    ['two lines are exchanged', /line 2 .*does not follow/, (l) => l.with(1, l[2]!).with(2, l[1]!)],
    ['a line is not JSON', /line 5 .*is not JSON/, (l) => [...l, 'x']],
    [
      'an unknown key signed a line',
      /line 1 .*a key that is not a known key/,
      () => [
        JSON.stringify(
          createNextAnchor(noAnchors, { at: iso(t0), places: anchors[0]!.places }, hash, newAuditKeys().witness),
        ),
      ],
    ],
    [
      'a writer of the trail signed a line',
      /line 1 .*a key that is not a known key/,
      () => [
        JSON.stringify(
          createNextAnchor(noAnchors, { at: iso(t0), places: anchors[0]!.places }, hash, keys.signer('dashboard')),
        ),
      ],
    ],
  ])('readAnchors reports a fault if %s', (_, text, change) => {
    expect(read(change([...lines])).faults[0]).toMatch(text);
  });
});
