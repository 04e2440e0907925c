import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { gainsFrom, hasUnansweredHigh } from './loudness-rise.ts';
import { highRise, soundTable } from './sound-table.ts';

describe('gainsFrom', () => {
  const rise = { startLoudness: 0.25, fullAtBurst: 3 };
  it.each([
    ['the first burst has the start loudness, and the rise has equal steps', 0, rise, 0, [0.25, 0.5, 1]],
    ['after a break, the rise continues after the bursts that were played before', 1, rise, 0, [0.5, 1]],
    ['the last burst of the rise is at full loudness', 2, rise, 0, [1]],
    ['a burst after the rise is at full loudness', 3, rise, 0, [1]],
    ['a burst long after the rise is at full loudness', 100_000, rise, 0, [1]],
    [
      'a rise with a start below the lowest loudness begins at the lowest loudness',
      0,
      { startLoudness: 0, fullAtBurst: 2 },
      0.25,
      [0.25, 1],
    ],
    [
      'a rise with a start above full loudness begins at full loudness',
      0,
      { startLoudness: 2, fullAtBurst: 2 },
      0,
      [1, 1],
    ],
    [
      'a rise of one burst is at full loudness from the first burst',
      0,
      { startLoudness: 0.25, fullAtBurst: 1 },
      0,
      [1],
    ],
    [
      'a rise of zero bursts is at full loudness from the first burst',
      0,
      { startLoudness: 0.25, fullAtBurst: 0 },
      0,
      [1],
    ],
  ] as const)('%s', (_name, firstBurst, options, floor, gains) => {
    const result = gainsFrom(firstBurst, options, 1, floor);
    expect(result).toHaveLength(gains.length);
    result.forEach((gain, i) => {
      expect(gain).toBeCloseTo(gains[i]!, 10);
    });
  });
});

describe('highRise', () => {
  it('a high alarm begins at least as loud as a medium alarm, and gets louder with each burst until full loudness', () => {
    const { high, medium } = soundTable;
    expect(highRise.startLoudness).toBeGreaterThanOrEqual(medium.loudness);
    const gains = gainsFrom(0, highRise, high.loudness, medium.loudness);
    gains.slice(1).forEach((gain, i) => {
      expect(gain).toBeGreaterThan(gains[i]!);
    });
    expect(gains.length).toBeGreaterThan(1);
    // A high alarm is at full loudness within half a minute.
    expect((gains.length - 1) * high.repeatMs).toBeLessThanOrEqual(30_000);
  });
});

describe('hasUnansweredHigh', () => {
  const pausedUntil = { audioPausedUntil: '2026-01-01T10:02:00.000Z' };
  it.each([
    ['an empty list has no unanswered high alarm', [], false],
    ['a medium alarm does not count', [alarm('a')], false],
    ['an unanswered high alarm counts', [alarm('a'), alarm('b', { priority: 'high' })], true],
    ['a latched high alarm counts', [alarm('a', { priority: 'high', signal: 'latched', present: false })], true],
    ['a high alarm with paused sound counts', [alarm('a', { priority: 'high', ...pausedUntil })], true],
    ['an acknowledged high alarm does not count', [alarm('a', { priority: 'high', signal: 'acknowledged' })], false],
    ['a high alarm that is off does not count', [alarm('a', { priority: 'high', signal: 'off' })], false],
    ['a late high alarm does not count', [alarm('a', { priority: 'high', late: true })], false],
  ] as const)('%s', (_name, alarms, expected) => {
    expect(hasUnansweredHigh(alarms)).toBe(expected);
  });
});
