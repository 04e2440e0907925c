/**
 * Tests that no acknowledged reading is lost on a cluster of three brokers. Each test causes one fault, and asserts
 * that the fault took effect. Then it compares the acknowledgements of the devices with the records in Kafka, as an
 * independent program reads them. All tests use the same cluster.
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
