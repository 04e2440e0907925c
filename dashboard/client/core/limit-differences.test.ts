import { expect, it } from 'vitest';
import { limitsText } from '../../server/core/limits-text.ts';
import { limitDifferences } from './limit-differences.ts';

const now = new Date(2026, 0, 6, 14, 30).getTime();
const until = new Date(2026, 0, 6, 18, 5).toISOString();
const base = { extremeLow: 40, low: 50, high: 120, extremeHigh: 160, delayMs: 10_000 };
const off = { reason: 'Theatre, then CT (second)', until };

it.each([
  ['one own limit', undefined, { high: 130 }, ['high 120 → 130']],
  ['an own limit and a delay', undefined, { low: 45, delayMs: 5_000 }, ['low 50 → 45', 'delay 10 s → 5 s']],
  ['a limit of 0 and a limit with a point', { low: 1.5 }, { low: 0 }, ['low 1.5 → 0']],
  ['the limits of the ward', { high: 130 }, undefined, ['high 130 → 120', 'back to the limits of the ward']],
  ['limits that are off', { high: 130 }, { high: 130, off }, ['switched off until 18:05 (Theatre, then CT (second))']],
  ['limits that are on again', { off }, {}, ['switched on again (was off until 18:05 (Theatre, then CT (second)))']],
  ['the same limits', { high: 130 }, { high: 130 }, ['no value differs']],
] as const)('limitDifferences names only what differs: %s', (_, before, after, texts) => {
  expect(limitDifferences(limitsText(base, before), limitsText(base, after), now)).toEqual(texts);
});

it('limitDifferences writes a dash for a limit that is not set', () => {
  expect(limitDifferences('no own limits', limitsText({}, { high: 130 }), now)).toEqual(['high – → 130']);
});

it('limitDifferences returns both texts whole if one text has an unknown form', () => {
  expect(limitDifferences('high 120', 'something new, high 130', now)).toEqual(['high 120 → something new, high 130']);
});
