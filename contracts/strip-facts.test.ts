import { expect, it } from 'vitest';
import { newAlarm } from './messages/alarms.testing.ts';
import { newLimits } from './messages/limits.testing.ts';
import type { Strip } from './messages/strips.ts';
import { stripFacts } from './strip-facts.ts';
import { formatInstant } from './time.ts';

const at = '2026-03-01T10:00:00.000Z';
const alarm = newAlarm(at, {
  ...{ alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId: 'bed-01' },
  text: 'HR 151 > 140',
  value: 151,
  limit: 140,
  unit: '/min',
});
const strip: Strip = {
  ...{ stripId: `${alarm.alarmId}.1`, rev: 1, associationId: alarm.associationId, deviceId: alarm.deviceId },
  ...{ alarmId: alarm.alarmId, onset: 1, onsetAt: at, onsetWallAt: at, writtenAt: at, content: 'waves' },
  ...{ isComplete: true, alarm, numerics: [], chunks: [], digest: 'A'.repeat(43) },
};
const factOf = (name: string, more: Partial<Strip>) =>
  stripFacts({ ...strip, ...more }, formatInstant).find((fact) => fact.name === name)?.text;

it('the limits in force have the extreme limits, because an alarm may be about them', () => {
  const text = factOf('Limits in force', { limits: newLimits('association-1') });
  expect(text).toContain('HR 50–120, extreme 40–140; ');
  expect(text).toContain('SpO2 from 90, extreme from 85; ');
  expect(text).toContain('(profile built-in, version 1)');
});

it('an alarm of the device itself has the mark Monitor', () => {
  const own = { ...alarm, text: 'RR 180 > 160', origin: 'device' } as const;
  expect(factOf('Alarm', { alarm: own })).toBe(`Monitor: RR 180 > 160, ${alarm.priority} priority, ${alarm.kind}`);
});

it('if limits are off, the extreme limits are still named, because they still alarm', () => {
  const off = { reason: 'test', until: at };
  const text = factOf('Limits in force', { limits: newLimits('association-1', { HR: { off } }) });
  expect(text).toContain('HR off, extreme 40–140; ');
});

it.each([
  ['of the onset', {}, 'HR 151 /min'],
  ['1,999 ms before the onset', { at: '2026-03-01T09:59:58.001Z' }, 'HR 151 /min'],
  ['2 s before the onset', { at: '2026-03-01T09:59:58.000Z' }, 'HR 151 /min (2 s before)'],
  ['that the device marked as invalid', { validity: 'invalid' }, 'HR 151 /min (invalid)'],
  [
    'that is questionable, and 15 s old',
    { validity: 'questionable', at: '2026-03-01T09:59:45.000Z' },
    'HR 151 /min (questionable, 15 s before)',
  ],
] as const)('the numbers at the onset say what a reader must know about a number %s', (_what, more, text) => {
  const numeric = { code: 'MDC_ECG_HEART_RATE', value: 151, unit: '/min', at, ...more };
  expect(factOf('Numbers at the onset', { numerics: [numeric] })).toBe(text);
});

it.each([
  ['a complete strip', {}, undefined],
  ['a strip in which samples are missing', { isComplete: false }, 'no samples came for a part of this time'],
  ['one message that cannot be read', { isComplete: false, unreadable: 1 }, /^1 message of this time cannot be read/],
  ['two messages that cannot be read', { isComplete: false, unreadable: 2 }, /^2 messages of this time cannot be read/],
  ['a strip without waves', { isComplete: false, content: 'no-waves' }, undefined],
] as const)('the facts say what is missing: %s', (_what, more, text) => {
  const shown = factOf('Missing parts', more);
  if (text instanceof RegExp) expect(shown).toMatch(text);
  else expect(shown).toBe(text);
});
