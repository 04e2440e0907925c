import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../contracts/durations.ts';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEventType } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { reviewKeptMs } from '../../../contracts/review-span.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { markedAlarmsMax } from '../../../contracts/trend-bounds.ts';
import { foldReviewedAlarm, foldReviewedLimits, newReviewBook } from './alarm-review.ts';
import { trendMarks } from './trend-marks.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const at = (s: number) => formatInstant(t0 + s * 1_000);
const bed = { associationId: 'assoc-01', tray: undefined };
const span = { fromMs: t0 + 100_000, toMs: t0 + 200_000, shiftMs: 0 };

function bookWith(...alarms: readonly (readonly [AlarmEventType, number, Named])[]) {
  const book = newReviewBook(t0);
  book.isRead = true;
  for (const [type, s, fields] of alarms)
    foldReviewedAlarm(book, {
      type,
      at: at(s),
      alarm: newAlarm(at(s), fields),
    });
  return book;
}

const named = (name: string, fields: Partial<Alarm> = {}) => ({
  alarmId: `alarm-${name.padEnd(12, '-')}`,
  deviceId: 'bed-01',
  associationId: 'assoc-01',
  ...fields,
});
type Named = ReturnType<typeof named>;

describe('the alarms on a trend', () => {
  it.each<[string, Partial<Alarm>, number, number | undefined, boolean]>([
    ['began and ended in the span has a mark', {}, 110, 120, true],
    ['began at the beginning of the span has a mark', {}, 100, 120, true],
    ['began at the end of the span has no mark', {}, 200, 210, false],
    ['ended 1 s before the span has no mark', {}, 50, 99, false],
    ['began before the span and ended in the span has a mark', {}, 50, 150, true],
    ['is still present has a mark', {}, 50, undefined, true],
    ['is of another stay at the same device has no mark', { associationId: 'assoc-02' }, 110, 120, false],
  ])('an alarm that %s', (_name, fields, beganS, endedS, isMarked) => {
    const book = bookWith(['raised', beganS, named('one', fields)]);
    if (endedS !== undefined)
      foldReviewedAlarm(book, {
        type: 'resolved',
        at: at(endedS),
        alarm: newAlarm(at(beganS), { ...named('one', fields), rev: 2, present: false }),
      });
    const { alarms } = trendMarks(book, bed, undefined, span);
    expect(alarms.map(({ onsetMs, endMs }) => [onsetMs, endMs])).toEqual(
      isMarked ? [[t0 + beganS * 1_000, endedS === undefined ? null : t0 + endedS * 1_000]] : [],
    );
  });

  it('the mark of an alarm is at the onset that the device measured, also if the alarm was raised after the span', () => {
    const book = bookWith(['raised', 5_000, named('late', { onsetAt: at(150), late: true })]);
    expect(trendMarks(book, bed, undefined, span).alarms).toMatchObject([{ onsetMs: t0 + 150_000 }]);
  });

  it('the mark of an alarm has the highest priority of the alarm', () => {
    const book = bookWith(['raised', 110, named('one', { priority: 'low' })]);
    foldReviewedAlarm(book, {
      type: 'escalated',
      at: at(115),
      alarm: newAlarm(at(110), { ...named('one'), rev: 2, priority: 'high' }),
    });
    expect(trendMarks(book, bed, undefined, span).alarms).toMatchObject([{ priority: 'high' }]);
  });

  it('an alarm of a device without a bed has no mark if it began before the device came into its present tray', () => {
    const book = bookWith(
      ['raised', 50, named('before')],
      ['raised', 150, named('late', { onsetAt: at(60), late: true })],
      ['raised', 160, named('after')],
    );
    const tray = { ward: 'ICU', sinceMs: span.fromMs };
    expect(trendMarks(book, { ...bed, tray }, undefined, span).alarms.map(({ onsetMs }) => onsetMs)).toEqual([
      t0 + 160_000,
    ]);
  });

  it('if there are too many alarms, those that ended first are left out, and the answer says how many', () => {
    const many = Array.from(
      { length: markedAlarmsMax + 2 },
      (_, i) => ['raised', 110 + i / 10, named(`n${i}`)] as const,
    );
    const book = bookWith(['raised', 105, named('present')], ...many);
    for (const [, s, fields] of many)
      foldReviewedAlarm(book, {
        ...{ type: 'resolved', at: at(s + 1) },
        alarm: newAlarm(at(s), { ...fields, rev: 2, present: false }),
      });
    const { alarms, leftOut } = trendMarks(book, bed, undefined, span);
    expect(alarms).toHaveLength(markedAlarmsMax);
    expect(alarms[0]).toMatchObject({ alarmId: named('present').alarmId, endMs: null });
    expect(alarms[1]).toMatchObject({ alarmId: named('n3').alarmId });
    expect(leftOut).toEqual({ count: 3, untilMs: t0 + 111_200 });
  });

  it('the end of an alarm is moved to the time of the device, as its beginning is', () => {
    // The clock of the device is 60 s ahead.
    const book = bookWith(['raised', 100, named('one', { onsetAt: at(160) })]);
    foldReviewedAlarm(book, {
      ...{ type: 'resolved', at: at(110) },
      alarm: newAlarm(at(100), { ...named('one'), rev: 2, present: false }),
    });
    expect(trendMarks(book, bed, undefined, { ...span, shiftMs: 60_000 }).alarms).toMatchObject([
      { onsetMs: t0 + 160_000, endMs: t0 + 170_000 },
    ]);
  });

  it('if the clock of a device in a tray is ahead, an alarm has a mark only if it began in the tray by this clock', () => {
    const book = bookWith(
      ['raised', 90, named('before', { onsetAt: at(190) })],
      ['raised', 110, named('after', { onsetAt: at(210) })],
    );
    const tray = { ward: 'ICU', sinceMs: t0 + 100_000 };
    const ahead = { fromMs: t0 + 200_000, toMs: t0 + 300_000, shiftMs: 100_000 };
    expect(trendMarks(book, { ...bed, tray }, undefined, ahead).alarms.map(({ onsetMs }) => onsetMs)).toEqual([
      t0 + 210_000,
    ]);
  });

  it('the answer has the time since which the alarms are known', () => {
    const book = bookWith();
    expect(trendMarks(book, bed, undefined, span).knownFromMs).toBe(t0 - reviewKeptMs);
    book.isRead = false;
    expect(trendMarks(book, bed, undefined, span).knownFromMs).toBeNull();
  });
});

