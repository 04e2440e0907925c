import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { pageSound, soundLevel } from './sound.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');

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
