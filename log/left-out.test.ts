import { describe, expect, it, vi } from 'vitest';
import { createLeftOut, noteTaken } from './left-out.ts';

const record = (n: number) => ({ key: `key-${n}`, offset: String(n) });

describe('the records that were left out', () => {
  it('a key is no longer counted when a record of this key can be read', () => {
    const leftOut = createLeftOut(vi.fn(), 2);
    leftOut.note('reach', record(1), true);
    leftOut.note('reach', record(1), true);
    leftOut.note('reach', record(2), true);
    expect(leftOut.counts()).toEqual(new Map([['reach', 2]]));
    leftOut.note('reach', record(1), false);
    expect(leftOut.counts()).toEqual(new Map([['reach', 1]]));
  });

  it('beyond the maximum, further records of a compacted topic stay counted, even after all remembered records were replaced', () => {
    const onFull = vi.fn();
    const leftOut = createLeftOut(onFull, 2);
    for (const n of [1, 2]) leftOut.note('reach', record(n), true);
    expect(onFull).not.toHaveBeenCalled();
    for (const n of [3, 4]) leftOut.note('reach', record(n), true);
    expect(onFull.mock.calls).toEqual([['reach']]);
    expect(leftOut.counts()).toEqual(new Map([['reach', 4]]));
    for (const n of [1, 2]) leftOut.note('reach', record(n), false);
    expect(leftOut.counts()).toEqual(new Map([['reach', 2]]));
  });

  it('beyond the maximum, only the newest offsets are remembered, so that a check of old records does not hide a new record', () => {
    const onFull = vi.fn();
    const leftOut = createLeftOut(onFull, 2);
    for (const n of [1, 2, 3]) leftOut.note('assignments', record(n), true);
    expect(leftOut.offsets('assignments')).toEqual(['2', '3']);
    expect(leftOut.counts()).toEqual(new Map([['assignments', 3]]));
    expect(onFull).toHaveBeenCalledTimes(1);
  });

  it('a record that the code of the table refuses is counted until a later record of its key is taken', () => {
    const leftOut = createLeftOut(vi.fn(), 2);
    noteTaken(leftOut, 'reach', record(1), () => false);
    expect(leftOut.counts()).toEqual(new Map([['reach', 1]]));
    const countsSeen: unknown[] = [];
    noteTaken(leftOut, 'reach', record(1), () => {
      countsSeen.push(leftOut.counts().get('reach'));
      return true;
    });
    expect([countsSeen, leftOut.counts().get('reach')]).toEqual([[0], 0]);
  });

  it('a record that comes again is not counted twice', () => {
    const leftOut = createLeftOut(vi.fn(), 2);
    for (const n of [1, 2, 1, 2]) leftOut.note('assignments', record(n), true);
    expect(leftOut.counts()).toEqual(new Map([['assignments', 2]]));
  });
});
