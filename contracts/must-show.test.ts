import { expect, it } from 'vitest';
import { newAlarm } from './messages/alarms.testing.ts';
import type { Alarm } from './messages/alarms.ts';
import { mustBeShownAnew } from './must-show.ts';

const alarm = (fields: Partial<Alarm> = {}): Alarm =>
  newAlarm('2026-03-01T12:00:00.000Z', {
    alarmId: 'alarm-0000000001',
    associationId: 'assoc-01',
    deviceId: 'd1',
    priority: 'medium',
    ...fields,
  });

it.each<[string, Alarm | undefined, Alarm, boolean]>([
  ['that is new must be shown', undefined, alarm(), true],
  [
    'that was acknowledged before the page knew it need not be shown',
    undefined,
    alarm({ signal: 'acknowledged' }),
    false,
  ],
  ['whose signal is off need not be shown', undefined, alarm({ signal: 'off' }), false],
  ['that is the same need not be shown again', alarm(), alarm({ rev: 2 }), false],
  [
    'with only a worse value need not be shown again',
    alarm({ value: 130 }),
    alarm({ rev: 2, value: 140, text: 'HR 140 > 120' }),
    false,
  ],
  ['with a higher priority must be shown again', alarm(), alarm({ rev: 2, priority: 'high' }), true],
  ['with a lower priority need not be shown again', alarm(), alarm({ rev: 2, priority: 'low' }), false],
  ['that was escalated must be shown again', alarm(), alarm({ rev: 2, escalation: 1 }), true],
  ['that has ended need not be shown again', alarm(), alarm({ rev: 2, present: false, signal: 'latched' }), false],
  [
    'that is present again must be shown again',
    alarm({ present: false, signal: 'latched' }),
    alarm({ rev: 3, onsets: 2 }),
    true,
  ],
  [
    'that calls again after its acknowledgement must be shown again',
    alarm({ signal: 'acknowledged' }),
    alarm({ rev: 3 }),
    true,
  ],
  ['that was acknowledged need not be shown again', alarm(), alarm({ rev: 2, signal: 'acknowledged' }), false],
  ['that is no longer late must be shown again', alarm({ late: true }), alarm({ rev: 2 }), true],
  ['that is late now need not be shown again', alarm(), alarm({ rev: 2, late: true }), false],
])('an alarm %s', (_name, before, after, expected) => {
  expect(mustBeShownAnew(before, after)).toBe(expected);
});
