/** Faults of the network: connections that are cut, silent, slow, or torn in the middle of a packet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import type { Relay, Toxic } from '../network.ts';
import type { Stage } from '../stage.ts';

const outageMs = 6_000;
const slow = { type: 'latency', latencyMs: 300, jitterMs: 200 } as const;
const narrow: Toxic = { type: 'bandwidth', kbPerS: 40 };

export function describeNetwork({ scene, publishing, silent, flows, expectNothingLost }: Stage): void {
  const relays = (): Relay[] => scene().cluster.brokers.map(({ relay }) => relay);
  const each = (act: (relay: Relay) => Promise<void>) => Promise.all(relays().map(act));

  describe('the network between gateway and brokers', () => {
    it.each([
      ['cut', (relay: Relay) => relay.setOpen(false)],
      ['silent', (relay: Relay) => relay.poison({ type: 'silence' })],
    ] as const)(
      'while the network to the brokers is %s, the gateway acknowledges nothing, and afterwards readings flow again',
      async (_, strike) => {
        const fleet = await publishing();
        await each(strike);
        try {
          await silent(fleet, () => sleep(outageMs));
        } finally {
          await each((relay) => relay.heal());
        }
        await flows(fleet);
        await expectNothingLost(fleet);
      },
    );

    it('a cut between the gateway and the partition leader alone loses nothing', async () => {
      const fleet = await publishing();
      const leader = await fleet.leader();
      await leader.relay.setOpen(false);
      try {
        await sleep(outageMs);
        // The other brokers still reach the leader, so it stays the leader, although the gateway cannot reach it.
        expect((await fleet.leader()).nodeId).toBe(leader.nodeId);
      } finally {
        await leader.relay.heal();
      }
      await flows(fleet);
      await expectNothingLost(fleet);
    });

    it('a slow network with little bandwidth loses nothing', async () => {
      const fleet = await publishing({ everyMs: 200 });
      await each((relay) => relay.poison(slow));
      await each((relay) => relay.poison(narrow));
      const fromMs = Date.now();
      const delays: number[] = [];
      try {
        await sleep(outageMs);
        await flows(fleet);
        for (const { acknowledged } of fleet.devices)
          delays.push(...acknowledged.filter(({ timeMs }) => timeMs > fromMs).map(({ atMs, timeMs }) => atMs - timeMs));
      } finally {
        await each((relay) => relay.heal());
      }
      // Each reading needs the latency twice, for request and response, less the jitter.
      expect(Math.min(...delays)).toBeGreaterThan(2 * (slow.latencyMs - slow.jitterMs) - 50);
      await expectNothingLost(fleet);
    });

    it('connections to brokers that are torn in the middle of a request lose nothing', async () => {
      const fleet = await publishing();
      const outputLengthBefore = scene().gateway.output().length;
      await each((relay) => relay.poison({ type: 'tear', afterBytes: 5_000 }));
      // The gateway logs this line if a connection was lost while a batch was on its way.
      const torn = () =>
        scene().gateway.output().slice(outputLengthBefore).split('append failed, trying again').length - 1;
      await until('torn requests', () => torn() >= 5);
      await each((relay) => relay.heal());
      await flows(fleet);
      await expectNothingLost(fleet);
    });
  });

  describe('the network between device and gateway', () => {
    it('device connections that are torn in the middle of a packet lose nothing', async () => {
      const fleet = await publishing();
      for (let round = 0; round < 5; round += 1) {
        const connections = fleet.connections();
        await Promise.all(fleet.devices.map((device) => device.tear()));
        await until('new connections', () => fleet.connections() >= connections + fleet.devices.length);
        await sleep(200);
      }
      await expectNothingLost(fleet);
    });

    it('device connections that are torn again and again after 9,001 bytes lose nothing', async () => {
      const fleet = await publishing();
      const connections = fleet.connections();
      // Some of these tears are in the middle of a TLS record, others during a handshake.
      await scene().doorstep.poison({ type: 'tear', afterBytes: 9_001 });
      await until('torn connections', () => fleet.connections() >= connections + 3 * fleet.devices.length);
      await scene().doorstep.heal();
      await flows(fleet);
      await expectNothingLost(fleet);
    });
  });
}
