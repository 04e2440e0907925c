/** Faults of Kafka: too few replicas in sync, and a full disk. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import { setLimit } from '../process.ts';
import type { Stage } from '../stage.ts';

const outageMs = 8_000;
/** Largest size of a file on the "full" disk. After the first tests every file that a broker appends to is larger. */
const fileBytesMax = 1_024;

export function describeKafka({
  scene,
  startPublishing,
  expectSilenceDuring,
  untilReadingsFlow,
  expectNothingLost,
}: Stage): void {
  describe('below min.insync.replicas', () => {
    it('while two of three brokers are down, the gateway acknowledges nothing, and when both run again, readings flow again', async () => {
      const fleet = await startPublishing();
      const { brokers } = scene().cluster;
      const leader = await fleet.leader();
      const killedBrokers = [leader, ...brokers.filter((broker) => broker !== leader).slice(0, 1)];
      const outputBefore = scene().gateway.output().length;
      await Promise.all(killedBrokers.map((broker) => broker.kill()));
      await expectSilenceDuring(fleet, async () => {
        await until('one replica alone', async () => {
          const states = await scene().cluster.partitions('observations');
          return states.every(({ inSync }) => inSync.length === 1);
        });
        await sleep(outageMs);
      });
      // kafkajs's text of Kafka's error NOT_ENOUGH_REPLICAS.
      expect(scene().gateway.output().slice(outputBefore)).toContain('fewer in-sync replicas than required');
      await Promise.all(killedBrokers.map((broker) => broker.start()));
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });

  describe('a full disk', () => {
    it('a partition leader with a full disk logs the error and ends, another broker leads, and the old leader starts again when the disk has room', async () => {
      const fleet = await startPublishing();
      const leader = await fleet.leader();
      await setLimit(leader.pid(), 'fsize', fileBytesMax);
      await leader.exited();
      expect(leader.output()).toContain('File too large');
      await untilReadingsFlow(fleet);
      await leader.start();
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });
}
