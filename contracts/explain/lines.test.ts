import { describe, expect, it } from 'vitest';
import { createInstantText, durationText } from './durations.ts';
import {
  answer,
  asked,
  baseAlarm,
  calmEvents,
  event,
  instantAt,
  lonelyEvents,
  nurse,
  recordsWith,
  standby,
} from './explain.testing.ts';
import { explain } from './explain.ts';
import { explanationLines } from './lines.ts';
import { withoutValues } from './without-values.ts';

const linesOf = (records: ReturnType<typeof recordsWith>) => explanationLines(explain(records)!, 'Europe/Berlin');

describe('durationText', () => {
  it.each([
    [0, '0.0 s'],
    [119_949, '119.9 s'],
    [120_000, '2 min 0 s'],
    [7_199_000, '119 min 59 s'],
    [7_200_000, '2 h 0 min'],
    [-3000, '−3.0 s'],
  ])('durationText writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

it('an instant has UTC and the local time', () => {
  expect(createInstantText('Europe/Berlin')(Date.parse('2026-11-29T13:05:02.250Z'))).toMatch(
    /^2026-11-29 13:05:02\.250 UTC \(14:05:02 (?:CET|GMT\+1)\)$/,
  );
});

it('the lines have the findings, each step of the chain, the timeline and the people', () => {
  const text = linesOf(recordsWith()).join('\n');
  expect(text).toContain('Alarm alarm-0123456789abcdef: HR 134 > 120 (medium priority)');
  expect(text).toContain('ward ICU, bed 3, device bed-07; the alarm has ended');
  expect(text).toMatch(/Engine raised the alarm +2026-11-29 13:00:06\.400 UTC .*after the step before: 0\.1 s/);
  expect(text).toMatch(/First screen had painted it +not known/);
  expect(text).toMatch(/Anna A\. asked to acknowledge it\n.*Acknowledged by Anna A\.\n.*Condition ended\n.*Removed/);
  expect(text).toMatch(/Anna A\. \(anna\) opened the ward at 2026-11-29 13:01:00/);
  expect(text).toContain('The log shows no cause.');
});

it('the lines do not say that nobody saw the alarm: a wall display may have shown it', () => {
  const text = linesOf(
    recordsWith({ alarms: { events: lonelyEvents, answers: [] }, audit: { isWhole: true, items: [] } }),
  ).join('\n');
  expect(text).toContain('No person had the ward or the patient open: no record of the audit trail is missing.');
  expect(text).toContain('Whether a wall display showed the alarm is not known.');
});

it('the lines name the parts of the log with missing records', () => {
  const text = linesOf(recordsWith({ observations: { isWhole: false, readings: [] } })).join('\n');
  expect(text).toContain('Records may be missing in: observations, deliveries, delivery-commands, assignments.');
});

it('a text from the log cannot change the terminal', () => {
  const events = [event(1, 'raised', 6.4, { text: 'HR\u001b[2J' }), ...calmEvents.slice(1)];
  expect(linesOf(recordsWith({ alarms: { events } })).join('\n')).toContain('HR\\u{1b}[2J');
});

it('the timeline shows updates of the value in one line, and a revision that is missing', () => {
  const events = [
    event(1, 'raised', 6.4),
    event(2, 'updated', 20, { text: 'HR 136 > 120' }),
    event(3, 'updated', 30, { text: 'HR 139 > 120' }),
    event(5, 'escalated', 66, { escalation: 1 }),
  ];
  const { timeline } = explain(recordsWith({ alarms: { events } }))!;
  expect(timeline.map(({ text }) => text)).toEqual([
    'Raised: HR 134 > 120, priority medium, limit 120 /min',
    '2 updates of the value, now: HR 139 > 120',
    'Revision 4 is not known',
    'Escalated, step 1: nobody had acknowledged it',
    'Anna A. asked to acknowledge it',
  ]);
});

describe('withoutValues', () => {
  it('withoutValues removes values, limits and people’s reasons for an auditor, and keeps all events', () => {
    const changed = { by: nurse, at: instantAt(10) };
    const inForce = {
      ...{ associationId: baseAlarm.associationId, rev: 1, at: instantAt(10), profile: null },
      groups: [{ group: 'HR', limits: { high: 177 }, base: { high: 166 }, own: { high: 177 }, changed }],
    } as const;
    const records = recordsWith({
      alarms: {
        limits: [{ body: { ...inForce, groups: [...inForce.groups] }, appendedMs: Date.parse(instantAt(10)) }],
        standbys: [standby(1, 10, 90)],
        answers: [answer(60, 'command-2', 'Look again.')],
      },
      audit: { items: [asked(59.8, 'command-2')] },
    });
    const text = linesOf(withoutValues(records)).join('\n');
    for (const value of ['134', '> 120', '177', '166', 'CT']) expect(text).not.toContain(value);
    for (const fact of ['HR.high', 'Limits of HR changed by Anna A.', 'Standby began', 'Look again.'])
      expect(text).toContain(fact);
  });
});
