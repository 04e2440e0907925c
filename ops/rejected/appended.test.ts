import { expect, it } from 'vitest';
import { appendedDetail, appendedNamesIn, batchMax } from './appended.ts';

it('the detail of a full batch of redriven messages fits into one audit record, and appendedNamesIn reads the names of the messages from it', () => {
  const names = Array.from({ length: batchMax }, (_, n) => `${'b'.repeat(64)}.${10 ** 15 + n}`);
  const detail = appendedDetail(names);
  expect(detail.length).toBeLessThan(2_000);
  expect(appendedNamesIn(detail)).toEqual(names);
  expect(appendedNamesIn('asked for 0:1 0:2')).toEqual([]);
  expect(appendedNamesIn('')).toEqual([]);
});
