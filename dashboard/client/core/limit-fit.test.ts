import { describe, expect, it } from 'vitest';
import type { GroupInForce, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { limitFit } from './limit-fit.ts';

function inForceOf(...groups: Partial<GroupInForce>[]): LimitsInForce {
  return { groups } as unknown as LimitsInForce;
}
const heartRate = { group: 'HR', limits: { extremeLow: 40, low: 50, high: 120, extremeHigh: 160 } } as const;

describe('limitFit', () => {
  it.each([
    ['HR.high', heartRate, { group: 'HR', bound: 'high', inForce: 120, wider: [125, 130, 135, 140] }],
    ['HR.low', heartRate, { group: 'HR', bound: 'low', inForce: 50, wider: [45, 40] }],
    [
      'SpO2.low',
      { group: 'SpO2', limits: { low: 90, extremeLow: 87 } },
      { group: 'SpO2', bound: 'low', inForce: 90, wider: [89, 88, 87] },
    ],
    [
      'Temp.high',
      { group: 'Temp', limits: { high: 38.5 } },
      { group: 'Temp', bound: 'high', inForce: 38.5, wider: [38.7, 38.9, 39.1, 39.3] },
    ],
  ] as const)(
    'limitFit of %s returns the limit in force, and wider limits up to the extreme limit',
    (condition, group, fit) => expect(limitFit(condition, inForceOf(group))).toEqual(fit),
  );

  it.each([
    ['an extreme limit', 'HR.extreme-high', heartRate],
    ['a technical alarm', 'HR.no-data', heartRate],
    ['a code of a device', 'MDC_EVT_ECG_ASYSTOLE', heartRate],
    ['a group that is not judged', 'RR.high', heartRate],
    ['a limit that is not set', 'HR.high', { group: 'HR', limits: { low: 50 } }],
    ['a limit that is equal to the extreme limit', 'HR.high', { group: 'HR', limits: { high: 120, extremeHigh: 120 } }],
    ['limits that are off', 'HR.high', { ...heartRate, off: { reason: 'comfort care' } }],
  ] as const)('limitFit returns undefined for %s, because there is nothing to compare', (_, condition, group) =>
    expect(limitFit(condition, inForceOf(group as Partial<GroupInForce>))).toBeUndefined(),
  );

  it('limitFit returns undefined if no limits are published', () => {
    expect(limitFit('HR.high', null)).toBeUndefined();
  });
});
