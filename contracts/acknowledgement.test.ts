import { describe, expect, it } from 'vitest';
import { type ContentRevision, contentRevisionAfter, hasNewContent, newOnsetMs } from './acknowledgement.ts';
import { newAlarm } from './messages/alarms.testing.ts';
import type { Alarm } from './messages/alarms.ts';

const shownAlarm = newAlarm('2026-01-01T10:00:00.000Z', {
  alarmId: 'alarm-0000000000001',
  associationId: 'association-0001',
  deviceId: 'bed-01',
  condition: 'HR.extreme-high',
  code: 'MDC_ECG_HEART_RATE',
  text: 'HR 146 > 140',
  value: 146,
  limit: 140,
});
const hr = (value: number): Partial<Alarm> => ({ value, text: `HR ${value} > 140` });
const spo2 = (value: number): Partial<Alarm> => ({
  condition: 'SpO2.extreme-low',
  value,
  limit: 85,
  text: `SpO2 ${value} < 85`,
});
const ended = { present: false, signal: 'latched' } as const;
const noValue = { value: undefined } as const;

describe('hasNewContent', () => {
  it.each([
    ['false if nothing changed', {}, {}, false],
    ['false if only the number of onsets changed', {}, { onsets: 13 }, false],
    ['false if the alarm ended', {}, ended, false],
    ['false if the alarm started again', ended, {}, false],
    ['false if the alarm was escalated', {}, { escalation: 2 }, false],
    ['false if the sound was paused', {}, { audioPausedUntil: '2026-01-01T10:02:00.000Z' }, false],
    ['false if a value above its limit fell', hr(150), hr(149), false],
    ['true if a value above its limit rose by 1', hr(146), hr(147), true],
    ['true if a value below its limit fell by 1', spo2(84), spo2(83), true],
    ['false if a value below its limit rose', spo2(70), spo2(79), false],
    ['true if the text changed and the value did not', {}, { text: 'HR 146 > 140, again' }, true],
    ['true if the text of an alarm without a value changed', noValue, { ...noValue, text: 'No HR' }, true],
    ['true if the priority became higher', { priority: 'medium' }, {}, true],
    ['true if the limit changed', {}, { limit: 130, text: 'HR 146 > 130' }, true],
    ['true if the condition is a different condition', {}, { condition: 'HR.high' }, true],
    ['true if the alarm is a different alarm', {}, { alarmId: 'alarm-0000000000002' }, true],
    ['true if the alarm was late and is not late now', { late: true }, {}, true],
    ['true if the alarm sounds again after an acknowledgement', { signal: 'acknowledged' }, {}, true],
    ['true if the alarm had no signal before', { signal: 'off' }, {}, true],
    ['false if somebody acknowledged the alarm', {}, { signal: 'acknowledged' }, false],
  ] as const)('hasNewContent is %s', (_name, before, after, expected) => {
    expect(hasNewContent({ ...shownAlarm, ...before } as Alarm, { ...shownAlarm, ...after } as Alarm)).toBe(expected);
  });
});

describe('contentRevisionAfter', () => {
  /**
   * Returns the content revision of an alarm after these changes; each change comes `everyMs` after the previous
   * change.
   */
  function contentRevision(changes: readonly Partial<Alarm>[], everyMs = 1_000): ContentRevision {
    let before: { alarm: Alarm; said: ContentRevision } | undefined;
    for (const [index, change] of [{}, ...changes].entries()) {
      const alarm = { ...shownAlarm, rev: index + 1, ...change };
      before = { alarm, said: contentRevisionAfter(before, alarm, 1_000_000 + index * everyMs) };
    }
    return before!.said;
  }

  it.each([
    ['returns the newest revision if no earlier revision is known', [], 1_000, 1],
    [
      'returns the first revision of an alarm that starts and ends each second',
      [ended, {}, ended, {}, ended, { onsets: 4 }],
      1_000,
      1,
    ],
    [
      'returns the old revision if the alarm starts again 1 ms too early for a new onset',
      [ended, {}],
      newOnsetMs - 1,
      1,
    ],
    ['returns the newest revision if the alarm has a new onset', [ended, {}], newOnsetMs, 3],
    [
      'measures the time without the condition from the first revision in which the condition has ended',
      [ended, { ...ended, escalation: 1 }, {}],
      newOnsetMs / 2,
      4,
    ],
    [
      'returns the revision with the most serious value, even after the value became less serious',
      [hr(150), hr(147), hr(141)],
      1_000,
      2,
    ],
    ['returns the newest revision if a revision is missing', [ended, { rev: 9 }], 1_000, 9],
  ] as const)('contentRevisionAfter %s', (_name, changes, everyMs, rev) => {
    expect(contentRevision(changes as readonly Partial<Alarm>[], everyMs).rev).toBe(rev);
  });
});
