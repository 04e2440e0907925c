import { expect, it } from 'vitest';
import { batchesOf } from './turn.ts';

const record = (n: number, bytes: number) => ({ key: `k${n}`, value: Buffer.alloc(bytes) });

it('a turn writes many records in batches below the limit of Kafka, all of them and in order', () => {
  const records = Array.from({ length: 1_000 }, (_, n) => record(n, 2_500));
  const batches = batchesOf(records);
  expect(batches.flat()).toEqual(records);
  expect(batches.length).toBeGreaterThan(3);
  for (const batch of batches) expect(batch.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(700_000);
  expect(batchesOf([])).toEqual([]);
  expect(batchesOf([record(1, 900_000), record(2, 1)]).map((batch) => batch.length)).toEqual([1, 1]);
});
