/**
 * Checks the alerts with Prometheus's own tool, against the metrics of our processes, and against the operator's page.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardMetrics } from '../../dashboard/server/metrics.ts';
import { createCounters } from '../../gateway/counters.ts';
import { createMeasures } from '../../gateway/measures.ts';
import { gatewayMetrics } from '../../gateway/metrics.ts';
import { createHistogram } from '../../process/histogram.ts';
import { readSettings } from '../../process/settings.ts';
import { createCanaries } from '../../processors/alarms/canaries.ts';
import { alarmsMetrics } from '../../processors/alarms/metrics.ts';
import type { Canary } from '../../processors/canary/canary.ts';
import { startState } from '../../processors/canary/core/state.ts';
import { canaryMetrics } from '../../processors/canary/metrics.ts';
import { openChannels } from '../../processors/delivery/channels/open-channels.ts';
import { channelSettings } from '../../processors/delivery/channels/settings.ts';
import { createCounts, deliveryMetrics } from '../../processors/delivery/metrics.ts';
import { followWardZones } from '../../processors/delivery/ward-zones.ts';
import { createQueue } from '../../processors/strips/core/queue.ts';
import { stripMetrics } from '../../processors/strips/metrics.ts';
import { newTrendCounters } from '../../processors/trends/counters.ts';
import { trendMetrics } from '../../processors/trends/metrics.ts';
import { newStatus, witnessMetrics } from '../../processors/witness/metrics.ts';
import { ensurePromtool } from '../../tests/independent/promtool.ts';

const prometheusFolder = import.meta.dirname;
const read = (...path: string[]) => readFileSync(join(prometheusFolder, ...path), 'utf8');
type Rule = { readonly alert: string; readonly expr: string; readonly labels: { readonly severity: string } };
const { groups } = parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

const idleCanary: Canary = {
  state: () => startState(0),
  isConnected: () => false,
  tookMs: createHistogram(1, 16),
  close: async () => {},
};

let promtool: string;
beforeAll(async () => {
  promtool = await ensurePromtool();
}, 120_000);

it.each([
  ['check', 'rules', 'alerts.yml'],
  ['check', 'config', 'prometheus.yml'],
  ['test', 'rules', 'alerts.spec.yml'],
])('promtool %s %s accepts %s', (...args) => {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: prometheusFolder, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});

it('the alerts use only metrics that our processes show', async () => {
  const alarms = await alarmsMetrics(() => undefined, undefined, undefined, undefined, createCanaries()).text();
  const canary = await canaryMetrics(idleCanary, () => 0).text();
  const dashboard = await dashboardMetrics(() => undefined, new Map()).text();
  const trends = await trendMetrics({
    counters: newTrendCounters(),
    pipelines: () => [],
    damage: () => undefined,
  }).text();
  const delivery = await deliveryMetrics({
    counts: createCounts(),
    running: () => undefined,
    policy: { changesAccepted: () => 0, isRefused: () => false },
    damage: () => undefined,
    addFurther: (metrics) => {
      const channels = openChannels(readSettings(channelSettings, { VIGIL_WEBHOOK_HOSTS: 'pager.example' }));
      channels.addMetrics(metrics);
      followWardZones('', { info: () => {}, error: () => {} }).addMetrics(metrics);
    },
  }).text();
  const strips = await stripMetrics({
    counts: { written: new Map(), failures: 0 },
    queue: createQueue(),
    now: () => 0,
    leftOut: () => 0,
    damage: () => undefined,
  }).text();
  const witness = await witnessMetrics(newStatus(0), 60_000, () => 0).text();
  const gateway = await gatewayMetrics({
    counters: createCounters(),
    measures: createMeasures(),
    unackedBytesMax: 1,
    connectionsMax: 1,
    appender: () => undefined,
    listener: () => undefined,
    ready: () => true,
  }).text();
  const shown = [gateway, alarms, canary, dashboard, trends, delivery, strips, witness].join('\n');
  // Prometheus itself makes the metric `up`.
  for (const { alert, expr } of rules.filter((rule) => !rule.expr.startsWith('up{'))) {
    const names = expr.match(/\b(?:vigil|nodejs|process)_\w+/g) ?? [];
    expect(names, alert).not.toEqual([]);
    for (const name of names) expect(shown, alert).toMatch(new RegExp(`^# TYPE ${name.replace(/_bucket$/, '')} `, 'm'));
  }
});

it('the operator’s page has each alert, and each alert is critical or a warning', () => {
  const runbook = read('..', '..', 'docs', 'operator.md');
  expect(rules.length).toBeGreaterThan(8);
  for (const { alert, labels } of rules) {
    expect(runbook).toContain(`| \`${alert}\` |`);
    expect(['critical', 'warning']).toContain(labels.severity);
  }
});
