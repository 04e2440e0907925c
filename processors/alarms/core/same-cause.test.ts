/** Tests of alarms of the device and of Vigil about one cause (CLINICAL, "Judged or told", 8). */
import { describe, expect, it } from 'vitest';
import type { Condition } from './condition.ts';
import { withOneCallPerCause } from './same-cause.ts';

const base = { kind: 'physiological', chain: 'HR.high', text: '', onset: 0, valueAt: 0, excess: 0 } as const;
const condition = (key: string, more: Partial<Condition>): Condition => ({
  ...{ ...base, key, name: key, priority: 'medium', rank: 11, determined: 10, late: false, outOfOrder: false },
  ...more,
});
const plain = condition('HR.high', {});
const extreme = condition('HR.extreme-high', { priority: 'high', rank: 21 });
const own = condition('device/tachy', { origin: 'device', rank: 10 });
const other = condition('SpO2.low', { chain: 'SpO2.low' });
/**
 * Returns a text for each condition: `device/tachy calls`, or `HR.high under device/tachy` if it is listed under
 * `device/tachy`.
 */
const callTexts = (conditions: readonly Condition[]) =>
  withOneCallPerCause(conditions).map(({ key, rank, quiet, listedUnder }) =>
    rank === 1_000 ? `${key} calls` : quiet ? `${key} under ${listedUnder}` : key,
  );

describe('withOneCallPerCause', () => {
  it('without an alarm of the device, the list of conditions stays the same object', () => {
    const conditions = [plain, extreme, other];
    expect(withOneCallPerCause(conditions)).toBe(conditions);
  });

  it('the more serious condition calls, and the most serious condition of Vigil can be listed under it', () => {
    expect(callTexts([plain, extreme, own, other])).toEqual([
      'HR.high',
      'HR.extreme-high calls',
      'device/tachy under HR.extreme-high',
      'SpO2.low',
    ]);
    const moreSerious = { ...own, priority: 'high', rank: 40 } as const;
    expect(callTexts([plain, extreme, moreSerious])).toEqual([
      'HR.high',
      'HR.extreme-high under device/tachy',
      'device/tachy calls',
    ]);
  });

  it.each([
    ['the device', 9, ['HR.high under device/tachy', 'device/tachy calls']],
    ['Vigil', 11, ['HR.high calls', 'device/tachy under HR.high']],
  ])('the earlier of two equally serious conditions calls: %s', (_name, determined, expected) => {
    expect(callTexts([plain, { ...own, determined }])).toEqual(expected);
  });

  it('the order of the list does not decide which of two equal conditions calls', () => {
    const other = { ...own, key: 'device/another', name: 'device/another' };
    const expected = ['device/another calls', 'device/tachy under device/another'];
    expect(callTexts([own, other]).sort()).toEqual(expected);
    expect(callTexts([other, own]).sort()).toEqual(expected);
  });

  it('only the first of two equally serious conditions of Vigil is listed', () => {
    const second = condition('HR.high/second', {});
    expect(callTexts([plain, second, { ...own, priority: 'high' }])).toEqual([
      ...['HR.high under device/tachy', 'HR.high/second', 'device/tachy calls'],
    ]);
  });
});
