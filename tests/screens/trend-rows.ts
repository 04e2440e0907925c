/**
 * Imitates the answers of InfluxDB for trends: values at each step, cuff pressures and scores every 5 minutes, and a
 * gap of 15 minutes. In the third quarter of the chart the scores are partial.
 */
import { isScoreTrendCode, type ScoreTrendCode } from '../../contracts/score-trends.ts';
import { scoresRepeatMs } from '../../contracts/scores-key.ts';
import type { TrendRow } from '../../dashboard/server/core/trend-query.ts';
import type { TrendStore } from '../../dashboard/server/trend-store.ts';
import { widestValues } from './scene.ts';

const cuffMs = 5 * 60_000;

/**
 * Returns the value of a score, or undefined if there is no value.
 * @param part position in the chart, from 0 (start) to 1 (end)
 */
function scoreAt(code: ScoreTrendCode, part: number): number | undefined {
  const isPartial = part >= 0.5 && part < 0.75;
  switch (code) {
    case 'VIGIL_NEWS2':
      return isPartial ? undefined : Math.round(2 + part * 7);
    case 'VIGIL_NEWS2_AT_LEAST':
      return isPartial ? 4 : undefined;
    case 'VIGIL_QSOFA':
      return isPartial ? undefined : Math.round(part * 2);
    case 'VIGIL_QSOFA_AT_LEAST':
      return isPartial ? 1 : undefined;
    case 'VIGIL_SHOCK_INDEX':
      return 0.6 + Math.round(part * 60) / 100;
  }
}

export const trendRows: TrendStore['query'] = async (plan) => {
  const rows = new Map<string, TrendRow[]>();
  const holeMs = plan.fromMs + (plan.toMs - plan.fromMs) / 2;
  for (const code of plan.codes) {
    const everyMs = code.includes('CUFF') ? Math.max(cuffMs, plan.stepMs) : plan.stepMs;
    if (isScoreTrendCode(code)) {
      rows.set(code, scoreRows(code, plan));
      continue;
    }
    // A trend goes up and down around one value of the parameter. `widestValues` has such a value for each parameter.
    const level = widestValues[code] ?? 0;
    const points: TrendRow[] = [];
    for (let at = Math.ceil(plan.fromMs / everyMs) * everyMs; at < plan.toMs; at += everyMs) {
      if (at >= holeMs && at < holeMs + 15 * 60_000) continue;
      const mean = level + Math.sin(at / 600_000) * 8;
      const last = plan.isTable ? { last: { value: mean + 1, questionable: code.includes('SAT_O2') } } : {};
      points.push({ timeMs: at, mean, min: mean - 2, max: mean + 2, count: 8, ...last });
    }
    rows.set(code, points);
  }
  return rows;
};

function scoreRows(code: ScoreTrendCode, { fromMs, toMs, stepMs }: Parameters<TrendStore['query']>[0]) {
  const everyMs = Math.max(scoresRepeatMs, stepMs);
  const points: TrendRow[] = [];
  for (let timeMs = Math.ceil(fromMs / everyMs) * everyMs; timeMs < toMs; timeMs += everyMs) {
    const value = scoreAt(code, (timeMs - fromMs) / (toMs - fromMs));
    // InfluxDB returns the start of each step.
    const stepAtMs = Math.floor(timeMs / stepMs) * stepMs;
    if (value !== undefined) points.push({ timeMs: stepAtMs, mean: value, min: value, max: value, count: 1 });
  }
  return points;
}
