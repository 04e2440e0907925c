import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerProperties } from './kafka-config.ts';
import { brokersOf, kafkaNodes, markBegun, memberOf, readyNodes } from './kafka-nodes.ts';

const one = { kafkaCopies: '1', kafkaPort: 9092, kafkaControllerPort: 9093 };
const three = { ...one, kafkaCopies: '3' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-nodes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function withData(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, name, 'data'), { recursive: true });
    writeFileSync(join(folder, name, 'data', 'meta.properties'), '');
  }
}

/** What the broker of this number is told. */
function propertiesOf(settings: typeof one, index: number): Record<string, string> {
  const node = kafkaNodes(settings)[index]!;
  const member = memberOf(settings, node, 'the-cluster');
  const files = { dataDir: 'data', keystoreFile: 'key.pem', caFile: 'ca.pem', superUsers: ['kafka', 'admin'] };
  const text = brokerProperties({ ...files, port: node.port, controllerPort: node.controllerPort, member });
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

describe('the requested copies', () => {
  it.each([
    [one, '1', '1'],
    [three, '3', '2'],
  ])('apply to our topics and to Kafka’s own: %o', (settings, factor, least) => {
    const told = propertiesOf(settings, 0);
    for (const of of ['default', 'offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'])
      expect(told[`${of}.replication.factor`], of).toBe(factor);
    for (const name of [
      'min.insync.replicas',
      'transaction.state.log.min.isr',
      'share.coordinator.state.topic.min.isr',
    ])
      expect(told[name], name).toBe(least);
  });

  it('of three start three brokers that are also controllers, each with its own ports', () => {
    expect(brokersOf(three)).toBe('127.0.0.1:9092,127.0.0.1:9094,127.0.0.1:9096');
    const told = [0, 1, 2].map((index) => propertiesOf(three, index));
    const voters = '1@127.0.0.1:9093,2@127.0.0.1:9095,3@127.0.0.1:9097';
    expect(told.map((node) => node['controller.quorum.voters'])).toEqual([voters, voters, voters]);
    expect(told.map((node) => node['process.roles'])).toEqual(Array(3).fill('broker,controller'));
    expect(told.map((node) => node.listeners)).toEqual([
      'CLIENT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'CLIENT://127.0.0.1:9094,CONTROLLER://127.0.0.1:9095',
      'CLIENT://127.0.0.1:9096,CONTROLLER://127.0.0.1:9097',
    ]);
  });
});

describe('the data in a folder', () => {
  it('of one broker are refused for three', () => {
    withData('kafka');
    expect(readyNodes(folder, one)).toBe('');
    expect(() => readyNodes(folder, three)).toThrow(/are of one broker, and VIGIL_KAFKA_COPIES is 3/);
  });

  it('of three brokers are not left behind for a fresh broker', () => {
    const id = readyNodes(folder, three);
    expect(readyNodes(folder, three)).toBe(id);
    expect(() => readyNodes(folder, one)).toThrow(/are of three brokers, and VIGIL_KAFKA_COPIES is 1/);
  });

  it('may be missing for one of three, which copies them from the others, but not for two', () => {
    readyNodes(folder, three);
    withData('kafka-1');
    // A first start that was broken off: nothing is kept yet.
    readyNodes(folder, three);
    withData('kafka-2');
    markBegun(folder);
    readyNodes(folder, three);
    rmSync(join(folder, 'kafka-2'), { recursive: true });
    expect(() => readyNodes(folder, three)).toThrow(/2 of 3 brokers are gone .*kafka-2.data, .*kafka-3.data/);
  });
});
