import { describe, expect, it } from 'vitest';
import { uncheckedOffsets } from './checked-assignments.ts';

describe('uncheckedOffsets', () => {
  it.each<[string, readonly string[], number, readonly string[]]>([
    ['all, if nobody has checked', ['4', '9'], -1, ['4', '9']],
    ['the later records', ['4', '9'], 4, ['9']],
    ['nothing, if the last record was checked', ['4', '9'], 9, []],
    ['a record that comes later', ['4', '9', '10'], 9, ['10']],
    ['all, if the number is of no unreadable record', ['4', '9'], 5, ['4', '9']],
    ['all, if the number is larger than each offset', ['4', '9'], 1_000_000, ['4', '9']],
    ['nothing, if all records can be read', [], 9, []],
    ['numbers, not texts, in their order', ['9', '10'], 9, ['10']],
  ])('uncheckedOffsets returns %s', (_, unreadable, checkedUntil, left) => {
    expect(uncheckedOffsets(unreadable, checkedUntil)).toEqual(left);
  });
});
