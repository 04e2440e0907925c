import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from './time.ts';

describe('parseInstant', () => {
  it.each([
    ['2026-03-01T12:00:00.000Z', Date.UTC(2026, 2, 1, 12)],
    ['2026-03-01T12:00:00.123456789Z', Date.UTC(2026, 2, 1, 12, 0, 0, 123)],
    ['2024-02-29T00:00:00.000Z', Date.UTC(2024, 1, 29)],
    ['1970-01-01T00:00:00.000Z', 0],
    ['2000-02-29T23:59:59.999Z', Date.UTC(2000, 1, 29, 23, 59, 59, 999)],
    ['2026-12-31T00:00:00.000Z', Date.UTC(2026, 11, 31)],
  ])('parseInstant parses %s', (text, ms) => expect(parseInstant(text)).toBe(ms));

  it.each([
    '2026-03-01T12:00:00Z',
    '2026-03-01T12:00:00.00Z',
    '2026-03-01T12:00:00.000+01:00',
    '2026-03-01T12:00:00.000z',
    '2026-03-01 12:00:00.000Z',
    '2026-02-29T00:00:00.000Z',
    '2026-02-30T00:00:00.000Z',
    '1900-02-29T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-32T00:00:00.000Z',
    '0099-01-01T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T00:60:00.000Z',
    '2026-01-01T00:00:60.000Z',
    '2026-01-01T00:00:00.0000000000Z',
    '',
    'now',
  ])('parseInstant refuses %j', (text) => expect(parseInstant(text)).toBeUndefined());

  it('parseInstant returns the instant that formatInstant wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 0) }), (ms) => parseInstant(formatInstant(ms)) === ms),
    );
  });
});
