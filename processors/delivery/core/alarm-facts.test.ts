import { describe, expect, it } from 'vitest';
import { quietReason } from '../../../contracts/alarm-calls.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { freshAtMs } from './alarm-facts.ts';
import { alarmOf, eventOf, seconds, t0 } from './delivery.testing.ts';

describe('quietReason', () => {
  it.each<[string, Partial<Alarm>, string | null]>([
    ['calls while it is present', {}, null],
    ['calls while its sound is paused', { audioPausedUntil: '2026-03-01T03:02:00.000Z' }, null],
    ['is quiet after an acknowledgement', { signal: 'acknowledged' }, 'acknowledged'],
    [
      'is quiet after an acknowledgement, even after its end',
      { signal: 'acknowledged', present: false },
      'acknowledged',
    ],
    ['is quiet when its condition has ended', { present: false }, 'ended'],
    ['is quiet while it is latched', { present: false, signal: 'latched' }, 'ended'],
    ['is quiet while its signal is off', { signal: 'off' }, 'ended'],
    ['is quiet while a more serious alarm calls', { under: 'SpO2.extreme-low' }, 'other-alarm-calls'],
    ['is quiet if it is about the past', { late: true }, 'late'],
  ])('an alarm %s', (_, changes, expected) => expect(quietReason(alarmOf('a', changes))).toBe(expected));
});

describe('freshAtMs', () => {
  const before = { freshAtMs: t0, onsets: 1 };
  const later = t0 + seconds(90);
  it.each<[AlarmEvent['type'], Partial<Alarm>, typeof before | undefined, number]>([
    ['raised', {}, undefined, later],
    ['updated', {}, undefined, t0],
    ['updated', {}, before, t0],
    ['updated', { onsets: 2 }, before, later],
    ['escalated', {}, before, later],
    ['realarmed', {}, before, later],
    ['audio-paused', {}, before, t0],
  ])('freshAtMs is right for the event `%s` with %j', (type, changes, known, expected) =>
    expect(freshAtMs(eventOf(type, alarmOf('a', changes), later), known)).toBe(expected),
  );
});