describe('the limits on a trend', () => {
  const limits = (rev: number, s: number, high: number) =>
    newLimits('assoc-01', { HR: { own: { high } } }, { rev, at: at(s) });
  const shown = (book: ReturnType<typeof newReviewBook>, inForce?: ReturnType<typeof limits>) =>
    trendMarks(book, bed, inForce, span).limits.map(({ atMs, groups }) => [
      (atMs - t0) / 1_000,
      groups.find(({ group }) => group === 'HR')?.high,
    ]);

  it('a trend has the limits at the beginning of the span and each change in the span, but no later change', () => {
    const book = bookWith();
    for (const [rev, s, high] of [
      [1, 10, 110],
      [2, 90, 120],
      [3, 150, 130],
      [4, 200, 140],
    ] as const)
      foldReviewedLimits(book, limits(rev, s, high));
    expect(shown(book, limits(4, 200, 140))).toEqual([
      [90, 120],
      [150, 130],
    ]);
  });

  it('a trend has the present limits if they were published before every record that was read', () => {
    expect(shown(bookWith(), limits(1, -dayMs / 1_000, 125))).toEqual([[-dayMs / 1_000, 125]]);
  });

  it('the limits before the first change that was read are not known', () => {
    const book = bookWith();
    foldReviewedLimits(book, limits(7, 150, 130));
    expect(shown(book, limits(7, 150, 130))).toEqual([[150, 130]]);
  });

  it('a trend has no limits if no limits were published', () => {
    expect(shown(bookWith())).toEqual([]);
  });
});
