import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerProperties } from './kafka-config.ts';
import {
  brokersOf,
  ensureClusterId,
  kafkaNodes,
  memberOf,
  recordThatAllBrokersHaveData,
  requireDataOfTheseBrokers,
} from './kafka-nodes.ts';

const oneBroker = { kafkaCopies: '1', kafkaPort: 9092, kafkaControllerPort: 9093 };
const threeBrokers = { ...oneBroker, kafkaCopies: '3' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-nodes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function createDataOf(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, name, 'data'), { recursive: true });
    writeFileSync(join(folder, name, 'data', 'meta.properties'), '');
  }
}

/** Returns the properties file of a broker. */
function propertiesOf(settings: typeof oneBroker, index: number, shortLived = false): Record<string, string> {
  const node = kafkaNodes(settings)[index]!;
  const member = memberOf(settings, node, 'the-cluster');
  const files = { dataDir: 'data', keystoreFile: 'key.pem', caFile: 'ca.pem', superUsers: ['kafka', 'admin'] };
  const text = brokerProperties({ ...files, port: node.port, controllerPort: node.controllerPort, shortLived, member });
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

describe('brokerProperties', () => {
  it.each([
    [oneBroker, '1', '1'],
    [threeBrokers, '3', '2'],
  ])(
    'brokerProperties sets the number of copies for our topics and for Kafka’s own topics: %o',
    (settings, factor, inSyncMin) => {
      const properties = propertiesOf(settings, 0);
      for (const prefix of ['default', 'offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'])
        expect(properties[`${prefix}.replication.factor`], prefix).toBe(factor);
      for (const name of [
        'min.insync.replicas',
        'transaction.state.log.min.isr',
        'share.coordinator.state.topic.min.isr',
      ])
        expect(properties[name], name).toBe(inSyncMin);
    },
  );

  it('only a single broker that runs for minutes writes nothing while it is idle', () => {
    const idleOf = (settings: typeof oneBroker, shortLived: boolean) =>
      propertiesOf(settings, 0, shortLived)['metadata.max.idle.interval.ms'];
    expect(idleOf(oneBroker, true)).toBe('0');
    expect(idleOf(oneBroker, false)).toBeUndefined();
    // The three controllers use these records to see whether they are up to date.
    expect(idleOf(threeBrokers, true)).toBeUndefined();
  });

  it('brokerProperties gives each of three brokers its own ports and the role of a controller', () => {
    expect(brokersOf(threeBrokers)).toBe('127.0.0.1:9092,127.0.0.1:9094,127.0.0.1:9096');
    const nodes = [0, 1, 2].map((index) => propertiesOf(threeBrokers, index));
    const voters = '1@127.0.0.1:9093,2@127.0.0.1:9095,3@127.0.0.1:9097';
    expect(nodes.map((node) => node['controller.quorum.voters'])).toEqual([voters, voters, voters]);
    expect(nodes.map((node) => node['process.roles'])).toEqual(Array(3).fill('broker,controller'));
    expect(nodes.map((node) => node.listeners)).toEqual([
      'CLIENT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'CLIENT://127.0.0.1:9094,CONTROLLER://127.0.0.1:9095',
      'CLIENT://127.0.0.1:9096,CONTROLLER://127.0.0.1:9097',
    ]);
  });
});

describe('requireDataOfTheseBrokers', () => {
  it('requireDataOfTheseBrokers does not let three brokers start with the data of a single broker', () => {
    createDataOf('kafka');
    requireDataOfTheseBrokers(folder, oneBroker);
    expect(ensureClusterId(folder, oneBroker)).toBe('');
    expect(() => requireDataOfTheseBrokers(folder, threeBrokers)).toThrow(
      /belong to a single broker, but VIGIL_KAFKA_COPIES is 3/,
    );
  });

  it('requireDataOfTheseBrokers does not let a single broker start in a folder with the data of three brokers', () => {
    requireDataOfTheseBrokers(folder, threeBrokers);
    const id = ensureClusterId(folder, threeBrokers);
    requireDataOfTheseBrokers(folder, threeBrokers);
    expect(ensureClusterId(folder, threeBrokers)).toBe(id);
    expect(() => requireDataOfTheseBrokers(folder, oneBroker)).toThrow(
      /belong to three brokers, but VIGIL_KAFKA_COPIES is 1/,
    );
  });

  it('three brokers may start if one of them lost its data, but not if two of them lost their data', () => {
    requireDataOfTheseBrokers(folder, threeBrokers);
    ensureClusterId(folder, threeBrokers);
    createDataOf('kafka-1');
    // Missing data are no fault if not all three brokers have had data yet, for example after an interrupted first
    // start.
    requireDataOfTheseBrokers(folder, threeBrokers);
    createDataOf('kafka-2');
    recordThatAllBrokersHaveData(folder);
    requireDataOfTheseBrokers(folder, threeBrokers);
    rmSync(join(folder, 'kafka-2'), { recursive: true });
    expect(() => requireDataOfTheseBrokers(folder, threeBrokers)).toThrow(
      /2 of 3 brokers are missing .*kafka-2.data, .*kafka-3.data/,
    );
  });
});
