import { expect, it } from 'vitest';
import type { Counter } from '../core/state.ts';
import { addCounts, alarmsMetrics } from './metrics.ts';

it('adds what each step counted, and takes nothing back when an engine is restored', () => {
  const sum = new Map<Counter, number>();
  const first = { readings: 5 };
  addCounts(sum, {}, first);
  addCounts(sum, first, first);
  addCounts(sum, first, { readings: 6, gaps: 1, readingsMissing: 3 });
  addCounts(sum, { readings: 9 }, {});
  expect([...sum]).toEqual([
    ['readings', 6],
    ['gaps', 1],
    ['readingsMissing', 3],
  ]);
});

it('shows them', async () => {
  let counters: Record<string, number> | undefined;
  const metrics = alarmsMetrics(() => counters);
  expect(await metrics.text()).toContain('vigil_alarms_readings_missing_total 0\n');
  counters = { readings: 6, gaps: 1, readingsMissing: 3, live: 2 };
  const text = await metrics.text();
  for (const line of [
    'vigil_alarms_gaps_total 1',
    'vigil_alarms_readings_missing_total 3',
    'vigil_alarms_live 2',
    'vigil_alarms_judged_total{what="readings"} 6',
    'vigil_alarms_judged_total{what="repeats"} 0',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
});
