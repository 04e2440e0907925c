/** What every fault test does before and after its fault, on the one cluster that they share. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../system.ts';
import type { Evidence } from './evidence.ts';
import type { Fleet, FleetOptions, Scene } from './scene.ts';

export type Stage = {
  readonly scene: () => Scene;
  /** Devices that publish already, and are acknowledged. */
  publishing(options?: FleetOptions): Promise<Fleet>;
  /** Waits until everything on its way has arrived. Then runs `meanwhile`, and asserts that no acknowledgement comes during it. */
  silent(fleet: Fleet, meanwhile: () => Promise<unknown>): Promise<void>;
  /** Waits for more than `count` further acknowledgements. */
  flows(fleet: Fleet, count?: number): Promise<void>;
  /** The devices finish; nothing is lost, reordered, put under another time, or acknowledged early or out of turn. */
  expectNothingLost(fleet: Fleet): Promise<Evidence>;
};

/** How long a frozen process stays so: the full 30 s in `npm run test:faults`, less in `npm test`. */
export const freezeMs = process.env.VIGIL_FAULTS_FULL === undefined ? 8_000 : 30_000;

/** Any deadline here is generous: no test depends on how fast the machine is. */
const quietMs = 500;
const flowsWithinMs = 240_000;

export function createStage(scene: () => Scene): Stage & { clear(): Promise<void> } {
  const fleets: Fleet[] = [];
  return {
    scene,
    async publishing(options) {
      const fleet = scene().openFleet(options);
      fleets.push(fleet);
      await until('the first acknowledgements', () => fleet.acknowledged() > 5 * fleet.devices.length, flowsWithinMs);
      return fleet;
    },
    async silent(fleet, meanwhile) {
      let last = -1;
      await until('silence', async () => {
        const before = last;
        last = fleet.acknowledged();
        await sleep(quietMs);
        return last === before;
      });
      await meanwhile();
      expect(fleet.acknowledged()).toBe(last);
    },
    async flows(fleet, count = 60) {
      const before = fleet.acknowledged();
      await until('acknowledgements', () => fleet.acknowledged() > before + count, flowsWithinMs);
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
      await scene().mend();
    },
  };
}
