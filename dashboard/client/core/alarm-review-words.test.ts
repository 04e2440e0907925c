import { describe, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import {
  answerText,
  busyText,
  countsText,
  endText,
  gapText,
  newAlarmCount,
  placesText,
  rateText,
  reviewRemarks,
  stepsOf,
} from './alarm-review-words.ts';
import { dateTimeText } from './times.ts';

const t0 = Date.UTC(2026, 0, 1, 10);

function rowOf(fields: Partial<ReviewedAlarmRow> = {}): ReviewedAlarmRow {
  return {
    ...{ alarmId: 'alarm-000000000001', associationId: 'assoc-1', deviceId: 'device-1', condition: 'HR.high' },
    ...{
      kind: 'physiological',
      priority: 'high',
      text: 'HR 151 > 120',
      value: 151,
      limit: 120,
      unit: '/min',
      atOnset: null,
    },
    ...{ onsetMs: t0 - 9_000, raisedMs: t0, calledAtMs: t0, late: false, onsets: 1, escalation: 0, present: false },
    ...{ resolvedMs: t0 + 200_000, clearedMs: t0 + 200_000, called: [], accepted: [], acknowledged: [] },
    ...{
      answerMs: null,
      answered: false,
      places: [{ ward: 'icu', bed: '3' }],
      patient: null,
      profile: null,
      whole: true,
    },
    calls: { list: [], onlyCounted: 0, dutiesLeftOut: [], notSent: null, notice: null },
    ...fields,
  };
}
const person = (name: string, s: number) => ({ userId: name.toLowerCase(), name, atMs: t0 + s * 1_000 });

const none = { total: 0, high: 0, medium: 0, low: 0, unanswered: 0, medianAnswerMs: null, bedDays: 0 };

it.each([
  [
    { ...none, total: 34, high: 3, medium: 20, low: 11, bedDays: 6.2 },
    'In 6.2 bed-days: 5.5 alarms per bed and day (0.5 high, 3.2 medium, 1.8 low)',
  ],
  [{ ...none, bedDays: 0.5 }, 'In 0.5 bed-days: 0.0 alarms per bed and day (0.0 high, 0.0 medium, 0.0 low)'],
  [{ ...none, total: 9, low: 9, bedDays: 0.49 }, undefined],
  [{ ...none, total: 9, low: 9 }, undefined],
])('the rate of %o is "%s"', (counts, text) => expect(rateText(counts)).toBe(text));

describe('the counts', () => {
  it.each([
    [{ ...none, bedDays: 2 }, 'No alarms'],
    [{ ...none, total: 1, high: 1, unanswered: 1 }, '1 alarm: 1 high, 0 medium, 0 low; 1 unanswered'],
    [
      { ...none, total: 34, high: 3, medium: 20, low: 11, unanswered: 2, medianAnswerMs: 192_000 },
      '34 alarms: 3 high, 20 medium, 11 low; 2 unanswered; median time to the answer 3 min 12 s',
    ],
  ])('the counts %o give the text "%s"', (counts, text) => expect(countsText(counts)).toBe(text));
});

describe('the answer', () => {
  it.each([
    ['nobody yet', { present: true, clearedMs: null }],
    ['nobody', {}],
    ['did not call', { calledAtMs: null }],
    ['Nora acknowledged after 30.0 s', { acknowledged: [person('Nora', 30)], answerMs: 30_000, answered: true }],
    [
      'Bert accepted the call after 12.0 s',
      { acknowledged: [person('Nora', 30)], accepted: [person('Bert', 12)], answerMs: 12_000, answered: true },
    ],
    [
      'Nora acknowledged. The alarm called again, and nobody answered.',
      { acknowledged: [person('Nora', 30)], answerMs: 30_000 },
    ],
    ['Nora acknowledged', { acknowledged: [person('Nora', -3)], answered: true }],
  ])('the answer of an alarm is written "%s"', (text, fields) => expect(answerText(rowOf(fields))).toBe(text));
});

it('the end says how long the condition lasted, or that it still lasts', () => {
  expect(endText(rowOf())).toBe('after 3 min 20 s');
  expect(endText(rowOf({ present: true, resolvedMs: null }))).toBe('still present');
  expect(endText(rowOf({ resolvedMs: null }))).toBe('removed after 3 min 20 s');
  expect(endText(rowOf({ resolvedMs: null, clearedMs: null }))).toBe('end not known');
});

it('placesText names both places of a patient who moved; if no bed is known, it names the device', () => {
  const moved = rowOf({
    places: [
      { ward: 'icu', bed: '3' },
      { ward: 'sd', bed: null },
    ],
  });
  expect(placesText(moved, true)).toBe('icu 3 → sd, no bed');
  expect(placesText(rowOf(), false)).toBe('3');
  expect(placesText(rowOf({ places: [] }), true)).toBe('device-1');
});

it('the text about a patient with many alarms names the most frequent condition', () => {
  const name = { familyName: 'Okapi', givenName: 'Test' };
  const patient = { patientId: 'P-1', ...name, condition: 'HR.high', associationId: 'assoc-1' };
  expect(busyText({ ...patient, alarms: 12, conditionAlarms: 9 })).toBe(
    'Okapi, Test: 12 alarms, most often HR high (9)',
  );
  expect(busyText({ ...patient, alarms: 1, conditionAlarms: 1 })).toBe('Okapi, Test: 1 alarm, most often HR high (1)');
});

it('the remarks say what a person must know besides the text', () => {
  expect(reviewRemarks(rowOf())).toEqual([]);
  expect(reviewRemarks(rowOf({ late: true, onsets: 3, escalation: 1, whole: false }))).toEqual([
    'late',
    '3 ×',
    'escalated 1 time: not acknowledged',
    'beginning not known',
  ]);
});

it('the details have every step in the order of time', () => {
  const row = rowOf({
    called: [{ ...person('Anna', 5), duty: 'nurse' }],
    accepted: [person('Anna', 12)],
    acknowledged: [person('Anna', 60)],
  });
  expect(stepsOf(row).map(({ atMs, title }) => [(atMs - t0) / 1_000, title])).toEqual([
    [-9, 'Condition began (device time)'],
    [0, 'Engine raised the alarm'],
    [0, 'Alarm called on the screens'],
    [5, 'Anna (nurse) was called'],
    [12, 'Anna accepted the call'],
    [60, 'Anna acknowledged'],
    [200, 'Condition ended'],
    [200, 'Alarm left the screens'],
  ]);
});

it('gapText says that alarms may be missing if the server still reads, or if the period begins before `completeFromMs`', () => {
  const review = { isRead: true, completeFromMs: t0 } as never as Parameters<typeof gapText>[0];
  expect(gapText(review, { fromMs: t0, toMs: undefined })).toBeUndefined();
  expect(gapText(review, { fromMs: t0 - 1, toMs: undefined })).toContain(dateTimeText(t0));
  expect(gapText({ ...review, isRead: false }, { fromMs: t0, toMs: undefined })).toContain('still reads');
});

describe('new alarms', () => {
  const alarm = (id: string, s: number, fields = {}) =>
    newAlarm(new Date(t0 + s * 1_000).toISOString(), { alarmId: id, associationId: 'a', deviceId: 'd', ...fields });
  const alarms = [alarm('old', -60), alarm('shown', -1), alarm('new', 1), alarm('low', 2, { priority: 'low' })];
  const list = { at: t0, rows: [rowOf({ alarmId: 'shown' })] };
  const count = (ward: string, filters = {}) =>
    newAlarmCount(alarms, list, filters, () => ({ ward: 'icu', bed: '3' }), ward);

  it('newAlarmCount counts the alarms of the screen that are newer than the list and match its filters', () => {
    expect(count('*')).toBe(2);
    expect(count('icu', { bed: '3' })).toBe(2);
    expect(count('icu', { priority: 'low' })).toBe(1);
    expect(count('icu', { condition: 'SpO2.low' })).toBe(0);
    expect(count('icu', { bed: '4' })).toBe(0);
    expect(count('sd')).toBe(0);
  });
});
