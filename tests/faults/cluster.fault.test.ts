/**
 * The promise "acknowledged is never lost" on a cluster of three brokers, fault by fault: each asserts that it struck, and then
 * what the devices were told is compared with what an independent reader finds in Kafka and opens.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../system.ts';
import { type Fleet, type FleetOptions, openScene, type Scene } from './scene.ts';

let scene: Scene;
let fleet: Fleet | undefined;

beforeAll(async () => {
  const report = (line: string) => process.stderr.write(`faults: ${line}\n`);
  scene = await openScene({ name: `test-${process.pid}-faults`, report });
}, 600_000);
afterEach(async () => {
  fleet?.close();
  fleet = undefined;
  await scene.cluster.untilWhole();
});
afterAll(() => scene?.close(), 120_000);

async function publishing(options?: FleetOptions): Promise<Fleet> {
  fleet = scene.openFleet(options);
  const opened = fleet;
  await until('the first acknowledgements', () => opened.acknowledged() > 5 * opened.devices.length);
  return opened;
}

async function flowsAgain(opened: Fleet, count = 60): Promise<void> {
  const before = opened.acknowledged();
  await until('acknowledgements after the fault', () => opened.acknowledged() > before + count, 180_000);
}

async function expectNothingLost(opened: Fleet): Promise<void> {
  await opened.finish();
  const verdict = await opened.verdict();
  expect(verdict).toMatchObject({ lost: [], reordered: [], retimed: [], early: [], outOfOrder: 0 });
  expect(verdict.found).toBeGreaterThanOrEqual(verdict.acknowledged);
  console.log(`${verdict.acknowledged} acknowledged, ${verdict.found} found, ${verdict.repeated} repeated`);
}

describe('kill -9', () => {
  it('of the gateway', async () => {
    const opened = await publishing();
    await scene.gateway.kill();
    const acknowledged = opened.acknowledged();
    await sleep(300);
    expect(opened.acknowledged()).toBe(acknowledged);
    await scene.gateway.start();
    await flowsAgain(opened);
    await expectNothingLost(opened);
  });

  it('of the partition leader', async () => {
    const opened = await publishing();
    const leader = await opened.leader();
    await leader.kill();
    await flowsAgain(opened);
    expect(leader.isUp()).toBe(false);
    expect((await opened.leader()).nodeId).not.toBe(leader.nodeId);
    await leader.start();
    await flowsAgain(opened);
    await expectNothingLost(opened);
  });
});
