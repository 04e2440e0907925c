import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { pageSound, pulseStarts, renderBurst, soundLevel } from './sound.ts';
import { soundTable } from './sound-table.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');

describe('the sound table keeps the ranges of CLINICAL', () => {
  it.each([
    ['high', 10, 10, 75, 200, 2500, 15_000],
    ['medium', 3, 3, 125, 250, 2500, 30_000],
    ['low', 1, 2, 125, 250, 15_001, 60_000],
  ] as const)('%s', (level, leastPulses, mostPulses, leastMs, mostMs, leastRepeat, mostRepeat) => {
    const burst = soundTable[level];
    expect(burst.pitchesHz.length).toBeGreaterThanOrEqual(leastPulses);
    expect(burst.pitchesHz.length).toBeLessThanOrEqual(mostPulses);
    expect(burst.pausesMs).toHaveLength(burst.pitchesHz.length - 1);
    expect(burst.pulseMs).toBeGreaterThanOrEqual(leastMs);
    expect(burst.pulseMs).toBeLessThanOrEqual(mostMs);
    expect(burst.repeatMs).toBeGreaterThanOrEqual(leastRepeat);
    expect(burst.repeatMs).toBeLessThanOrEqual(mostRepeat);
  });
});

describe('a burst', () => {
  it.each(Object.keys(soundTable) as (keyof typeof soundTable)[])('%s is heard as its pulses, in range', (level) => {
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
  });
});

describe('the level that sounds', () => {
  const until = (ms: number) => ({ audioPausedUntil: new Date(now + ms).toISOString() });
  it.each([
    ['no alarm', [], undefined],
    ['low', [alarm('a', { priority: 'low' })], 'low'],
    ['the highest', [alarm('a', { priority: 'low' }), alarm('b', { priority: 'high' }), alarm('c')], 'high'],
    ['medium over low', [alarm('c'), alarm('a', { priority: 'low' })], 'medium'],
    ['acknowledged is silent', [alarm('a', { priority: 'high', signal: 'acknowledged' })], undefined],
    ['off is silent', [alarm('a', { signal: 'off' })], undefined],
    ['latched sounds on', [alarm('a', { priority: 'high', signal: 'latched', present: false })], 'high'],
    ['late sounds low', [alarm('a', { priority: 'high', late: true })], 'low'],
    ['late does not lower another', [alarm('a', { priority: 'high', late: true }), alarm('b')], 'medium'],
    ['paused', [alarm('a', { priority: 'high', ...until(1) })], undefined],
    ['a pause that ends later than any can', [alarm('a', { priority: 'high', ...until(125_001) })], 'high'],
    ['pause just over', [alarm('a', { priority: 'high', ...until(0) })], 'high'],
    ['paused here, not there', [alarm('a', { priority: 'high', ...until(1) }), alarm('b', { priority: 'low' })], 'low'],
  ] as const)('%s', (_name, alarms, level) => {
    expect(soundLevel(alarms, now)).toBe(level);
  });
});

describe('what the page sounds', () => {
  const high = [alarm('a', { priority: 'high' })];
  const medium = [alarm('a')];
  it.each([
    ['in order, quiet', false, true, 0, [], undefined],
    ['in order, an alarm', false, true, 0, medium, 'medium'],
    ['lost, whatever alarms it knew', true, true, 0, high, 'lost'],
    ['lost, paused', true, true, now + 1, high, undefined],
    ['lost, the pause just over', true, true, now, [], 'lost'],
    ['a part failed', false, false, 0, [], 'lost'],
    ['a part failed, a medium alarm', false, false, 0, medium, 'lost'],
    ['a part failed, a high alarm', false, false, 0, high, 'high'],
    ['a part failed, paused, a medium alarm', false, false, now + 1, medium, 'medium'],
    ['a pause silences no patient', false, true, now + 1, medium, 'medium'],
  ] as const)('%s', (_name, lost, healthy, pausedUntilMs, alarms, level) => {
    expect(pageSound({ lost, healthy, pausedUntilMs }, alarms, now)).toBe(level);
  });
});
