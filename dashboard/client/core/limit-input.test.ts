import { describe, expect, it } from 'vitest';
import { draftOfLimits, readChangedLimits, readLimits } from './limit-input.ts';

const read = (fields: Record<string, string>) => readLimits('HR', (name) => fields[name] ?? '');

describe('limits as typed', () => {
  it.each([
    [
      { low: '50', high: '120' },
      { low: 50, high: 120 },
    ],
    [{ low: ' 0 ' }, { low: 0 }],
    [{ high: '350' }, { high: 350 }],
    [{ high: '120,5' }, { high: 120.5 }],
    [
      { extremeLow: '50', low: '50' },
      { extremeLow: 50, low: 50 },
    ],
  ])('%o are taken', (fields, limits) => {
    expect(read(fields)).toEqual({ ok: true, limits });
  });

  it.each([
    [{}, 'Enter at least one limit.'],
    [{ low: 'abc' }, 'The low limit is not a number.'],
    [{ low: '-1' }, 'The low limit must lie between 0 and 350.'],
    [{ high: '351' }, 'The high limit must lie between 0 and 350.'],
    [{ low: '120', high: '120' }, 'The high limit must lie above the low one.'],
    [{ low: '50', extremeLow: '51' }, 'The low limit must lie above the extreme low one.'],
    [{ high: '140', extremeHigh: '120' }, 'The extreme high limit must lie above the high one.'],
    [{ low: 'Infinity' }, 'The low limit is not a number.'],
  ])('%o are not', (fields, message) => {
    expect(read(fields)).toEqual({ ok: false, message });
  });
});

describe('changed limits', () => {
  const own = { low: 45, high: 130, delayMs: 20_000 };
  it.each<[string, object | undefined, object, unknown]>([
    ['nothing', own, {}, { ok: false, message: 'Nothing was changed.' }],
    // Before, an untouched form made the ward's limits the patient's own.
    ['nothing, and none are the patient’s own', undefined, {}, { ok: false, message: 'Nothing was changed.' }],
    ['one', own, { low: '40' }, { ok: true, limits: { low: 40, high: 130, delayMs: 20_000 } }],
    ['one, and none were the patient’s own', undefined, { high: '130' }, { ok: true, limits: { high: 130 } }],
    ['one back to the ward’s', own, { low: '' }, { ok: true, limits: { high: 130, delayMs: 20_000 } }],
    ['all back to the ward’s', own, { low: '', high: ' ' }, { ok: true, limits: null }],
  ])('%s', (_, before, changes, expected) => {
    expect(readChangedLimits('HR', { ...draftOfLimits(before), ...changes }, before)).toEqual(expected);
  });
});
