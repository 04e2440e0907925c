import { expect, it } from 'vitest';
import { limitsText } from './limits-text.ts';

const base = { low: 50, high: 120, delayMs: 0 };
const off = { until: '2026-01-01T10:00:00.000Z', reason: 'Surgery' };

it.each([
  ['the profile', base, undefined, 'low 50, high 120, delay 0 ms, no own limits'],
  ['an own limit', base, { low: 45 }, 'low 45, high 120, delay 0 ms'],
  ['an own limit of 0', base, { low: 0 }, 'low 0, high 120, delay 0 ms'],
  [
    'all limits',
    base,
    { extremeLow: 40, extremeHigh: 140 },
    'extreme low 40, low 50, high 120, extreme high 140, delay 0 ms',
  ],
  [
    'limits that are switched off',
    base,
    { off },
    'low 50, high 120, delay 0 ms, switched off until 2026-01-01T10:00:00.000Z (Surgery)',
  ],
  ['no profile', undefined, undefined, 'no own limits'],
])('limitsText writes the limits with %s', (_, limits, own, text) => expect(limitsText(limits, own)).toBe(text));
