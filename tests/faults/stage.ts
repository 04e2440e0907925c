/** Common steps of the fault tests: start devices before the fault, and compare the readings after the fault. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../system.ts';
import type { Evidence } from './evidence.ts';
import type { Fleet, FleetOptions, Scene } from './scene.ts';

export type Stage = {
  readonly scene: () => Scene;
  /** Starts devices, and waits until the first readings are acknowledged. */
  startPublishing(options?: FleetOptions): Promise<Fleet>;
  /**
   * Waits until no more acknowledgements come. Then runs `action`, and asserts that no acknowledgement comes during
   * `action`.
   */
  expectSilenceDuring(fleet: Fleet, action: () => Promise<unknown>): Promise<void>;
  /** Waits until more than `count` further readings are acknowledged. */
  untilReadingsFlow(fleet: Fleet, count?: number): Promise<void>;
  /**
   * Stops the devices. Asserts that no reading is lost, reordered or stored under a wrong time. Asserts that no
   * acknowledgement came early or out of order.
   */
  expectNothingLost(fleet: Fleet): Promise<Evidence>;
};

/** Time for which a process is frozen: 30 s in `npm run test:faults`, 8 s in `npm test`. */
export const freezeMs = process.env.VIGIL_FAULTS_FULL === undefined ? 8_000 : 30_000;

const quietMs = 500;
/** Generous time limit, because no test may depend on the speed of the machine. */
const flowsWithinMs = 240_000;

export function createStage(scene: () => Scene): Stage & { clear(): Promise<void> } {
  const fleets: Fleet[] = [];
  return {
    scene,
    async startPublishing(options) {
      const fleet = scene().openFleet(options);
      fleets.push(fleet);
      await until('the first acknowledgements', () => fleet.acknowledged() > 5 * fleet.devices.length, flowsWithinMs);
      return fleet;
    },
    async expectSilenceDuring(fleet, action) {
      let last = -1;
      await until('silence', async () => {
        const countBefore = last;
        last = fleet.acknowledged();
        await sleep(quietMs);
        return last === countBefore;
      });
      await action();
      expect(fleet.acknowledged()).toBe(last);
    },
    async untilReadingsFlow(fleet, count = 60) {
      const countBefore = fleet.acknowledged();
      await until('acknowledgements', () => fleet.acknowledged() > countBefore + count, flowsWithinMs);
    },
    async expectNothingLost(fleet) {
      await fleet.finish();
      const evidence = await fleet.evidence();
      const { verdict, outOfOrder } = evidence;
      expect({ ...verdict, outOfOrder }).toMatchObject({
        lost: [],
        reordered: [],
        retimed: [],
        early: [],
        outOfOrder: 0,
      });
      expect(verdict.found).toBe(verdict.acknowledged);
      return evidence;
    },
    async clear() {
      for (const fleet of fleets.splice(0)) fleet.close();
      await scene().repairAll();
    },
  };
}
