import { expect, it } from 'vitest';
import { appendedDetail, appendedIn, batchMax } from './appended.ts';

it('the audit trail’s detail of a batch fits and is read back', () => {
  const names = Array.from({ length: batchMax }, (_, at) => `${'b'.repeat(64)}.${10 ** 15 + at}`);
  const detail = appendedDetail(names);
  expect(detail.length).toBeLessThan(2_000);
  expect(appendedIn(detail)).toEqual(names);
  expect(appendedIn('asked for 0:1 0:2')).toEqual([]);
  expect(appendedIn('')).toEqual([]);
});
