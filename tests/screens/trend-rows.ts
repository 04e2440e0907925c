/** Trends as InfluxDB would answer them: rates every step, a cuff every 5 minutes, a hole of a quarter of an hour. */
import type { TrendStore } from '../../dashboard/trend-store.ts';
import { widest } from './scene.ts';

const cuffMs = 5 * 60_000;

export const trendRows: TrendStore['query'] = async (plan) => {
  const rows = new Map<string, { timeMs: number; mean: number; min: number; max: number }[]>();
  const holeMs = plan.fromMs + (plan.toMs - plan.fromMs) / 2;
  for (const code of plan.codes) {
    const everyMs = code.includes('CUFF') ? Math.max(cuffMs, plan.stepMs) : plan.stepMs;
    const level = widest[code] ?? 0;
    const own: { timeMs: number; mean: number; min: number; max: number }[] = [];
    for (let at = Math.ceil(plan.fromMs / everyMs) * everyMs; at < plan.toMs; at += everyMs) {
      if (at >= holeMs && at < holeMs + 15 * 60_000) continue;
      const mean = level + Math.sin(at / 600_000) * 8;
      own.push({ timeMs: at, mean, min: mean - 2, max: mean + 2 });
    }
    rows.set(code, own);
  }
  return rows;
};
