import { describe, expect, it } from 'vitest';
import { newAlarm } from './messages/alarms.testing.ts';
import type { Alarm } from './messages/alarms.ts';
import { soundLevel } from './sound-level.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');
const alarm = (alarmId: string, changes: Partial<Alarm> = {}) =>
  newAlarm('2026-01-01T10:00:00.000Z', {
    associationId: 'assoc-01',
    deviceId: 'bed-01',
    priority: 'medium',
    ...changes,
    alarmId,
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
      'an alarm sounds if its pause ends later than any pause can end',
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
