import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { alarmCsvHeader, alarmCsvLine } from './alarm-review-csv.ts';

const atMs = Date.parse('2026-03-01T10:00:00.000Z');
const row: ReviewedAlarmRow = {
  ...{ alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId: 'bed-01', condition: 'HR.high' },
  ...{
    kind: 'physiological',
    priority: 'high',
    text: 'HR 151 > 120',
    value: 151,
    limit: 120,
    unit: '/min',
    atOnset: { code: 'MDC_ECG_HEART_RATE', value: 124, limit: 120, unit: '/min' },
  },
  ...{ onsetMs: atMs, raisedMs: atMs + 5_000, calledAtMs: atMs + 5_000, late: false, onsets: 1, escalation: 0 },
  ...{ present: false, resolvedMs: atMs + 60_000, clearedMs: null, called: [], answerMs: 7_500, answered: true },
  accepted: [{ userId: 'anna', name: 'Anna', atMs: atMs + 12_500 }],
  acknowledged: [{ userId: 'nora', name: 'Nora, RN', atMs: atMs + 20_000 }],
  places: [{ ward: 'ICU', bed: '3' }],
  patient: { patientId: 'P-1', familyName: 'Ő', givenName: 'Ж' },
  profile: { origin: 'ward', version: '7' },
  whole: true,
  calls: {
    list: [
      {
        ...{ callId: 'c', userId: 'anna', name: 'Anna', duty: 'nurse', channels: ['screen'], failed: ['mail'] },
        ...{ sent: [{ channel: 'screen', stage: 'painted', atMs }], outcome: 'accepted', calledAtMs: atMs, repeat: 0 },
        ...{ round: 1, channelsLeftOut: [{ channel: 'push', why: 'not-reached' }] },
      },
    ],
    ...{ onlyCounted: 0, dutiesLeftOut: [], notSent: null, notice: null },
  },
};

it('a line has one cell for each column, with times in UTC', () => {
  expect(alarmCsvHeader.split(',')).toHaveLength(34);
  expect(alarmCsvLine(row)).toBe(
    '2026-03-01T10:00:05.000Z,2026-03-01T10:00:00.000Z,ICU,3,P-1,Ő,Ж,high,physiological,HR.high,HR 151 > 120,124,120,151,120,/min,' +
      'ward 7,2026-03-01T10:00:05.000Z,yes,7.5,,"Anna (nurse) round 1 at 2026-03-01T10:00:00.000Z: accepted [screen painted, mail failed, push left out (not-reached)]",,Anna at 2026-03-01T10:00:12.500Z,' +
      '"Nora, RN at 2026-03-01T10:00:20.000Z",no,2026-03-01T10:01:00.000Z,,1,0,no,yes,bed-01,alarm-0123456789abcdef',
  );
});

it('a value of 0 is written, and a value that is not known is empty', () => {
  expect(alarmCsvLine({ ...row, value: 0 }).split(',')[13]).toBe('0');
  expect(
    alarmCsvLine({ ...row, value: null, patient: null, places: [] })
      .split(',')
      .slice(2, 7),
  ).toEqual(Array(5).fill(''));
});

it('a negative value and a negative limit stay numbers', () => {
  const cells = alarmCsvLine({ ...row, text: '-3.5 mmHg', value: -3.5, limit: -2 }).split(',');
  expect([cells[10], ...cells.slice(13, 15)]).toEqual(["'-3.5 mmHg", '-3.5', '-2']);
});

it('no cell is a formula for a spreadsheet, for any names and texts', () => {
  const evil = fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '; =', '\t=', ' @'), fc.string())
    .map(([start, rest]) => start + rest);
  fc.assert(
    fc.property(evil, (text) => {
      const line = alarmCsvLine({
        ...{ ...row, text, deviceId: text, places: [{ ward: text, bed: text }] },
        ...{ patient: { patientId: text, familyName: text, givenName: text } },
        acknowledged: [{ userId: 'x', name: text, atMs }],
      });
      const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted ?? plain,
      );
      expect(cells).toHaveLength(34);
      for (const cell of cells) expect(cell).not.toMatch(/(^|;)\s*[=+\-@]/);
      expect(line).not.toMatch(/[\r\n]/);
    }),
  );
});
