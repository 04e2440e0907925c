import { expect, it } from 'vitest';
import { certificateEndText } from './certificate-end.ts';
import { dayMs } from './durations.ts';

it.each([
  [-1, 'Certificate has ended'],
  [0, 'Certificate has ended'],
  [1, 'Certificate ends in less than a day'],
  [dayMs - 1, 'Certificate ends in less than a day'],
  [dayMs, 'Certificate ends in 1 day'],
  [12 * dayMs + 1, 'Certificate ends in 12 days'],
])('if a certificate ends in %d ms, certificateEndText returns "%s"', (leftMs, text) => {
  expect(certificateEndText(1_800_000_000_000 + leftMs, 1_800_000_000_000)).toBe(text);
});
