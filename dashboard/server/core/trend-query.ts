/**
 * Makes InfluxQL queries from the requests of screens. To prevent injection, the text of a query contains only two
 * kinds of parts: numbers that this server computed, and texts that were checked against a pattern or a table.
 */
import { dayMs, minuteMs } from '../../../contracts/durations.ts';
import type { Fault } from '../../../contracts/errors.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { TrendMarks, TrendQuery, TrendSource, Trends } from '../../protocol/trends.ts';

/** Longest span of one query. */
export const spanMsMax = 31 * dayMs;
/** InfluxDB keeps raw values for 7 days. Values that are nearly 7 days old are read from the minute means. */
const rawForMs = 7 * dayMs - 60 * 60_000;
/**
 * Longest span that is read from the raw values. Longer spans are read from the minute means, because their steps are
 * about a minute or longer.
 */
const rawSpanMsMax = dayMs;

export type TrendPlan = {
  readonly retention: 'raw' | 'minutes';
  readonly stepMs: number;
  readonly codes: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether each step also needs its last value. */
  readonly isTable?: true;
};

/**
 * Plans a trend query.
 * @returns `time-invalid` if the span is empty or too long; `code-unknown` if a code is neither a parameter nor a score
 */
export function planTrend(query: TrendQuery, nowMs: number): TrendPlan | Fault {
  const fromMs = parseInstant(query.from);
  const toMs = parseInstant(query.to);
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs || toMs - fromMs > spanMsMax)
    return {
      code: 'time-invalid',
      message: 'from and to must be RFC 3339 UTC instants; from must be earlier than to, by at most 31 days.',
    };
  const codes = [...new Set(query.codes.split(','))];
  if (codes.some((code) => !parameters.has(code) && !isScoreTrendCode(code)))
    return { code: 'code-unknown', message: 'codes must be codes of parameters or scores, separated by commas.' };
  const usesRaw = nowMs - fromMs < rawForMs && toMs - fromMs <= rawSpanMsMax;
  const step = Math.ceil((toMs - fromMs) / (query.points ?? 500));
  return {
    retention: usesRaw ? 'raw' : 'minutes',
    stepMs: usesRaw ? Math.max(step, 1_000) : Math.ceil(Math.max(step, minuteMs) / minuteMs) * minuteMs,
    codes,
    fromMs,
    toMs,
  };
}

const associationPattern = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Returns the WHERE clause of a query.
 * @throws TypeError if the association id is malformed; the route should have refused such an id
 */
function whereClause({ codes, fromMs, toMs }: StoredQuery, associationId: string): string {
  if (!associationPattern.test(associationId)) throw new TypeError('not an association id');
  const ofCodes = codes.map((code) => `"code" = '${code}'`).join(' OR ');
  return `WHERE "associationId" = '${associationId}' AND (${ofCodes}) AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

/** The codes and the time span of a query for stored raw values. */
export type StoredQuery = { readonly codes: readonly string[]; readonly fromMs: number; readonly toMs: number };

/** Maximum number of values of one code in a result. The caller must choose a span with fewer values. */
export const valuesOfCodeMax = 50_000;

/**
 * Returns the query for the raw values.
 * @throws TypeError if the association id is malformed
 */
export function valuesQueryText(query: StoredQuery, associationId: string): string {
  return [
    'SELECT "value", "questionable" FROM "raw"."numerics"',
    whereClause(query, associationId),
    `GROUP BY "code" LIMIT ${valuesOfCodeMax}`,
  ].join(' ');
}

/**
 * Returns the query for the number of values in each hour.
 * @throws TypeError if the association id is malformed
 */
export function countsQueryText(query: StoredQuery, associationId: string): string {
  return [
    'SELECT count("value") FROM "raw"."numerics"',
    whereClause(query, associationId),
    'GROUP BY time(1h) fill(none)',
  ].join(' ');
}

/**
 * Returns the query for a trend: one statement, or two for a table with last values. `trendRowsOf` reads the answer.
 * @throws TypeError if the association id is malformed
 */
export function trendQueryText(plan: TrendPlan, associationId: string): string {
  // Steps begin at multiples of their length, so that scrolling does not move the points.
  // A stored minute has the mean as `value`, its minimum and maximum as `min` and `max`, and its number of values as
  // `count`.
  const [min, max, count] =
    plan.retention === 'raw'
      ? ['min("value")', 'max("value")', 'count("value")']
      : ['min("min")', 'max("max")', 'sum("count")'];
  const rest = [
    `FROM "${plan.retention}"."numerics"`,
    whereClause(plan, associationId),
    `GROUP BY time(${plan.stepMs}ms), "code" fill(none)`,
  ].join(' ');
  const statements = [`SELECT mean("value") AS "mean", ${min} AS "min", ${max} AS "max", ${count} AS "count" ${rest}`];
  // Older versions wrote no field "questionable" for a value that is not questionable. So `last("questionable")` would
  // return the mark of an earlier value. With one selector, InfluxDB returns the mark of the selected value. But
  // InfluxDB refuses this form beside other selectors, so a separate statement asks for the mark.
  if (plan.isTable && plan.retention === 'raw')
    statements.push(`SELECT last("value") AS "last", "questionable" AS "doubt" ${rest}`);
  return statements.join('; ');
}

export type TrendRow = {
  /** Start of the step. */
  readonly timeMs: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** The last value of the step, if the plan is for a table. */
  readonly last?: { readonly value: number; readonly questionable: boolean };
};

/** Returns the answer, with the codes in the order of the request. A code without values has no points. */
export function trendsOf(
  plan: TrendPlan,
  rows: ReadonlyMap<string, readonly TrendRow[]>,
  more: { readonly marks: TrendMarks; readonly source: TrendSource; readonly clockErrorMs: number },
): Trends {
  return {
    ...more,
    fromMs: plan.fromMs,
    toMs: plan.toMs,
    stepMs: plan.stepMs,
    series: plan.codes.map((code) => ({
      code,
      points: (rows.get(code) ?? []).map(({ timeMs, mean, min, max, count }) => [timeMs, mean, min, max, count]),
    })),
  };
}
