import { expect, it } from 'vitest';
import { shiftStartsOf, shiftTimesPattern, usualShiftTimes } from './shift-times.ts';

it.each([
  [usualShiftTimes, [420, 1140]],
  ['00:00', [0]],
  ['22:00,06:00,14:00', [360, 840, 1320]],
  ['23:59,00:00', [0, 1439]],
])('shiftStartsOf returns the minutes after midnight in order: %s', (text, starts) => {
  expect(shiftTimesPattern.test(text)).toBe(true);
  expect(shiftStartsOf(text)).toEqual(starts);
});

it('shiftStartsOf refuses a time that is twice in the text', () => {
  expect(() => shiftStartsOf('07:00,19:00,07:00')).toThrow('VIGIL_SHIFT_TIMES has one time twice');
});

it.each(['', '7:00', '24:00', '07:60', '07:00, 19:00', '07:00,', 'day', '00:00,01:00,02:00,03:00,04:00,05:00,06:00'])(
  'the setting of the shift times refuses the text "%s"',
  (text) => {
    expect(shiftTimesPattern.test(text)).toBe(false);
  },
);
