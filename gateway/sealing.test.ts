import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { contentTypes } from '../contracts/messages/records.ts';
import { kafkaTopics } from '../contracts/topics.ts';
import { createSealer } from '../log/envelope/sealer.ts';
import type { Appender } from '../log/kafka/appender.ts';
import { timerFailures } from '../process/timer-tasks.ts';
import { type AppendSealed, createSealing, type Unsealed } from './sealing.ts';

const readers = {
  keys: kafkaTopics.observations.readers.map((kid) => ({
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
    kid,
  })),
};

/**
 * Data keys that wait to be published; the test resolves or rejects each. `lane`: the sequence numbers of the appended
 * records.
 */
let keys: { resolve: () => void; reject: (error: Error) => void }[];
let lane: number[];
let seal: (seq: number, key?: string) => Promise<void>;
let write: AppendSealed;

beforeEach(() => {
  keys = [];
  lane = [];
  const sealer = createSealer({
    service: 'gateway',
    readers,
    publishKey: () => new Promise<void>((resolve, reject) => keys.push({ resolve, reject })),
    now: Date.now,
  });
  const enqueue: Appender['enqueue'] = (_topic, _key, value, settle) => {
    const header = JSON.parse(Buffer.from(value!.toString().split('.')[0]!, 'base64url').toString());
    lane.push(header.seq);
    settle(undefined, { partition: 0, offset: 0n });
  };
  write = createSealing(sealer, { enqueue } as Appender);
  seal = (seq, key = 'association-1') => {
    const record: Unsealed = {
      topic: 'observations',
      key,
      writer: 'w',
      boot: 'b',
      seq,
      contentType: contentTypes.observation,
      plaintext: Buffer.from('{}'),
    };
    return new Promise((resolve, reject) =>
      write(record, (error) => (error === undefined ? resolve() : reject(error))),
    );
  };
});

async function waitForKeys(count: number): Promise<void> {
  while (keys.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

it('if the answer about one record throws, the records that wait for the same key are appended', async () => {
  const first = { topic: 'observations', key: 'association-1', writer: 'w', boot: 'b', seq: 1 } as const;
  write({ ...first, contentType: contentTypes.observation, plaintext: Buffer.from('{}') }, () => {
    throw new TypeError('a fault of the code');
  });
  const second = seal(2);
  await waitForKeys(1);
  keys[0]!.resolve();
  await second;
  expect(lane).toEqual([1, 2]);
  expect(timerFailures().get('acknowledge')).toBe(1);
});

it('records wait until their data key is published, and are then appended in their order', async () => {
  const all = [seal(1), seal(2), seal(3)];
  await waitForKeys(1);
  all.push(seal(4));
  expect(lane).toEqual([]);
  keys[0]!.resolve();
  await Promise.all(all);
  await seal(5);
  expect(lane).toEqual([1, 2, 3, 4, 5]);
  expect(keys).toHaveLength(1);
});

it('records of one association do not wait for the data key of another association', async () => {
  const first = seal(1, 'association-1');
  await waitForKeys(1);
  const second = seal(2, 'association-2');
  await waitForKeys(2);
  keys[1]!.resolve();
  await second;
  expect(lane).toEqual([2]);
  keys[0]!.resolve();
  await first;
});

it('all records that wait for a data key fail if the key cannot be published; the next record gets a new key', async () => {
  const waiting = [seal(1), seal(2)].map((sealed) => expect(sealed).rejects.toThrow('no Kafka'));
  await waitForKeys(1);
  keys[0]!.reject(new Error('no Kafka'));
  await Promise.all(waiting);
  const again = seal(3);
  await waitForKeys(2);
  keys[1]!.resolve();
  await again;
  expect(lane).toEqual([3]);
});

it('only the record that cannot be sealed fails', async () => {
  const good = seal(1);
  await waitForKeys(1);
  keys[0]!.resolve();
  await good;
  const bad = expect(seal(2, 'a space')).rejects.toMatchObject({ code: 'sealed-malformed' });
  await waitForKeys(2);
  keys[1]!.resolve();
  await bad;
  await seal(3);
  expect(lane).toEqual([1, 3]);
});
