/**
 * The table of trends: one row for each interval, with the last value of each parameter and the range of its values.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import type { Fault } from '../../../contracts/errors.ts';
import { tableMinutes, tableRowsMax } from '../../../contracts/trend-bounds.ts';
import type { TrendTable } from '../../protocol/trend-table.ts';
import { planTrend, type TrendPlan, type TrendRow } from './trend-query.ts';

type Asked = { readonly codes: string; readonly from: string; readonly to: string; readonly minutes: number };

/**
 * Plans a table. The intervals begin at multiples of their length, so the first interval may begin before `from`;
 * `fromWholeInterval` moves the start of the plan.
 */
export function planTable({ minutes, ...query }: Asked, nowMs: number): TrendPlan | Fault {
  const plan = planTrend(query, nowMs);
  if ('message' in plan) return plan;
  const stepMs = minutes * minuteMs;
  if (!tableMinutes.some((each) => each === minutes))
    return { code: 'time-invalid', message: `minutes must be one of ${tableMinutes.join(', ')}.` };
  if ((plan.toMs - plan.fromMs) / stepMs > tableRowsMax)
    return {
      code: 'time-invalid',
      message: `A table has at most ${tableRowsMax} rows. Choose a longer interval or a shorter time.`,
    };
  return { ...plan, stepMs, isTable: true };
}

/**
 * Plans the query for the scores of a trend. The maximum number of steps is that of a table (`tableRowsMax`): a chart
 * always has fewer steps.
 */
export function planScores(
  { from, to, stepMs }: { readonly from: string; readonly to: string; readonly stepMs: number },
  nowMs: number,
): TrendPlan | Fault {
  const plan = planTrend({ codes: 'VIGIL_NEWS2', from, to }, nowMs);
  if ('message' in plan) return plan;
  if ((plan.toMs - plan.fromMs) / stepMs > tableRowsMax)
    return { code: 'time-invalid', message: `There are at most ${tableRowsMax} steps. Choose a longer step.` };
  return { ...plan, stepMs };
}

/**
 * Moves the start of the plan back to the start of its first interval, so that this interval is whole. Must be called
 * after the span has been moved to the times of the device.
 */
export const fromWholeInterval = (plan: TrendPlan): TrendPlan => ({
  ...plan,
  fromMs: Math.floor(plan.fromMs / plan.stepMs) * plan.stepMs,
});

/** Returns the table, with the codes in the order of the request. A code without values has no cells. */
export function tableOf(
  plan: TrendPlan,
  rows: ReadonlyMap<string, readonly TrendRow[]>,
  more: Pick<TrendTable, 'source' | 'clockErrorMs'>,
): TrendTable {
  // If the plan does not use raw values, there is only one value for each minute: the mean.
  const value = plan.retention === 'raw' ? 'last' : 'mean';
  return {
    ...{ intervalMs: plan.stepMs, fromMs: plan.fromMs, toMs: plan.toMs, value, ...more },
    series: plan.codes.map((code) => ({
      code,
      cells: (rows.get(code) ?? []).map(({ timeMs, mean, min, max, count, last }) => ({
        ...{ atMs: timeMs, min, max, count },
        value: value === 'mean' ? mean : (last?.value ?? mean),
        questionable: value === 'last' && last?.questionable === true,
      })),
    })),
  };
}
