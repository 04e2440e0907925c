/**
 * Turns a screen's question into an InfluxQL query. Everything that enters the text is a number of ours or was matched
 * against a pattern.
 */
import type { Fault } from '../../../contracts/errors.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { TrendQuery, Trends } from '../../protocol/rest.ts';

const dayMs = 24 * 60 * 60_000;
/** Longest span of one query. */
export const spanMsMax = 31 * dayMs;
/** The raw values are kept 7 days; shortly before that end they are no longer asked for. */
const rawForMs = 7 * dayMs - 60 * 60_000;
/** Longer spans are drawn from minutes: a step of a month's trend is longer than a minute anyway. */
const rawSpanMsMax = dayMs;
const minuteMs = 60_000;

export type TrendPlan = {
  readonly retention: 'raw' | 'minutes';
  readonly stepMs: number;
  readonly codes: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
};

/**
 * @returns `time-invalid` if the span is empty or too long, `code-unknown` for a code that is neither in the parameter
 *   table nor a score
 */
export function planTrend(query: TrendQuery, nowMs: number): TrendPlan | Fault {
  const fromMs = parseInstant(query.from);
  const toMs = parseInstant(query.to);
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs || toMs - fromMs > spanMsMax)
    return {
      code: 'time-invalid',
      message: 'from and to are RFC 3339 UTC instants, from earlier, at most 31 days apart.',
    };
  const codes = [...new Set(query.codes.split(','))];
  if (codes.some((code) => !parameters.has(code) && !isScoreTrendCode(code)))
    return { code: 'code-unknown', message: 'codes are those of parameters and scores, comma-separated.' };
  const raw = nowMs - fromMs < rawForMs && toMs - fromMs <= rawSpanMsMax;
  const step = Math.ceil((toMs - fromMs) / (query.points ?? 500));
  return {
    retention: raw ? 'raw' : 'minutes',
    stepMs: raw ? Math.max(step, 1_000) : Math.ceil(Math.max(step, minuteMs) / minuteMs) * minuteMs,
    codes,
    fromMs,
    toMs,
  };
}

const associationPattern = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Selects the values of a query.
 * @throws TypeError if the association's id is malformed: the route has checked it
 */
function where({ codes, fromMs, toMs }: Stored, associationId: string): string {
  if (!associationPattern.test(associationId)) throw new TypeError('not an association id');
  const ofCodes = codes.map((code) => `"code" = '${code}'`).join(' OR ');
  return `WHERE "associationId" = '${associationId}' AND (${ofCodes}) AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

/** Values as they are stored: each measured value, for 7 days. */
export type Stored = { readonly codes: readonly string[]; readonly fromMs: number; readonly toMs: number };

/** How many values of one code a query returns at most. The caller must not ask for a time with more. */
export const valuesOfCodeMax = 50_000;

/** @throws TypeError as `trendQueryText` */
export function valuesQueryText(stored: Stored, associationId: string): string {
  return [
    'SELECT "value", "questionable" FROM "raw"."numerics"',
    where(stored, associationId),
    `GROUP BY "code" LIMIT ${valuesOfCodeMax}`,
  ].join(' ');
}

/**
 * Returns the query for the number of values in each hour.
 * @throws TypeError as `trendQueryText`
 */
export function countsQueryText(stored: Stored, associationId: string): string {
  return [
    'SELECT count("value") FROM "raw"."numerics"',
    where(stored, associationId),
    'GROUP BY time(1h) fill(none)',
  ].join(' ');
}

/**
 * Returns the query's text.
 * @throws TypeError if the association's id is malformed: the route has checked it
 */
export function trendQueryText(plan: TrendPlan, associationId: string): string {
  // Steps lie on multiples of their length, so that scrolling does not move the points.
  // A minute holds its mean as `value` beside its own least and most.
  const [least, most] = plan.retention === 'raw' ? ['value', 'value'] : ['min', 'max'];
  return [
    `SELECT mean("value") AS "mean", min("${least}") AS "min", max("${most}") AS "max"`,
    `FROM "${plan.retention}"."numerics"`,
    where(plan, associationId),
    `GROUP BY time(${plan.stepMs}ms), "code" fill(none)`,
  ].join(' ');
}

export type TrendRow = { readonly timeMs: number; readonly mean: number; readonly min: number; readonly max: number };

/** Returns the answer, with the codes in the order of the question; a code without values has no points. */
export function trendsOf(plan: TrendPlan, rows: ReadonlyMap<string, readonly TrendRow[]>): Trends {
  return {
    stepMs: plan.stepMs,
    series: plan.codes.map((code) => ({
      code,
      points: (rows.get(code) ?? []).map(({ timeMs, mean, min, max }) => [timeMs, mean, min, max]),
    })),
  };
}
