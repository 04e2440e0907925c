/** Faults of devices: device clocks that jump, and more connections than the gateway has file descriptors for. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import { until } from '../../system.ts';
import type { Device } from '../device.ts';
import { nextDescriptor, setLimit } from '../process.ts';
import type { Stage } from '../stage.ts';

const refusedFrom = 0x80;
const shutOutMs = 3_000;

export function describeDevices({ scene, startPublishing, untilReadingsFlow, expectNothingLost }: Stage): void {
  describe('a device clock that jumps', () => {
    it('when device clocks jump by hours, each reading is stored under its own time, and refused only if its time is too far off', async () => {
      const fleet = await startPublishing();
      const jump = async (byMs: number) => {
        for (const device of fleet.devices) device.shiftClock(byMs);
        await untilReadingsFlow(fleet, 20 * fleet.devices.length);
      };
      await jump(2 * hourMs);
      await jump(-5 * hourMs);
      await jump(-8 * 24 * hourMs);
      await jump(8 * 24 * hourMs + 3 * hourMs);
      const { stored } = await expectNothingLost(fleet);

      const rejected = new Map(
        stored.filter(({ code }) => code !== '').map((reading) => [nameOf(reading), reading.code]),
      );
      const counts = { ahead: 0, old: 0, late: 0, now: 0 };
      for (const device of fleet.devices) {
        for (const acknowledgement of device.acknowledged) {
          const age = ageOf(acknowledgement.timeMs, acknowledgement.atMs);
          counts[age] += 1;
          const isRefused = age === 'ahead' || age === 'old';
          expect(rejected.get(nameOf({ ...acknowledgement, ...device }))).toBe(isRefused ? 'time-invalid' : undefined);
          // An acknowledgement of MQTT 3.1.1 has no reason code.
          if (hasReasonCodes(device)) expect(acknowledgement.code >= refusedFrom).toBe(isRefused);
        }
      }
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
    });
  });

  describe('file descriptors', () => {
    it('when the gateway has no free file descriptor, connected devices continue to send, and new devices connect as soon as descriptors are free', async () => {
      const connected = await startPublishing({ size: 4, keepAliveS: 60 });
      const pid = scene().gateway.pid();
      await setLimit(pid, 'nofile', nextDescriptor(pid));
      const waiting = scene().openFleet({ from: 4, size: 4 });
      try {
        const connections = connected.connections();
        await sleep(shutOutMs);
        expect(waiting.connections()).toBe(0);
        await untilReadingsFlow(connected);
        expect(connected.connections()).toBe(connections);
      } finally {
        await setLimit(pid, 'nofile', 'max');
      }
      await until('the waiting devices to connect', () => waiting.acknowledged() > 40);
      await expectNothingLost(waiting);
      await expectNothingLost(connected);
      waiting.close();
    });
  });
}

const nameOf = ({ deviceId, kind, seq }: { deviceId: string; kind: string; seq: number }) =>
  `${deviceId} ${kind} ${seq}`;
const hasReasonCodes = (device: Device) => device.version === 5;

/**
 * Classifies a reading by its time. The gateway refuses readings that are more than 5 min ahead or older than 7 days.
 */
function ageOf(timeMs: number, atMs: number): 'ahead' | 'now' | 'late' | 'old' {
  const aheadMs = timeMs - atMs;
  if (aheadMs > hourMs) return 'ahead';
  if (aheadMs < -7 * 24 * hourMs) return 'old';
  return aheadMs < -hourMs ? 'late' : 'now';
}
