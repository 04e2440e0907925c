import { describe, expect, it } from 'vitest';
import type { RevocationList } from '../../process/crl.ts';
import { certificateFault, nextUpdateOf, type RevocationLists, replacementFault } from './revocation.ts';

const nowMs = Date.UTC(2026, 0, 1);
const list = (more: Partial<RevocationList> = {}): RevocationList => ({
  number: 5n,
  thisUpdateMs: nowMs,
  nextUpdateMs: nowMs + 1,
  serials: new Set(['a']),
  ...more,
});
const lists = (more?: Partial<RevocationList>): RevocationLists => new Map([[0, list(more)]]);
const good = { issuer: 0, serial: 'b', endMs: nowMs + 1 };

describe('certificateFault', () => {
  it.each([
    ['good', good, lists(), undefined],
    ['revoked', { ...good, serial: 'a' }, lists(), 'revoked'],
    ['revoked, by a list past its next update', { ...good, serial: 'a' }, lists({ nextUpdateMs: 0 }), 'revoked'],
    ['good, by a list past its next update', good, lists({ nextUpdateMs: 0 }), undefined],
    ['at its end', { ...good, endMs: nowMs }, lists(), 'expired'],
    ['past its end, and nothing is checked', { ...good, endMs: nowMs - 1 }, undefined, 'expired'],
    ['of an authority without list', { ...good, issuer: 1 }, lists(), 'no-crl'],
    ['of no authority of ours', { ...good, issuer: -1 }, lists(), 'no-crl'],
    [
      "with a serial that another authority's list has",
      { ...good, issuer: 1, serial: 'a' },
      new Map([...lists(), [1, list({ serials: new Set() })]]),
      undefined,
    ],
    ['anything, and nothing is checked', { ...good, serial: 'a', issuer: -1 }, undefined, undefined],
    ['of unknown end', { ...good, endMs: Number.NEGATIVE_INFINITY }, undefined, 'expired'],
  ] as const)('a certificate that is %s', (_name, facts, known, expected) => {
    expect(certificateFault(facts, known, nowMs)).toBe(expected);
  });
});

describe('replacementFault', () => {
  it.each([
    ['a higher number', {}, { number: 6n, serials: new Set<string>() }, undefined],
    ['the same list again', {}, {}, undefined],
    ['the same number, other certificates', {}, { serials: new Set(['b']) }, /with the number of the one before/],
    ['the same number, one more', {}, { serials: new Set(['a', 'b']) }, /with the number of the one before/],
    ['the same number, another time', {}, { thisUpdateMs: nowMs + 1 }, /with the number of the one before/],
    ['a lower number', {}, { number: 4n }, /number 4 is lower than 5/],
    ['no number any more', {}, { number: undefined }, /no CRL number/],
    ['a number for the first time', { number: undefined }, { number: 0n }, undefined],
    ['none, older', { number: undefined }, { number: undefined, thisUpdateMs: nowMs - 1 }, /issued before/],
    ['none, as old', { number: undefined }, { number: undefined }, undefined],
    ['none, newer', { number: undefined }, { number: undefined, thisUpdateMs: nowMs + 1 }, undefined],
  ] as const)('%s', (_name, before, after, expected) => {
    const fault = replacementFault(lists(before), lists(after));
    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(expected);
  });

  it('an authority more or less', () => {
    const two = new Map([...lists(), [1, list()] as const]);
    expect(replacementFault(lists(), two)).toBeUndefined();
    expect(replacementFault(two, lists())).toMatch(/lacks the CRL/);
  });
});

it('the next update is the earliest of all lists', () => {
  expect(nextUpdateOf(new Map())).toBeUndefined();
  expect(nextUpdateOf(lists({ nextUpdateMs: undefined }))).toBeUndefined();
  expect(nextUpdateOf(new Map([...lists(), [1, list({ nextUpdateMs: nowMs - 1 })]]))).toBe(nowMs - 1);
});
