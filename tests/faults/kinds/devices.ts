/** Faults at the bedside and at the door: clocks that jump, and more devices than the gateway has file descriptors for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../system.ts';
import type { Device } from '../device.ts';
import { limit, nextDescriptor } from '../process.ts';
import type { Stage } from '../stage.ts';

const hourMs = 3_600_000;
const refusedFrom = 0x80;
const shutOutMs = 3_000;

export function describeDevices({ scene, publishing, flows, expectNothingLost }: Stage): void {
  describe('a device clock', () => {
    it('readings of a device clock that jumps by hours are taken or refused as the rules say, never lost, never under another time', async () => {
      const fleet = await publishing();
      /** By device: from which observation on its clock was ahead or older than the log keeps. */
      const jump = async (byMs: number) => {
        for (const device of fleet.devices) device.shiftClock(byMs);
        await flows(fleet, 20 * fleet.devices.length);
      };
      await jump(2 * hourMs);
      await jump(-5 * hourMs);
      await jump(-8 * 24 * hourMs);
      await jump(8 * 24 * hourMs + 3 * hourMs);
      const { found } = await expectNothingLost(fleet);

      const rejected = new Map(found.filter(({ code }) => code !== '').map((one) => [nameOf(one), one.code]));
      const counts = { ahead: 0, old: 0, late: 0, now: 0 };
      for (const device of fleet.devices) {
        for (const one of device.acknowledged) {
          const place = placeOf(one.timeMs, one.atMs);
          counts[place] += 1;
          const refused = place === 'ahead' || place === 'old';
          expect(rejected.get(nameOf({ ...one, ...device }))).toBe(refused ? 'time-invalid' : undefined);
          // MQTT 3.1.1 has no word for it.
          if (saysWhy(device)) expect(one.code >= refusedFrom).toBe(refused);
        }
      }
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
    });
  });

  describe('file descriptors', () => {
    it('when the gateway has no more file descriptors, connected devices keep flowing, and new ones get in afterwards', async () => {
      const inside = await publishing({ size: 4, keepAliveS: 60 });
      const pid = scene().gateway.pid();
      await limit(pid, 'nofile', nextDescriptor(pid));
      const outside = scene().openFleet({ from: 4, size: 4 });
      try {
        const connections = inside.connections();
        await sleep(shutOutMs);
        expect(outside.connections()).toBe(0);
        await flows(inside);
        expect(inside.connections()).toBe(connections);
      } finally {
        await limit(pid, 'nofile', 'max');
      }
      await until('the others to get in', () => outside.acknowledged() > 40);
      await expectNothingLost(outside);
      await expectNothingLost(inside);
      outside.close();
    });
  });
}

const nameOf = ({ deviceId, kind, seq }: { deviceId: string; kind: string; seq: number }) =>
  `${deviceId} ${kind} ${seq}`;
const saysWhy = (device: Device) => device.version === 5;

/** The gateway's defaults: 5 minutes ahead, 7 days old. */
function placeOf(timeMs: number, atMs: number): 'ahead' | 'now' | 'late' | 'old' {
  const aheadMs = timeMs - atMs;
  if (aheadMs > hourMs) return 'ahead';
  if (aheadMs < -7 * 24 * hourMs) return 'old';
  return aheadMs < -hourMs ? 'late' : 'now';
}
