import { describe, expect, it } from 'vitest';
import { newStatus, witnessHealth, witnessMetrics } from './metrics.ts';

const everyMs = 60_000;

describe('witnessHealth', () => {
  it('the witness is starting until the first round is complete, and then ready', () => {
    const status = newStatus(1_000);
    expect(witnessHealth(status, 2_000, everyMs)).toBe('starting');
    status.isReady = true;
    expect(witnessHealth(status, 2_000, everyMs)).toBe('ready');
  });

  it('the witness is failing after three intervals and one minute without a successful round, also before the first round', () => {
    for (const isReady of [true, false]) {
      const status = { ...newStatus(1_000), isReady };
      expect(witnessHealth(status, 1_000 + 3 * everyMs + 60_000, everyMs)).toBe(isReady ? 'ready' : 'starting');
      expect(witnessHealth(status, 1_001 + 3 * everyMs + 60_000, everyMs)).toBe('failing');
    }
  });
});

it('the metrics show the age of the last success, the covered offsets, and the number of faults', async () => {
  const status = newStatus(5_000);
  const metrics = witnessMetrics(status, everyMs, () => 12_500);
  const before = await metrics.text();
  expect(before).toContain('\nvigil_witness_success_age_seconds 7.5\n');
  expect(before).toContain('\nvigil_witness_anchor_every_seconds 60\n');
  expect(before).toContain('\nvigil_witness_anchor_timestamp_seconds 0\n');
  status.anchors = 2;
  status.anchoredAtMs = 1_700_000_000_000;
  status.reach.set(4, 17);
  status.faults.trail = 1;
  const after = await metrics.text();
  expect(after).toContain('\nvigil_witness_anchors_total 2\n');
  expect(after).toContain('\nvigil_witness_anchor_timestamp_seconds 1700000000\n');
  expect(after).toContain('\nvigil_witness_anchored_offset{partition="4"} 17\n');
  expect(after).toContain('\nvigil_witness_faults_total{where="trail"} 1\n');
  expect(after).toContain('\nvigil_witness_faults_total{where="anchors"} 0\n');
});
