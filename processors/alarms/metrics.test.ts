import { expect, it } from 'vitest';
import { addCounts, type Counter } from './core/counts.ts';
import { alarmsMetrics } from './metrics.ts';

it('addCounts adds the counts of each step', () => {
  const sum = new Map<Counter, number>();
  addCounts(sum, { readings: 1 });
  addCounts(sum, {});
  addCounts(sum, { readings: 1, gaps: 1, readingsMissing: 3, repeats: 0 });
  expect([...sum]).toEqual([
    ['readings', 2],
    ['gaps', 1],
    ['readingsMissing', 3],
  ]);
});

it('the metrics show the counters of the processor, and 0 before the processor has started', async () => {
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

it('the metrics show whether a changed file is refused, and the number of accepted changes', async () => {
  const file = (isRefused: boolean, changes: number) => ({
    isRefused: () => isRefused,
    changesAccepted: () => changes,
  });
  const metrics = alarmsMetrics(() => ({}), undefined, { profiles: file(false, 2), alertCodes: file(true, 1) });
  const text = await metrics.text();
  for (const line of ['profiles_refused 0', 'profiles_taken_total 2', 'codes_refused 1', 'codes_taken_total 1'])
    expect(text).toContain(`\nvigil_alarms_${line}\n`);
});
