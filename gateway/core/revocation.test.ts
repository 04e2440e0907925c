import { describe, expect, it } from 'vitest';
import type { RevocationList } from '../../process/crl.ts';
import { certificateFault, earliestNextUpdateMs, type RevocationLists, replacementFault } from './revocation.ts';

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
    ['accepts a certificate that is not on the list', good, lists(), undefined],
    ['refuses a certificate that is on the list', { ...good, serial: 'a' }, lists(), 'revoked'],
    [
      'refuses a certificate that is on the list, even if the list is out of date (nextUpdate has passed)',
      { ...good, serial: 'a' },
      lists({ nextUpdateMs: 0 }),
      'revoked',
    ],
    [
      'accepts a certificate that is not on the list, even if the list is out of date (nextUpdate has passed)',
      good,
      lists({ nextUpdateMs: 0 }),
      undefined,
    ],
    ['refuses a certificate at its end', { ...good, endMs: nowMs }, lists(), 'expired'],
    [
      'refuses an expired certificate even without revocation lists',
      { ...good, endMs: nowMs - 1 },
      undefined,
      'expired',
    ],
    ['refuses a certificate of an authority without a list', { ...good, issuer: 1 }, lists(), 'no-crl'],
    ['refuses a certificate of an unknown authority', { ...good, issuer: -1 }, lists(), 'no-crl'],
    [
      "accepts a certificate whose serial number is only on another authority's list",
      { ...good, issuer: 1, serial: 'a' },
      new Map([...lists(), [1, list({ serials: new Set() })]]),
      undefined,
    ],
    [
      'accepts any certificate that has not expired if revocation is not checked',
      { ...good, serial: 'a', issuer: -1 },
      undefined,
      undefined,
    ],
    ['refuses a certificate whose end is unknown', { ...good, endMs: Number.NEGATIVE_INFINITY }, undefined, 'expired'],
  ] as const)('certificateFault %s', (_name, facts, revocationLists, expected) => {
    expect(certificateFault(facts, revocationLists, nowMs)).toBe(expected);
  });
});

describe('replacementFault', () => {
  it.each([
    ['accepts a CRL with a higher number', {}, { number: 6n, serials: new Set<string>() }, undefined],
    ['accepts the same CRL again', {}, {}, undefined],
    [
      'rejects a CRL with the same number and another certificate',
      {},
      { serials: new Set(['b']) },
      /differs .* same number 5/,
    ],
    [
      'rejects a CRL with the same number and one more certificate',
      {},
      { serials: new Set(['a', 'b']) },
      /differs .* same number 5/,
    ],
    [
      'rejects a CRL with the same number and another time of issue',
      {},
      { thisUpdateMs: nowMs + 1 },
      /differs .* same number 5/,
    ],
    ['rejects a CRL with a lower number', {}, { number: 4n }, /number 4, which is lower than 5/],
    ['rejects a CRL without a number after a CRL with a number', {}, { number: undefined }, /has no number/],
    ['accepts a CRL with a number after a CRL without a number', { number: undefined }, { number: 0n }, undefined],
    [
      'rejects a CRL without a number that was issued earlier',
      { number: undefined },
      { number: undefined, thisUpdateMs: nowMs - 1 },
      /issued before/,
    ],
    [
      'accepts a CRL without a number that was issued at the same time',
      { number: undefined },
      { number: undefined },
      undefined,
    ],
    [
      'accepts a CRL without a number that was issued later',
      { number: undefined },
      { number: undefined, thisUpdateMs: nowMs + 1 },
      undefined,
    ],
  ] as const)('replacementFault %s', (_name, before, after, expected) => {
    const fault = replacementFault(lists(before), lists(after));
    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(expected);
  });

  it('replacementFault accepts the list of one more authority, and rejects a file that no longer has the list of one authority', () => {
    const two = new Map([...lists(), [1, list()] as const]);
    expect(replacementFault(lists(), two)).toBeUndefined();
    expect(replacementFault(two, lists())).toMatch(/no longer has the CRL/);
  });
});

it('earliestNextUpdateMs returns the earliest next update of all lists', () => {
  expect(earliestNextUpdateMs(new Map())).toBeUndefined();
  expect(earliestNextUpdateMs(lists({ nextUpdateMs: undefined }))).toBeUndefined();
  expect(earliestNextUpdateMs(new Map([...lists(), [1, list({ nextUpdateMs: nowMs - 1 })]]))).toBe(nowMs - 1);
});
