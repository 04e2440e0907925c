/** Faults of Kafka itself: too few replicas, and no room. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import { limit } from '../process.ts';
import type { Stage } from '../stage.ts';

const outageMs = 8_000;
/** Less than any file that a broker appends to has after the first tests. */
const fileBytesMax = 1_024;

export function describeKafka({ scene, publishing, silent, flows, expectNothingLost }: Stage): void {
  describe('below min.insync.replicas', () => {
    it('while two brokers are down, nothing is acknowledged; when they are back, everything flows by itself', async () => {
      const fleet = await publishing();
      const { brokers } = scene().cluster;
      const leader = await fleet.leader();
      const fallen = [leader, ...brokers.filter((broker) => broker !== leader).slice(0, 1)];
      const outputBefore = scene().gateway.output().length;
      await Promise.all(fallen.map((broker) => broker.kill()));
      await silent(fleet, async () => {
        await until('one replica alone', async () => {
          const states = await scene().cluster.partitions('observations');
          return states.every(({ inSync }) => inSync.length === 1);
        });
        await sleep(outageMs);
      });
      // Kafka's NOT_ENOUGH_REPLICAS, in kafkajs's words.
      expect(scene().gateway.output().slice(outputBefore)).toContain('fewer in-sync replicas than required');
      await Promise.all(fallen.map((broker) => broker.start()));
      await flows(fleet);
      await expectNothingLost(fleet);
    });
  });

  describe('a full disk', () => {
    it('a partition leader with a full disk says so and ends; another broker takes over, and it comes back when there is room', async () => {
      const fleet = await publishing();
      const leader = await fleet.leader();
      await limit(leader.pid(), 'fsize', fileBytesMax);
      await leader.exited();
      expect(leader.output()).toContain('File too large');
      await flows(fleet);
      await leader.start();
      await flows(fleet);
      await expectNothingLost(fleet);
    });
  });
}
