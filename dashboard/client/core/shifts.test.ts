import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { assignmentEnd, lastNight, shiftEnd, shiftStart, summaryStart } from './shifts.ts';
import { dateTimeText } from './times.ts';

const twice = [7 * 60, 19 * 60];
const thrice = [6 * 60, 14 * 60 + 30, 22 * 60];
/** An instant of January 2026 in the time zone of the screen. */
const local = (day: number, hour: number, minute = 0) => new Date(2026, 0, day, hour, minute).getTime();

describe('a shift', () => {
  it.each([
    ['in the day shift', twice, local(15, 14), local(15, 7), local(15, 19)],
    ['in the night before midnight', twice, local(15, 23, 30), local(15, 19), local(16, 7)],
    ['in the night after midnight', twice, local(16, 3), local(15, 19), local(16, 7)],
    ['at the beginning of a shift', twice, local(16, 7), local(16, 7), local(16, 19)],
    ['one ms before the beginning of a shift', twice, local(16, 7) - 1, local(15, 19), local(16, 7)],
    ['of three shifts', thrice, local(16, 14, 29), local(16, 6), local(16, 14, 30)],
    ['of three shifts in the night', thrice, local(16, 5), local(15, 22), local(16, 6)],
    ['of one shift from midnight', [0], local(16, 23, 59), local(16, 0), local(17, 0)],
  ])('begins and ends at the shift times: %s', (_, starts, nowMs, fromMs, toMs) => {
    expect([shiftStart(starts, nowMs), shiftEnd(starts, nowMs)]).toEqual([fromMs, toMs]);
  });

  it('contains each of its instants, and meets the shifts before and after it, for any shift times', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: local(1, 0), max: local(1, 0) + 365 * 86_400_000 }), (times, nowMs) => {
        const starts = times.sort((a, b) => a - b);
        const [fromMs, toMs] = [shiftStart(starts, nowMs), shiftEnd(starts, nowMs)];
        expect(fromMs <= nowMs && nowMs < toMs).toBe(true);
        expect([shiftStart(starts, toMs - 1), shiftEnd(starts, fromMs)]).toEqual([fromMs, toMs]);
      }),
    );
  });
});

describe('on the days on which the clocks change', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['forward: the night has 11 hours', Date.UTC(2026, 2, 29, 2), '2026-03-28T18:00', '2026-03-29T05:00'],
    ['back: the night has 13 hours', Date.UTC(2026, 9, 25, 2), '2026-10-24T17:00', '2026-10-25T06:00'],
  ])('a shift begins at 19:00 and ends at 07:00 of the clock on the wall; %s', (_, nowMs, from, to) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const texts = [shiftStart(twice, nowMs), shiftEnd(twice, nowMs)].map((ms) =>
      new Date(ms).toISOString().slice(0, 16),
    );
    expect(texts).toEqual([from, to]);
  });

  it('if the beginning of a shift does not exist on a day, the shift begins after the change of the clock', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const begun = shiftStart([2 * 60 + 30], Date.UTC(2026, 2, 29, 8));
    expect(new Date(begun).toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });
});

describe('lastNight', () => {
  it.each([
    ['at 07:00, when the night has just ended', twice, local(16, 7), local(15, 19), local(16, 7)],
    ['one ms before the end of a night: the night before', twice, local(16, 7) - 1, local(14, 19), local(15, 7)],
    ['in the next night', twice, local(16, 23), local(15, 19), local(16, 7)],
    ['in the next night after midnight', twice, local(17, 3), local(15, 19), local(16, 7)],
    ['with three shifts', thrice, local(16, 12), local(15, 22), local(16, 6)],
    ['with a night that begins at midnight', [0, 480, 960], local(16, 12), local(16, 0), local(16, 8)],
    ['with a night that begins at midnight, in the night', [0, 480, 960], local(16, 4), local(15, 0), local(15, 8)],
    ['with one shift in a day', [480], local(16, 12), local(15, 8), local(16, 8)],
  ])('lastNight returns the last night shift that has ended, %s', (_, starts, nowMs, fromMs, toMs) => {
    const night = lastNight(starts, nowMs);
    expect([dateTimeText(night.fromMs), dateTimeText(night.toMs)]).toEqual([dateTimeText(fromMs), dateTimeText(toMs)]);
  });
});

it.each([
  ['at the beginning', local(16, 7), local(15, 19)],
  ['one ms before the end of the first hour', local(16, 8) - 1, local(15, 19)],
  ['after the first hour', local(16, 8), local(16, 7)],
  ['at the end', local(16, 19) - 1, local(16, 7)],
])('only in the first hour of a shift, the summary begins with the former shift: %s', (_, nowMs, fromMs) => {
  expect(summaryStart(twice, nowMs)).toBe(fromMs);
});

it.each([
  [local(16, 12), local(16, 19)],
  [local(16, 18) - 1, local(16, 19)],
  [local(16, 18), local(17, 7)],
])('an assignment ends with the shift, and in the last hour of a shift with the next shift', (nowMs, untilMs) => {
  expect(assignmentEnd(twice, nowMs)).toBe(untilMs);
});
