import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../tests/uniform-number.ts';
import { limitNumberText, numberText, withoutRoundingError } from './number-text.ts';

describe('numberText', () => {
  it.each([
    [0, 0, '0'],
    [-0, 0, '0'],
    [-0.4, 0, '0'],
    [-0.5, 0, '-1'],
    [-0.04, 1, '0.0'],
    [-0.06, 1, '-0.1'],
    [-50, 0, '-50'],
    [36.94, 1, '36.9'],
  ])('numberText writes %d with %d digits after the point as %s', (value, digits, text) => {
    expect(numberText(value, digits)).toBe(text);
  });

  it('numberText never writes a zero with a sign', () => {
    fc.assert(
      fc.property(uniformNumber(-2, 2), fc.nat(3), (value, digits) => {
        expect(numberText(value, digits)).not.toMatch(/^-0(\.0*)?$/);
      }),
    );
  });
});

describe('withoutRoundingError', () => {
  it.each([
    [36 + 0.1, 36.1],
    [36 - 0.1, 35.9],
    [0.1 + 0.2, 0.3],
    [0, 0],
    [90.5, 90.5],
  ])('withoutRoundingError changes %d to %d', (sum, exact) => {
    expect(withoutRoundingError(sum)).toBe(exact);
  });
});

describe('limitNumberText', () => {
  it.each([
    [90, 0, '90'],
    [90.5, 0, '90.5'],
    [38, 1, '38.0'],
    [38.25, 1, '38.25'],
    [-0.5, 0, '-0.5'],
    [-0, 0, '0'],
    [36 + 0.1, 1, '36.1'],
    [36.000_000_000_000_01, 1, '36.0'],
  ])('limitNumberText writes the limit %d with at least %d digits after the point as %s', (limit, digits, text) => {
    expect(limitNumberText(limit, digits)).toBe(text);
  });
});
