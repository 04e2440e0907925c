import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { TrendQuery } from '../../protocol/trends.ts';
import { t0 } from './fold.testing.ts';
import { noMarks } from './trend-marks.ts';
import { planTrend, spanMsMax, trendQueryText, trendsOf } from './trend-query.ts';

const query = (fromMs: number, toMs: number, fields: Partial<TrendQuery> = {}): TrendQuery => ({
  codes: 'MDC_ECG_HEART_RATE',
  from: formatInstant(fromMs),
  to: formatInstant(toMs),
  ...fields,
});

describe('planTrend', () => {
  it.each<[string, TrendQuery, object]>([
    ['an hour', query(t0 - hourMs, t0), { retention: 'raw', stepMs: 7_200 }],
    ['an hour with two points', query(t0 - hourMs, t0, { points: 2 }), { retention: 'raw', stepMs: 1_800_000 }],
    ['ten seconds', query(t0 - 10_000, t0), { retention: 'raw', stepMs: 1_000 }],
    ['a day', query(t0 - 24 * hourMs, t0), { retention: 'raw', stepMs: 172_800 }],
    ['more than a day', query(t0 - 24 * hourMs - 1, t0), { retention: 'minutes', stepMs: 180_000 }],
    [
      'an hour that is too old for raw values',
      query(t0 - 167 * hourMs, t0 - 166 * hourMs),
      { retention: 'minutes', stepMs: 60_000 },
    ],
    ['31 days', query(t0 - spanMsMax, t0), { retention: 'minutes', stepMs: 5_400_000 }],
    ['more than 31 days', query(t0 - spanMsMax - 1, t0), { code: 'time-invalid' }],
    ['an empty span', query(t0, t0), { code: 'time-invalid' }],
    ['a span whose end is before its beginning', query(t0, t0 - 1), { code: 'time-invalid' }],
    ['an invalid date', { ...query(t0, t0), from: '2026-02-30T00:00:00.000Z' }, { code: 'time-invalid' }],
    [
      'scores',
      query(t0 - hourMs, t0, { codes: 'VIGIL_NEWS2,MDC_RESP_RATE' }),
      { codes: ['VIGIL_NEWS2', 'MDC_RESP_RATE'] },
    ],
    ['an unknown score', query(t0 - hourMs, t0, { codes: 'VIGIL_MEWS' }), { code: 'code-unknown' }],
    ['an unknown code', query(t0 - hourMs, t0, { codes: 'MDC_ECG_HEART_RATE,MDC_X' }), { code: 'code-unknown' }],
    [
      'the same code twice',
      query(t0 - hourMs, t0, { codes: 'MDC_RESP_RATE,MDC_RESP_RATE' }),
      { codes: ['MDC_RESP_RATE'] },
    ],
  ])('planTrend returns the expected plan for %s', (_, wanted, expected) => {
    expect(planTrend(wanted, t0)).toMatchObject(expected);
  });

  it('a plan has no more steps than the requested points', () => {
    for (const span of [10_000, hourMs, 23 * hourMs, 25 * hourMs, spanMsMax]) {
      const plan = planTrend(query(t0 - span, t0, { points: 300 }), t0);
      expect('stepMs' in plan && span / plan.stepMs).toBeLessThanOrEqual(300);
    }
  });
});

describe('trendQueryText', () => {
  const answered = { marks: noMarks, source: { from: 'store' }, clockErrorMs: 0 } as const;
  const plan = planTrend(query(t0 - hourMs, t0, { codes: 'MDC_RESP_RATE,MDC_TEMP' }), t0);
  it('the text of a query has the codes, the span and the step of the plan, and trendsOf returns the rows', () => {
    if (!('stepMs' in plan)) throw new Error('no plan');
    expect(trendQueryText(plan, 'assoc-01')).toBe(
      `SELECT mean("value") AS "mean", min("value") AS "min", max("value") AS "max", count("value") AS "count" FROM "raw"."numerics" WHERE "associationId" = 'assoc-01' AND ("code" = 'MDC_RESP_RATE' OR "code" = 'MDC_TEMP') AND time >= ${t0 - hourMs}ms AND time < ${t0}ms GROUP BY time(7200ms), "code" fill(none)`,
    );
    expect(trendQueryText({ ...plan, retention: 'minutes' }, 'assoc-01')).toContain(
      'min("min") AS "min", max("max") AS "max", sum("count") AS "count" FROM "minutes"',
    );
    expect(
      trendsOf(plan, new Map([['MDC_TEMP', [{ timeMs: t0, mean: 37, min: 36, max: 38, count: 9 }]]]), answered),
    ).toEqual({
      ...answered,
      ...{ fromMs: t0 - hourMs, toMs: t0 },
      stepMs: 7200,
      series: [
        { code: 'MDC_RESP_RATE', points: [] },
        { code: 'MDC_TEMP', points: [[t0, 37, 36, 38, 9]] },
      ],
    });
  });

  it.each(["a' OR 'a'='a", 'assoc-01;', 'assoc\\01234', '', 'short', 'a'.repeat(65)])(
    'trendQueryText refuses the association id "%s"',
    (id) => {
      if (!('stepMs' in plan)) throw new Error('no plan');
      expect(() => trendQueryText(plan, id)).toThrow(TypeError);
    },
  );
});
