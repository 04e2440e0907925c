/** Counts the alarms of a list of the alarm history: by priority, by condition, and how long people took to answer. */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import type { ConditionCount } from '../../protocol/alarm-review.ts';

/** Maximum number of conditions that are counted by name. */
const conditionsMax = 12;

/**
 * One alarm of a list. `answerMs`: the time from the first call to the first answer; null if nobody answered, or if the
 * time is not known.
 */
export type CountedAlarm = {
  readonly priority: Priority;
  readonly condition: string;
  readonly isUnanswered: boolean;
  readonly answerMs: number | null;
};

type OfCondition = { alarms: number; unanswered: number; readonly answerTimes: number[] };

export function newAlarmCounts() {
  const counts = { total: 0, high: 0, medium: 0, low: 0, unanswered: 0 };
  const answerTimes: number[] = [];
  const conditions = new Map<string, OfCondition>();
  return {
    add({ priority, condition, isUnanswered, answerMs }: CountedAlarm): void {
      const ofCondition = conditions.get(condition) ?? { alarms: 0, unanswered: 0, answerTimes: [] };
      conditions.set(condition, ofCondition);
      counts.total += 1;
      counts[priority] += 1;
      ofCondition.alarms += 1;
      if (isUnanswered) {
        counts.unanswered += 1;
        ofCondition.unanswered += 1;
      }
      if (answerMs === null) return;
      answerTimes.push(answerMs);
      ofCondition.answerTimes.push(answerMs);
    },
    totals: () => ({ ...counts, medianAnswerMs: medianOf(answerTimes) }),
    /**
     * Returns at most twelve conditions, the condition with the most alarms first. Equally common conditions come in
     * the order of their names.
     */
    byCondition: (): ConditionCount[] =>
      [...conditions]
        .sort(([a, countA], [b, countB]) => countB.alarms - countA.alarms || (a < b ? -1 : 1))
        .slice(0, conditionsMax)
        .map(([condition, { alarms, unanswered, answerTimes: times }]) => ({
          ...{ condition, alarms, unanswered },
          medianAnswerMs: medianOf(times),
        })),
  };
}

/**
 * Returns the median, rounded; null without values. For an even number of values: the mean of the two middle values.
 */
export function medianOf(values: readonly number[]): number | null {
  // A Float64Array needs no function that compares its numbers, so sorting is much faster.
  const inOrder = Float64Array.from(values).sort();
  const upper = inOrder[inOrder.length >> 1];
  const lower = inOrder[(inOrder.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2);
}
