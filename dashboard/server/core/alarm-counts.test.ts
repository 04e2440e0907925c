import { describe, expect, it } from 'vitest';
import { type CountedAlarm, medianOf, newAlarmCounts } from './alarm-counts.ts';

const alarmOf = (condition: string, more: Partial<CountedAlarm> = {}): CountedAlarm => ({
  ...{ priority: 'medium', condition, isUnanswered: false, answerMs: null, ...more },
});
function countsOf(...alarms: CountedAlarm[]) {
  const counts = newAlarmCounts();
  for (const alarm of alarms) counts.add(alarm);
  return counts;
}

describe('newAlarmCounts', () => {
  it('without an alarm, the counts are 0', () => {
    const counts = countsOf();
    expect(counts.totals()).toEqual({ total: 0, high: 0, medium: 0, low: 0, unanswered: 0, medianAnswerMs: null });
    expect(counts.byCondition()).toEqual([]);
  });

  it('newAlarmCounts counts the alarms of each priority and of each condition, and the times to their answers', () => {
    const counts = countsOf(
      alarmOf('HR.high', { answerMs: 10 }),
      alarmOf('HR.high', { answerMs: 30, priority: 'high' }),
      alarmOf('SpO2.low', { isUnanswered: true, priority: 'low' }),
    );
    expect(counts.totals()).toEqual({ total: 3, high: 1, medium: 1, low: 1, unanswered: 1, medianAnswerMs: 20 });
    expect(counts.byCondition()).toEqual([
      { condition: 'HR.high', alarms: 2, unanswered: 0, medianAnswerMs: 20 },
      { condition: 'SpO2.low', alarms: 1, unanswered: 1, medianAnswerMs: null },
    ]);
  });

  it('newAlarmCounts names the twelve commonest conditions; equally common conditions come in the order of their names', () => {
    const names = Array.from({ length: 14 }, (_, index) => `C-${String.fromCharCode(97 + index)}`);
    const counts = countsOf(...names.toReversed().map((name) => alarmOf(name)), alarmOf('C-n'));
    expect(counts.byCondition().map(({ condition }) => condition)).toEqual(['C-n', ...names.slice(0, 11)]);
  });
});

it.each([
  [[], null],
  [[5], 5],
  [[9, 1], 5],
  [[3, 1, 100], 3],
  [[0, 0, 1, 1], 1],
])('the median of %o is %s', (values, median) => expect(medianOf(values)).toBe(median));
