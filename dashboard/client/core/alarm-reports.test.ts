import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { reportAlarmsMax } from '../../protocol/live.ts';
import {
  alarmsPerReportMax,
  alarmsToReport,
  type Loudspeaker,
  type Reported,
  reportOf,
  soundOf,
} from './alarm-reports.ts';
import { alarm as fixture } from './fixtures.ts';

const alarm = ({ alarmId = 'alarm-0000000001', ...fields }: Partial<Alarm> = {}) =>
  fixture(alarmId, { escalation: 0, ...fields });
const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const speaker = (level?: 'high' | 'medium' | 'low' | 'lost', state: Loudspeaker['state'] = 'on'): Loudspeaker => ({
  state,
  playing: level && { level, forMs: 500 },
});

it('the page reports at most as many alarms at once as the protocol allows', () => {
  expect(alarmsPerReportMax).toBe(reportAlarmsMax);
});

it.each<[string, Partial<Alarm>, Loudspeaker, string, elsewhere?: boolean]>([
  ['sounds if the page plays the sound of its priority', {}, speaker('high'), 'sounding'],
  [
    'of medium priority does not sound while the page plays the sound of a high alarm',
    { priority: 'medium' },
    speaker('high'),
    'other',
  ],
  ['does not sound while the page plays the sound of a failure', {}, speaker('lost'), 'other'],
  ['that is late sounds as a low alarm', { late: true }, speaker('low'), 'sounding'],
  ['does not sound if the browser blocks sound', {}, speaker(undefined, 'blocked'), 'blocked'],
  ['does not sound if the audio of the browser has failed', {}, speaker(undefined, 'failed'), 'failed'],
  [
    'does not sound while a person has paused it',
    { audioPausedUntil: '2026-01-01T10:01:00.000Z' },
    speaker(undefined, 'blocked'),
    'paused',
  ],
  ['does not sound if another screen has the sound of its ward', {}, speaker(), 'elsewhere', true],
  [
    'does not sound if another screen has the sound of its ward, even if this page plays a sound',
    {},
    speaker('high'),
    'elsewhere',
    true,
  ],
  [
    'is reported as blocked if the browser blocks sound, even if another screen has the sound of its ward',
    {},
    speaker(undefined, 'blocked'),
    'blocked',
    true,
  ],
])('an alarm %s', (_name, fields, loudspeaker, expected, isElsewhere = false) => {
  expect(soundOf(alarm({ priority: 'high', ...fields }), loudspeaker, isElsewhere, nowMs)).toBe(expected);
});

describe('alarmsToReport', () => {
  const seen = (reportedAlarm: Alarm, fields: Partial<Reported> = {}): [string, Reported] => [
    reportedAlarm.alarmId,
    { alarm: reportedAlarm, shown: 'text', sound: 'sounding', atMs: 0, ...fields },
  ];
  const sounding = () => 'sounding' as const;

  it.each<[string, Alarm, [string, Reported][], string[]]>([
    ['that was not reported', alarm(), [], ['news']],
    ['that was reported', alarm(), [seen(alarm())], []],
    ['of a newer revision', alarm({ rev: 2 }), [seen(alarm())], ['newer']],
    ['that is acknowledged', alarm({ signal: 'acknowledged' }), [], []],
    ['that was escalated since', alarm({ rev: 2, escalation: 1 }), [seen(alarm())], ['news']],
    ['that sounds now', alarm(), [seen(alarm(), { sound: 'blocked' })], ['news']],
    ['that was on no visible part of the page', alarm(), [seen(alarm(), { shown: 'nowhere' })], ['unseen']],
  ])('alarmsToReport finds the right reason to report an alarm %s', (_name, current, reported, expected) => {
    const due = alarmsToReport([current], new Map(reported), sounding);
    expect(due.map(({ why }) => why)).toEqual(expected);
  });

  it('alarms that must be shown again come before all others; alarms for which the report has no room wait for the next report', () => {
    const quiet = Array.from({ length: 100 }, (_, n) =>
      alarm({ alarmId: `alarm-quiet-${n}`.padEnd(16, '-'), priority: 'high' }),
    );
    const fresh = alarm({ alarmId: 'alarm-fresh-00001', priority: 'low' });
    const reported = new Map(quiet.map((each) => seen(each, { sound: 'blocked' })));
    const due = alarmsToReport([...quiet, fresh], reported, sounding);
    expect(due).toHaveLength(alarmsPerReportMax);
    expect(due[0]?.alarm).toBe(fresh);
  });

  it('if more alarms have a newer revision than one report can name, the alarms with the oldest last report come first', () => {
    const many = Array.from({ length: 100 }, (_, n) => alarm({ alarmId: `alarm-many-${n}`.padEnd(16, '-'), rev: 2 }));
    const reported = new Map(many.map((each, n) => seen({ ...each, rev: 1 }, { atMs: n < 64 ? 2_000 : 1_000 })));
    const due = alarmsToReport(many, reported, sounding).map(({ alarm: { alarmId } }) => alarmId);
    expect(due).toEqual(expect.arrayContaining(many.slice(64).map(({ alarmId }) => alarmId)));
  });
});

it.each([
  ['text', 'sounding', { paintedAgoMs: 100, soundedAgoMs: 50 }],
  ['count', 'blocked', { paintedAgoMs: 100 }],
  ['nowhere', 'sounding', { soundedAgoMs: 50 }],
] as const)(
  'a report with "%s" and "%s" has only the times at which the alarm was really painted or sounded',
  (shown, sound, times) => {
    const current = alarm();
    const at = { paintedAtMs: 900, soundingSinceMs: 950, nowMs: 1_000 };
    expect(reportOf(current, shown, sound, at)).toEqual({
      alarmId: current.alarmId,
      rev: current.rev,
      shown,
      sound,
      ...times,
    });
  },
);
