/**
 * Completes the trend of InfluxDB with values from the log: InfluxDB may be some time behind, or away. The values
 * before a cut time come from InfluxDB, and the later values come from the log. So no value is drawn twice.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import type { Point } from '../../../contracts/trend-points.ts';
import type { TrendPlan, TrendRow } from './trend-query.ts';

type Rows = ReadonlyMap<string, readonly TrendRow[]>;

/**
 * If InfluxDB is behind the screens by at most this, the log is not read (ours). InfluxDB gets raw values about once a
 * second.
 */
const rawLagMsMax = 15_000;
/** InfluxDB computes the values of a minute once a minute. */
const minutesLagMsMax = 3 * minuteMs;
/**
 * A trend that ended longer ago than this shows the past (ours). If its end has no values, perhaps nothing was
 * measured.
 */
const presentMs = 5 * minuteMs;

/** A step of at most this length shows well enough how old the last value of InfluxDB is (ours). */
const shortStepMs = { raw: 10_000, minutes: minuteMs } as const;

/**
 * Returns the time from which the log must be read; undefined if InfluxDB has all values. The last step of InfluxDB is
 * read again as a whole, because it may have only a part of its values.
 * @param newestMs device time of the newest value that the screens have; undefined if the screens have no value
 * @param hasRecent whether InfluxDB has a value in the span of `recentPlan`
 */
export function missingFromMs(
  plan: TrendPlan,
  rows: Rows,
  newestMs: number | undefined,
  nowMs: number,
  hasRecent = true,
): number | undefined {
  const { fromMs, stepMs } = plan;
  if (newestMs === undefined || newestMs < fromMs) return undefined;
  const lastStepMs = lastStepMsOf(rows);
  const beginMs = lastStepMs === undefined ? fromMs : Math.max(fromMs, lastStepMs);
  if (!hasRecent) return beginMs;
  if (isPast(plan, nowMs)) return undefined;
  return lastStepMs === undefined || endMsOf(plan, newestMs) - (lastStepMs + stepMs) > lagMsMax(plan)
    ? beginMs
    : undefined;
}

/**
 * Returns the plan of a query that shows whether InfluxDB is behind; undefined if `rows` already show this. Rows of
 * long steps cannot show this: a step of an hour may look complete although its last value is 50 minutes old. If the
 * trend is of the past, missing values at its end cannot show this either: perhaps nothing was measured at that time.
 * InfluxDB gets values in the order of the log. So if InfluxDB has the newest values, it has all values.
 */
export function recentPlan(
  plan: TrendPlan,
  rows: Rows,
  newestMs: number | undefined,
  nowMs: number,
): TrendPlan | undefined {
  const { retention, codes, fromMs, stepMs, toMs } = plan;
  if (newestMs === undefined || newestMs < fromMs) return undefined;
  if (missingFromMs(plan, rows, newestMs, nowMs) !== undefined) return undefined;
  const short = shortStepMs[retention];
  const lastStepMs = lastStepMsOf(rows) ?? Number.NEGATIVE_INFINITY;
  if (endMsOf(plan, newestMs) - (lastStepMs + Math.min(stepMs, short)) <= lagMsMax(plan)) return undefined;
  const untilMs = isPast(plan, nowMs) ? newestMs : endMsOf(plan, newestMs);
  const recentMs = Math.max(fromMs, untilMs - lagMsMax(plan) - short);
  return { retention, codes, stepMs: short, fromMs: recentMs, toMs: Math.max(toMs, untilMs + 1) };
}

const isPast = ({ toMs }: TrendPlan, nowMs: number) => toMs < nowMs - presentMs;

/** Returns the time until which InfluxDB should have values. */
const endMsOf = ({ toMs }: TrendPlan, newestMs: number) => Math.min(newestMs, toMs);

const lagMsMax = ({ retention }: TrendPlan) => (retention === 'raw' ? rawLagMsMax : minutesLagMsMax);

