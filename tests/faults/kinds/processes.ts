/** Faults of processes: the gateway and a partition leader are killed or frozen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import { freeze, stateOf, thaw } from '../process.ts';
import { freezeMs, type Stage } from '../stage.ts';

export function describeProcesses({
  scene,
  startPublishing,
  expectSilenceDuring,
  untilReadingsFlow,
  expectNothingLost,
}: Stage): void {
  describe('kill -9', () => {
    it('a killed gateway loses nothing', async () => {
      const fleet = await startPublishing();
      await scene().gateway.kill();
      await expectSilenceDuring(fleet, () => sleep(300));
      await scene().gateway.start();
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });

    it('a killed partition leader loses nothing', async () => {
      const fleet = await startPublishing();
      const leader = await fleet.leader();
      await leader.kill();
      await untilReadingsFlow(fleet);
      expect(leader.isUp()).toBe(false);
      expect((await fleet.leader()).nodeId).not.toBe(leader.nodeId);
      await leader.start();
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });

  describe('SIGSTOP', () => {
    it('a frozen gateway loses nothing', async () => {
      const fleet = await startPublishing({ keepAliveS: 3 });
      const connections = fleet.connections();
      await freeze(scene().gateway.pid());
      try {
        await expectSilenceDuring(fleet, () => sleep(freezeMs));
        expect(stateOf(scene().gateway.pid())).toBe('T');
      } finally {
        thaw(scene().gateway.pid());
      }
      // The freeze lasted longer than 1.5 times the Keep Alive, so every device has closed its connection.
      await until('new connections', () => fleet.connections() >= connections + fleet.devices.length);
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });

    it('a frozen partition leader loses nothing', async () => {
      const fleet = await startPublishing();
      const leader = await fleet.leader();
      await leader.freeze();
      try {
        // The other brokers elect a new leader, while the frozen broker still acts as the leader.
        await until('another leader', async () => (await fleet.leader()).nodeId !== leader.nodeId);
        // The gateway writes to the new leader after a request timed out, so devices need not wait for the frozen
        // broker.
        const frozenMs = Date.now();
        const acknowledgedBefore = fleet.devices.map(({ acknowledged }) => acknowledged.length);
        await until('acknowledgements to every device', () =>
          fleet.devices.every(({ acknowledged }, i) => acknowledged.length > (acknowledgedBefore[i] ?? 0) + 10),
        );
        await sleep(Math.max(0, frozenMs + freezeMs - Date.now()));
        expect(stateOf(leader.pid())).toBe('T');
      } finally {
        leader.thaw();
      }
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });
}
