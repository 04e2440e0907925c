/** If the device and Vigil both alarm about one cause, one alarm calls (CLINICAL, "Judged or told", 8). */
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
/** `HR.high under device/tachy` if it is listed there, `device/tachy calls` if it calls. */
const told = (conditions: readonly Condition[]) =>
  withOneCallPerCause(conditions).map(({ key, rank, quiet, listedUnder }) =>
    rank === 1_000 ? `${key} calls` : quiet ? `${key} under ${listedUnder}` : key,
  );

describe('of one cause', () => {
  it('nothing changes without an alarm of the device', () => {
    const conditions = [plain, extreme, other];
    expect(withOneCallPerCause(conditions)).toBe(conditions);
  });

  it('the graver calls, and only the gravest of Vigil’s own is listed under it', () => {
    expect(told([plain, extreme, own, other])).toEqual([
      'HR.high',
      'HR.extreme-high calls',
      'device/tachy under HR.extreme-high',
      'SpO2.low',
    ]);
    const graver = { ...own, priority: 'high', rank: 40 } as const;
    expect(told([plain, extreme, graver])).toEqual([
      'HR.high',
      'HR.extreme-high under device/tachy',
      'device/tachy calls',
    ]);
  });

  it.each([
    ['the device', 9, ['HR.high under device/tachy', 'device/tachy calls']],
    ['Vigil', 11, ['HR.high calls', 'device/tachy under HR.high']],
  ])('the first of two that are equally grave calls: %s', (_name, determined, expected) => {
    expect(told([plain, { ...own, determined }])).toEqual(expected);
  });

  it('the same one of two at the same moment always calls, in any order', () => {
    const other = { ...own, key: 'device/another', name: 'device/another' };
    const expected = ['device/another calls', 'device/tachy under device/another'];
    expect(told([own, other]).sort()).toEqual(expected);
    expect(told([other, own]).sort()).toEqual(expected);
  });

  it('only the first of two equally grave ones of Vigil’s own is listed', () => {
    const second = condition('HR.high/second', {});
    expect(told([plain, second, { ...own, priority: 'high' }])).toEqual([
      ...['HR.high under device/tachy', 'HR.high/second', 'device/tachy calls'],
    ]);
  });
});
