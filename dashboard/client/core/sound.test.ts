import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { pageSound, pulseStarts, renderBurst, soundLevel } from './sound.ts';
import { soundTable } from './sound-table.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');

describe('soundTable', () => {
  it.each([
    ['high', 10, 10, 75, 200, 2500, 15_000],
    ['medium', 3, 3, 125, 250, 2500, 30_000],
    ['low', 1, 2, 125, 250, 15_001, 60_000],
  ] as const)(
    'the sound "%s" is within the ranges of CLINICAL',
    (level, leastPulses, mostPulses, leastMs, mostMs, leastRepeat, mostRepeat) => {
      const burst = soundTable[level];
      expect(burst.pitchesHz.length).toBeGreaterThanOrEqual(leastPulses);
      expect(burst.pitchesHz.length).toBeLessThanOrEqual(mostPulses);
      expect(burst.pausesMs).toHaveLength(burst.pitchesHz.length - 1);
      expect(burst.pulseMs).toBeGreaterThanOrEqual(leastMs);
      expect(burst.pulseMs).toBeLessThanOrEqual(mostMs);
      expect(burst.repeatMs).toBeGreaterThanOrEqual(leastRepeat);
      expect(burst.repeatMs).toBeLessThanOrEqual(mostRepeat);
    },
  );
});

describe('renderBurst', () => {
  it.each(Object.keys(soundTable) as (keyof typeof soundTable)[])(
    'the samples of "%s" contain the pulses of its burst and are between -1 and 1',
    (level) => {
      const burst = soundTable[level];
      const rate = 8000;
      const samples = renderBurst(burst, rate);
      expect(samples).toHaveLength((burst.repeatMs * rate) / 1000);
      let pulses = 0;
      let quiet = rate;
      let loudest = 0;
      for (const sample of samples) {
        loudest = Math.max(loudest, Math.abs(sample));
        if (Math.abs(sample) > 0.02) {
          if (quiet > rate * 0.04) pulses++;
          quiet = 0;
        } else quiet++;
      }
      expect(loudest).toBeGreaterThan(0.1);
      expect(loudest).toBeLessThanOrEqual(1);
      expect(pulses).toBe(burst.pitchesHz.length);
      expect(pulseStarts(burst).at(-1)! + burst.pulseMs).toBeLessThan(burst.repeatMs);
      expect(samples.at(-1)).toBe(0);
    },
  );
});

describe('soundLevel', () => {
  const pausedUntil = (ms: number) => ({ audioPausedUntil: new Date(now + ms).toISOString() });
  it.each([
    ['nothing sounds without an alarm', [], undefined],
    ['a low alarm sounds low', [alarm('a', { priority: 'low' })], 'low'],
    [
      'of low, high and medium alarms the high alarm sounds',
      [alarm('a', { priority: 'low' }), alarm('b', { priority: 'high' }), alarm('c')],
      'high',
    ],
    ['of medium and low alarms the medium alarm sounds', [alarm('c'), alarm('a', { priority: 'low' })], 'medium'],
    ['an acknowledged alarm is silent', [alarm('a', { priority: 'high', signal: 'acknowledged' })], undefined],
    ['an alarm whose signal is off is silent', [alarm('a', { signal: 'off' })], undefined],
    ['a latched alarm still sounds', [alarm('a', { priority: 'high', signal: 'latched', present: false })], 'high'],
    ['a late high alarm sounds low', [alarm('a', { priority: 'high', late: true })], 'low'],
    [
      'a late high alarm does not lower the sound of a medium alarm',
      [alarm('a', { priority: 'high', late: true }), alarm('b')],
      'medium',
    ],
    ['a paused alarm is silent', [alarm('a', { priority: 'high', ...pausedUntil(1) })], undefined],
    [
      'a pause that ends later than any pause can end does not count',
      [alarm('a', { priority: 'high', ...pausedUntil(125_001) })],
      'high',
    ],
    ['an alarm sounds at the end of its pause', [alarm('a', { priority: 'high', ...pausedUntil(0) })], 'high'],
    [
      'the pause of one alarm does not silence another alarm',
      [alarm('a', { priority: 'high', ...pausedUntil(1) }), alarm('b', { priority: 'low' })],
      'low',
    ],
  ] as const)('%s', (_name, alarms, level) => {
    expect(soundLevel(alarms, now)).toBe(level);
  });
});

describe('pageSound', () => {
  const high = [alarm('a', { priority: 'high' })];
  const medium = [alarm('a')];
  it.each([
    ['is silent if Vigil works and there is no alarm', false, true, 0, [], undefined],
    ['sounds the alarm if Vigil works', false, true, 0, medium, 'medium'],
    ['sounds "lost" if the server is lost, even if there is a high alarm', true, true, 0, high, 'lost'],
    ['is silent if the server is lost and the sound is paused', true, true, now + 1, high, undefined],
    ['sounds "lost" at the end of the pause if the server is lost', true, true, now, [], 'lost'],
    ['sounds "lost" if a part of Vigil failed', false, false, 0, [], 'lost'],
    ['sounds "lost" if a part of Vigil failed and there is a medium alarm', false, false, 0, medium, 'lost'],
    ['sounds a high alarm if a part of Vigil failed', false, false, 0, high, 'high'],
    [
      'sounds a medium alarm if a part of Vigil failed and the failure sound is paused',
      false,
      false,
      now + 1,
      medium,
      'medium',
    ],
    ['sounds an alarm although the failure sound is paused', false, true, now + 1, medium, 'medium'],
  ] as const)('the page %s', (_name, lost, healthy, pausedUntilMs, alarms, level) => {
    expect(pageSound({ lost, healthy, pausedUntilMs }, alarms, now)).toBe(level);
  });
});
