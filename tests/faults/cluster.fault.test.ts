/**
 * The promise "acknowledged is never lost" on a cluster of three brokers, fault by fault: each asserts that it struck, and then
 * what the devices were told is compared with what an independent reader finds in Kafka and opens. One cluster serves them all.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { describeDevices } from './kinds/devices.ts';
import { describeKafka } from './kinds/kafka.ts';
import { describeNetwork } from './kinds/network.ts';
import { describeProcesses } from './kinds/processes.ts';
import { openScene, type Scene } from './scene.ts';
import { createStage } from './stage.ts';

let scene: Scene | undefined;
const stage = createStage(() => {
  if (scene === undefined) throw new Error('the cluster is not up');
  return scene;
});

beforeAll(async () => {
  const report = (line: string) => process.stderr.write(`faults: ${line}\n`);
  scene = await openScene({ name: `test-${process.pid}-faults`, report });
}, 600_000);
afterEach(() => stage.clear(), 240_000);
afterAll(() => scene?.close(), 120_000);

describeProcesses(stage);
describeNetwork(stage);
describeKafka(stage);
describeDevices(stage);
