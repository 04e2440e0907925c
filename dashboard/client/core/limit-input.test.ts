import { describe, expect, it } from 'vitest';
import { draftOfLimits, readChangedLimits, readLimits, understoodText } from './limit-input.ts';

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
    [{ low: 'abc' }, 'The low limit is not a plain number. Write it like 120 or 38.5.'],
    [{ low: '-1' }, 'The low limit must lie between 0 and 350.'],
    [{ high: '351' }, 'The high limit must lie between 0 and 350.'],
    [{ low: '120', high: '120' }, 'The high limit must lie above the low one.'],
    [{ low: '50', extremeLow: '51' }, 'The low limit must lie above the extreme low one.'],
    [{ high: '140', extremeHigh: '120' }, 'The extreme high limit must lie above the high one.'],
    [{ low: 'Infinity' }, 'The low limit is not a plain number. Write it like 120 or 38.5.'],
  ])('%o are not', (fields, message) => {
    expect(read(fields)).toEqual({ ok: false, message });
  });
});

describe('a limit that is no plain decimal number', () => {
  const odd = [
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
  it.each([...odd, 'NaN', '\u2212' + '5', '٥٠', '120 bpm', '--1'])(
    'is refused by the name of its field: %s',
    (text) => {
      const message = (name: string) => `The ${name} limit is not a plain number. Write it like 120 or 38.5.`;
      expect(read({ extremeLow: text, high: '120' })).toEqual({ ok: false, message: message('extreme low') });
      expect(read({ low: '50', high: text })).toEqual({ ok: false, message: message('high') });
    },
  );

  it('may be below zero if the parameter may', () => {
    const fields: Record<string, string> = { low: '-10', high: '-2,5' };
    expect(readLimits('BPsys', (name) => fields[name] ?? '')).toEqual({ ok: true, limits: { low: -10, high: -2.5 } });
  });
});

describe('what was understood', () => {
  const draft = { extremeLow: '', low: '', high: '', extremeHigh: '' };
  it.each([
    [{ low: '50', high: ' 120 ' }, undefined],
    [{ high: '120,5' }, 'Read as: high 120.5.'],
    [{ low: '050', high: '120.50' }, 'Read as: low 50, high 120.5.'],
    [{ low: '1e2', high: '38,5' }, 'Read as: high 38.5.'],
    [{ low: 'abc' }, undefined],
  ])('is said of %o: %s', (changes, text) => {
    expect(understoodText({ ...draft, ...changes })).toBe(text);
  });
});

describe('changed limits', () => {
  const own = { low: 45, high: 130, delayMs: 20_000 };
  it.each<[string, object | undefined, object, unknown]>([
    ['nothing', own, {}, { ok: false, message: 'Nothing was changed.' }],
    // Before, an untouched form made the ward's limits the patient's own.
    ['nothing, and none are the patient’s own', undefined, {}, { ok: false, message: 'Nothing was changed.' }],
    ['one', own, { low: '40' }, { ok: true, limits: { low: 40 } }],
    ['one, and none were the patient’s own', undefined, { high: '130' }, { ok: true, limits: { high: 130 } }],
    ['one back to the ward’s', own, { low: '' }, { ok: true, limits: { low: null } }],
    ['all back to the ward’s', own, { low: '', high: ' ' }, { ok: true, limits: null }],
  ])('%s', (_, before, changes, expected) => {
    expect(readChangedLimits('HR', { ...draftOfLimits(before), ...changes }, before)).toEqual(expected);
  });
});
