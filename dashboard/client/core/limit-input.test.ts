import { describe, expect, it } from 'vitest';
import { draftOfLimits, readChangedLimits, readLimits, understoodText } from './limit-input.ts';

const read = (fields: Record<string, string>) => readLimits('HR', (name) => fields[name] ?? '');

describe('readLimits', () => {
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
  ])('readLimits accepts %o', (fields, limits) => {
    expect(read(fields)).toEqual({ ok: true, limits });
  });

  it.each([
    [{}, 'Enter at least one limit.'],
    [{ low: 'abc' }, 'The low limit is not a plain number. Write it like 120 or 38.5.'],
    [{ low: '-1' }, 'The low limit must be between 0 and 350.'],
    [{ high: '351' }, 'The high limit must be between 0 and 350.'],
    [{ low: '120', high: '120' }, 'The high limit must be above the low limit.'],
    [{ low: '50', extremeLow: '51' }, 'The low limit must be above the extreme low limit.'],
    [{ high: '140', extremeHigh: '120' }, 'The extreme high limit must be above the high limit.'],
    [{ low: 'Infinity' }, 'The low limit is not a plain number. Write it like 120 or 38.5.'],
  ])('readLimits refuses %o with "%s"', (fields, message) => {
    expect(read(fields)).toEqual({ ok: false, message });
  });
});

describe('readLimits with unusual numbers', () => {
  const notPlain = [
    '1e2',
    '1E2',
    '-0',
    '-0.0',
    '-0,00',
    '+50',
    '.5',
    '5.',
    '5,',
    '0x32',
    '0b1',
    '5 0',
    '5_0',
    '1,200',
    '1.2.3',
    '1,2.3',
  ];
  it.each([...notPlain, 'NaN', '\u2212' + '5', '٥٠', '120 bpm', '--1'])(
    'readLimits refuses the limit "%s" and names its field',
    (text) => {
      const message = (name: string) => `The ${name} limit is not a plain number. Write it like 120 or 38.5.`;
      expect(read({ extremeLow: text, high: '120' })).toEqual({ ok: false, message: message('extreme low') });
      expect(read({ low: '50', high: text })).toEqual({ ok: false, message: message('high') });
    },
  );

  it('readLimits accepts a limit below zero if the parameter can be below zero', () => {
    const fields: Record<string, string> = { low: '-10', high: '-2,5' };
    expect(readLimits('BPsys', (name) => fields[name] ?? '')).toEqual({ ok: true, limits: { low: -10, high: -2.5 } });
  });
});

describe('understoodText', () => {
  const draft = { extremeLow: '', low: '', high: '', extremeHigh: '' };
  it.each([
    [{ low: '50', high: ' 120 ' }, undefined],
    [{ high: '120,5' }, 'Read as: high 120.5.'],
    [{ low: '050', high: '120.50' }, 'Read as: low 50, high 120.5.'],
    [{ low: '1e2', high: '38,5' }, 'Read as: high 38.5.'],
    [{ low: 'abc' }, undefined],
  ])('the form with %o shows: %s', (changes, text) => {
    expect(understoodText({ ...draft, ...changes })).toBe(text);
  });
});

describe('readChangedLimits', () => {
  const own = { low: 45, high: 130, delayMs: 20_000 };
  it.each<[string, object | undefined, object, unknown]>([
    ['refuses an unchanged form', own, {}, { ok: false, message: 'Nothing was changed.' }],
    [
      'refuses an unchanged form of a patient without own limits',
      undefined,
      {},
      { ok: false, message: 'Nothing was changed.' },
    ],
    ['returns only the changed limit', own, { low: '40' }, { ok: true, limits: { low: 40 } }],
    ['returns the first own limit of a patient', undefined, { high: '130' }, { ok: true, limits: { high: 130 } }],
    ['returns null for a limit that was emptied', own, { low: '' }, { ok: true, limits: { low: null } }],
    ['returns null if all limits were emptied', own, { low: '', high: ' ' }, { ok: true, limits: null }],
  ])('readChangedLimits %s', (_, before, changes, expected) => {
    expect(readChangedLimits('HR', { ...draftOfLimits(before), ...changes }, before)).toEqual(expected);
  });
});
