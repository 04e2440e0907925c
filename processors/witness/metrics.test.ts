import { describe, expect, it } from 'vitest';
import { newWatched, witnessHealth, witnessMetrics } from './metrics.ts';

const everyMs = 60_000;

describe('the health of the witness', () => {
  it('is starting until its first round is over, then ready', () => {
    const watched = newWatched(1_000);
    expect(witnessHealth(watched, 2_000, everyMs)).toBe('starting');
    watched.isReady = true;
    expect(witnessHealth(watched, 2_000, everyMs)).toBe('ready');
  });

  it('is failing once it has missed more than two rounds, also before the first one', () => {
    for (const isReady of [true, false]) {
      const watched = { ...newWatched(1_000), isReady };
      expect(witnessHealth(watched, 1_000 + 3 * everyMs + 60_000, everyMs)).toBe(isReady ? 'ready' : 'starting');
      expect(witnessHealth(watched, 1_001 + 3 * everyMs + 60_000, everyMs)).toBe('failing');
    }
  });
});

it('the figures of the witness say how old its last success is, how far it reaches and what it found', async () => {
  const watched = newWatched(5_000);
  const metrics = witnessMetrics(watched, everyMs, () => 12_500);
  const before = await metrics.text();
  expect(before).toContain('\nvigil_witness_success_age_seconds 7.5\n');
  expect(before).toContain('\nvigil_witness_anchor_every_seconds 60\n');
  expect(before).toContain('\nvigil_witness_anchor_timestamp_seconds 0\n');
  watched.anchors = 2;
  watched.anchoredAtMs = 1_700_000_000_000;
  watched.reach.set(4, 17);
  watched.faults.trail = 1;
  const after = await metrics.text();
  expect(after).toContain('\nvigil_witness_anchors_total 2\n');
  expect(after).toContain('\nvigil_witness_anchor_timestamp_seconds 1700000000\n');
  expect(after).toContain('\nvigil_witness_anchored_offset{partition="4"} 17\n');
  expect(after).toContain('\nvigil_witness_faults_total{where="trail"} 1\n');
  expect(after).toContain('\nvigil_witness_faults_total{where="anchors"} 0\n');
});
