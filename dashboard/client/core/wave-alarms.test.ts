import { describe, expect, it } from 'vitest';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { dateTimeText } from './times.ts';
import { unmarkedText, waveAlarmOf } from './wave-alarms.ts';

const minute = 60_000;
const raisedMs = Date.parse('2026-01-01T10:00:00.000Z');
type Times = Partial<Pick<ReviewedAlarmRow, 'onsetMs' | 'resolvedMs' | 'clearedMs'>>;
const rowOf = (times: Times) =>
  ({
    ...{ alarmId: 'a', priority: 'high', text: 'HR 188 > 160', raisedMs },
    ...{ onsetMs: null, resolvedMs: null, clearedMs: null, ...times },
  }) as ReviewedAlarmRow;
const spanOf = (times: Times, clockErrorMs: number) => {
  const { fromMs, toMs } = waveAlarmOf(rowOf(times), clockErrorMs);
  return [(fromMs - raisedMs) / minute, toMs === null ? null : (toMs - raisedMs) / minute];
};

describe('the alarms on the paper', () => {
  const behind = { onsetMs: raisedMs - 5 * minute };
  it.each([
    ['with a right clock, the times are as they are', { onsetMs: raisedMs, resolvedMs: raisedMs + minute }, 0, [0, 1]],
    ['a clock that is 5 min behind', { ...behind, resolvedMs: raisedMs + minute }, 5, [-5, -4]],
    ['a clock that is 5 min ahead', { onsetMs: raisedMs + 5 * minute, resolvedMs: raisedMs + minute }, -5, [5, 6]],
    ['an alarm that lasts has no end', behind, 5, [-5, null]],
    ['an alarm that left the screens has ended', { ...behind, clearedMs: raisedMs + 2 * minute }, 5, [-5, -3]],
    ['the end of the condition counts before that', { resolvedMs: raisedMs, clearedMs: raisedMs + minute }, 0, [0, 0]],
    ['an onset that is not known', { resolvedMs: raisedMs + minute }, 5, [-5, -4]],
    ['no end before the beginning', { onsetMs: raisedMs, resolvedMs: raisedMs + minute }, 5, [0, 0]],
  ] as const)('have the times of the device: %s', (_, times, errorMinutes, expected) => {
    expect(spanOf(times, errorMinutes * minute)).toEqual(expected);
  });
});

describe('the text about alarms that are not marked', () => {
  const all = { rows: [{ raisedMs: raisedMs + minute }, { raisedMs }], next: null, isRead: true, completeFromMs: 0 };
  const at = dateTimeText(raisedMs);
  it.each([
    ['is absent if all alarms are marked', all, undefined],
    ['is absent if there is no alarm', { ...all, rows: [] }, undefined],
    ['is absent if the server has all alarms since the beginning', { ...all, completeFromMs: raisedMs - 1 }, undefined],
    [
      'names the oldest marked alarm of too many',
      { ...all, next: '1.a' },
      `newest 2 alarms are marked: those raised from ${at}`,
    ],
    [
      'says that the server has only newer alarms',
      { ...all, completeFromMs: raisedMs },
      `raised before ${at} may be missing`,
    ],
    ['says that the server still reads', { ...all, isRead: false, next: '1.a' }, 'still reads older alarms'],
  ])('%s', (_, answer, expected) => {
    const text = unmarkedText(answer, raisedMs - 1);
    if (expected === undefined) expect(text).toBeUndefined();
    else expect(text).toContain(expected);
  });
});
