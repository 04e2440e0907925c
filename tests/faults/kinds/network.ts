/** Faults of the network: connections that are cut, silent, slow, or torn in the middle of a packet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import type { Relay, RelayFault } from '../network.ts';
import type { Stage } from '../stage.ts';

const outageMs = 6_000;
const slowNetwork = { type: 'latency', latencyMs: 300, jitterMs: 200 } as const;
const littleBandwidth: RelayFault = { type: 'bandwidth', kbPerS: 40 };

export function describeNetwork({
  scene,
  startPublishing,
  expectSilenceDuring,
  untilReadingsFlow,
  expectNothingLost,
}: Stage): void {
  const relays = (): Relay[] => scene().cluster.brokers.map(({ relay }) => relay);
  const each = (act: (relay: Relay) => Promise<void>) => Promise.all(relays().map(act));

  describe('the network between gateway and brokers', () => {
    it.each([
      ['cut', (relay: Relay) => relay.setOpen(false)],
      ['silent', (relay: Relay) => relay.addFault({ type: 'silence' })],
    ] as const)(
      'while the network to the brokers is %s, the gateway acknowledges nothing, and afterwards readings flow again',
      async (_, strike) => {
        const fleet = await startPublishing();
        await each(strike);
        try {
          await expectSilenceDuring(fleet, () => sleep(outageMs));
        } finally {
          await each((relay) => relay.removeFaults());
        }
        await untilReadingsFlow(fleet);
        await expectNothingLost(fleet);
      },
    );

    it('a cut between the gateway and the partition leader alone loses nothing', async () => {
      const fleet = await startPublishing();
      const leader = await fleet.leader();
      await leader.relay.setOpen(false);
      try {
        await sleep(outageMs);
        // The broker stays the leader, because only the gateway cannot reach this broker.
        expect((await fleet.leader()).nodeId).toBe(leader.nodeId);
      } finally {
        await leader.relay.removeFaults();
      }
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });

    it('a slow network with little bandwidth loses nothing', async () => {
      const fleet = await startPublishing({ everyMs: 200 });
      await each((relay) => relay.addFault(slowNetwork));
      await each((relay) => relay.addFault(littleBandwidth));
      const fromMs = Date.now();
      const delays: number[] = [];
      try {
        await sleep(outageMs);
        await untilReadingsFlow(fleet);
        for (const { acknowledged } of fleet.devices)
          delays.push(...acknowledged.filter(({ timeMs }) => timeMs > fromMs).map(({ atMs, timeMs }) => atMs - timeMs));
      } finally {
        await each((relay) => relay.removeFaults());
      }
      // Each reading is delayed twice, by the latency of its request and of its response. The jitter may shorten both
      // delays.
      expect(Math.min(...delays)).toBeGreaterThan(2 * (slowNetwork.latencyMs - slowNetwork.jitterMs) - 50);
      await expectNothingLost(fleet);
    });

    it('connections to brokers that are torn in the middle of a request lose nothing', async () => {
      const fleet = await startPublishing();
      const outputLengthBefore = scene().gateway.output().length;
      await each((relay) => relay.addFault({ type: 'tear', afterBytes: 5_000 }));
      // The gateway logs this line if a connection was lost while a batch was on its way.
      const torn = () =>
        scene().gateway.output().slice(outputLengthBefore).split('append failed, trying again').length - 1;
      await until('torn requests', () => torn() >= 5);
      await each((relay) => relay.removeFaults());
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });

  describe('the network between device and gateway', () => {
    it('device connections that are torn in the middle of a packet lose nothing', async () => {
      const fleet = await startPublishing();
      for (let round = 0; round < 5; round += 1) {
        const connections = fleet.connections();
        await Promise.all(fleet.devices.map((device) => device.tearConnection()));
        await until('new connections', () => fleet.connections() >= connections + fleet.devices.length);
        await sleep(200);
      }
      await expectNothingLost(fleet);
    });

    it('device connections that are torn again and again after 9,001 bytes lose nothing', async () => {
      const fleet = await startPublishing();
      const connections = fleet.connections();
      // Some of these tears are in the middle of a TLS record. Other tears are during a handshake.
      await scene().deviceRelay.addFault({ type: 'tear', afterBytes: 9_001 });
      await until('torn connections', () => fleet.connections() >= connections + 3 * fleet.devices.length);
      await scene().deviceRelay.removeFaults();
      await untilReadingsFlow(fleet);
      await expectNothingLost(fleet);
    });
  });
}
