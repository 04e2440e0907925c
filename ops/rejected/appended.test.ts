import { expect, it } from 'vitest';
import { appendedDetail, appendedIn, batchMax } from './appended.ts';

it('the detail of a full batch of redriven messages fits into one audit record, and appendedIn reads the names of the messages from it', () => {
  const names = Array.from({ length: batchMax }, (_, n) => `${'b'.repeat(64)}.${10 ** 15 + n}`);
  const detail = appendedDetail(names);
  expect(detail.length).toBeLessThan(2_000);
  expect(appendedIn(detail)).toEqual(names);
  expect(appendedIn('asked for 0:1 0:2')).toEqual([]);
  expect(appendedIn('')).toEqual([]);
});