/** Returns the start of the last step that has values. */
function lastStepMsOf(rows: Rows): number | undefined {
  const starts = [...rows.values()].flatMap((ofCode) => ofCode.at(-1)?.timeMs ?? []);
  return starts.length === 0 ? undefined : Math.max(...starts);
}

/** The sums of the values of each step. Values are added in any order. */
export type StepSums = {
  add(point: SummedPoint): void;
  /** Returns the steps of each code, oldest first. */
  rows(): Map<string, TrendRow[]>;
};

type SummedPoint = Pick<Point, 'code' | 'timeMs' | 'value'> & Partial<Pick<Point, 'questionable'>>;
type StepSum = { sum: number; min: number; max: number; count: number; last: SummedPoint };

/**
 * Sums up values of the log, from `fromMs` (included) to the end of the plan. Ignores values of codes that are not in
 * the plan.
 */
export function createStepSums({ codes, stepMs, toMs, isTable }: TrendPlan, fromMs: number): StepSums {
  const sums = new Map<string, Map<number, StepSum>>(codes.map((code) => [code, new Map()]));
  return {
    add(point) {
      const { code, timeMs, value } = point;
      const ofCode = sums.get(code);
      if (ofCode === undefined || timeMs < fromMs || timeMs >= toMs) return;
      const stepAtMs = Math.floor(timeMs / stepMs) * stepMs;
      const step = ofCode.get(stepAtMs);
      if (step === undefined) {
        ofCode.set(stepAtMs, { sum: value, min: value, max: value, count: 1, last: point });
        return;
      }
      step.sum += value;
      step.min = Math.min(step.min, value);
      step.max = Math.max(step.max, value);
      step.count += 1;
      if (timeMs > step.last.timeMs) step.last = point;
    },
    rows: () =>
      new Map(
        [...sums]
          .filter(([, ofCode]) => ofCode.size > 0)
          .map(([code, ofCode]) => [
            code,
            [...ofCode]
              .sort(([a], [b]) => a - b)
              .map(
                ([
                  timeMs,
                  {
                    sum,
                    min,
                    max,
                    count,
                    last: { value, questionable },
                  },
                ]) => ({
                  ...{ timeMs, mean: sum / count, min, max, count },
                  ...(isTable && { last: { value, questionable: questionable === true } }),
                }),
              ),
          ]),
      ),
  };
}

/** Returns the steps of values of the log, from `fromMs` (included) to the end of the plan. */
export function rowsOfPoints(points: Iterable<Point>, plan: TrendPlan, fromMs: number): Map<string, TrendRow[]> {
  const sums = createStepSums(plan, fromMs);
  for (const point of points) sums.add(point);
  return sums.rows();
}

/** Returns the rows of InfluxDB before the step of `cutMs`, and then the rows of the log. */
export function joinRows(stored: Rows, fromLog: Rows, cutMs: number, stepMs: number): Map<string, TrendRow[]> {
  const cutStepMs = Math.floor(cutMs / stepMs) * stepMs;
  const codes = new Set([...stored.keys(), ...fromLog.keys()]);
  return new Map(
    [...codes].map((code) => [
      code,
      [...(stored.get(code) ?? []).filter(({ timeMs }) => timeMs < cutStepMs), ...(fromLog.get(code) ?? [])],
    ]),
  );
}

/**
 * Returns the start of the first step that was read completely from the log.
 * @param knownFromMs every record that Kafka got from this time on was read
 * @param clockOffsetMs the measured error of the device's clock: negative if the clock is ahead
 */
export function cutOf(missingMs: number, knownFromMs: number, clockOffsetMs: number, stepMs: number): number {
  const knownByDeviceMs = knownFromMs - Math.min(0, clockOffsetMs);
  return knownByDeviceMs <= missingMs ? missingMs : Math.ceil(knownByDeviceMs / stepMs) * stepMs;
}
