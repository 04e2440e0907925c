import { describe, expect, it } from 'vitest';
import { type ContentRevision, contentRevisionAfter, hasNewContent, newOnsetMs } from './acknowledgement.ts';
import { newAlarm } from './messages/alarms.testing.ts';
import type { Alarm } from './messages/alarms.ts';

const seen = newAlarm('2026-01-01T10:00:00.000Z', {
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
const low = (value: number): Partial<Alarm> => ({
  condition: 'SpO2.extreme-low',
  value,
  limit: 85,
  text: `SpO2 ${value} < 85`,
});
const ended = { present: false, signal: 'latched' } as const;

describe('an alarm says more than before', () => {
  it.each([
    ['if nothing changed', {}, {}, false],
    ['if it was counted again', {}, { onsets: 13 }, false],
    ['if it ended', {}, ended, false],
    ['if it came back', ended, {}, false],
    ['if it was escalated', {}, { escalation: 2 }, false],
    ['if its sound was paused', {}, { audioPausedUntil: '2026-01-01T10:02:00.000Z' }, false],
    ['where a high value fell', hr(150), hr(149), false],
    ['where a high value rose by 1', hr(146), hr(147), true],
    ['where a low value fell by 1', low(84), low(83), true],
    ['where a low value rose', low(70), low(79), false],
    ['if its text changed beside the same value', {}, { text: 'HR 146 > 140, again' }, true],
    ['if its text changed without a value', { value: undefined }, { value: undefined, text: 'No HR' }, true],
    ['if it became graver', { priority: 'medium' }, {}, true],
    ['if its limit changed', {}, { limit: 130, text: 'HR 146 > 130' }, true],
    ['if it is another condition', {}, { condition: 'HR.high' }, true],
    ['if it is another alarm', {}, { alarmId: 'alarm-0000000000002' }, true],
    ['if it was about the past and is about the present', { late: true }, {}, true],
    ['if it calls again after an answer', { signal: 'acknowledged' }, {}, true],
    ['if it had no signal before', { signal: 'off' }, {}, true],
    ['if somebody answered it', {}, { signal: 'acknowledged' }, false],
  ] as const)('%s: not, or indeed', (_name, before, after, more) => {
    expect(hasNewContent({ ...seen, ...before } as Alarm, { ...seen, ...after } as Alarm)).toBe(more);
  });
});

describe('the first revision with the present content of the alarm', () => {
  /** Tells the changes in turn, each `everyMs` after the one before. */
  function told(changes: readonly Partial<Alarm>[], everyMs = 1_000): ContentRevision {
    let before: { alarm: Alarm; said: ContentRevision } | undefined;
    for (const [at, change] of [{}, ...changes].entries()) {
      const alarm = { ...seen, rev: at + 1, ...change };
      before = { alarm, said: contentRevisionAfter(before, alarm, 1_000_000 + at * everyMs) };
    }
    return before!.said;
  }

  it.each([
    ['is the newest where nothing is known of before', [], 1_000, 1],
    ['stays while the alarm comes and goes each second', [ended, {}, ended, {}, ended, { onsets: 4 }], 1_000, 1],
    ['stays where it comes back 1 ms before it has begun anew', [ended, {}], newOnsetMs - 1, 1],
    ['is that of an alarm that has begun anew', [ended, {}], newOnsetMs, 3],
    ['counts the end from its beginning', [ended, { ...ended, escalation: 1 }, {}], newOnsetMs / 2, 4],
    ['is that of a graver value, and stays when the value falls', [hr(150), hr(147), hr(141)], 1_000, 2],
    ['is the newest where a revision is missing', [ended, { rev: 9 }], 1_000, 9],
  ] as const)('%s', (_name, changes, everyMs, rev) => {
    expect(told(changes as readonly Partial<Alarm>[], everyMs).rev).toBe(rev);
  });
});
