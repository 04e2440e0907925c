/** Readings that overtake each other within a few seconds: no alarm is lost, and none is raised beside the one that called instead. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, reading } from '../../bed.testing.ts';

/** HR of each second, in the order of receipt. */
function feed(one: Bed, ...rates: readonly (readonly [s: number, hr: number])[]): void {
  for (const [s, HR] of rates) one.feed(reading(s, { HR }));
}
const steady = (from: number, to: number, hr: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, hr] as const);

describe('a plain limit under an extreme one, if readings overtake each other', () => {
  it('is not raised once both are over, since it never called', () => {
    const one = bed();
    feed(one, ...steady(0, 9, 145), ...steady(10, 11, 130), ...steady(12, 15, 100));
    feed(one, [17, 100], [18, 100], [16, 100], [19, 100]);
    expect(one.raised()).toEqual(['HR.extreme-high']);
  });

  it('is not raised if the value that ends both comes before the one that completes its delay', () => {
    const one = bed();
    feed(one, ...steady(0, 2, 143), ...steady(3, 5, 134), [8, 52], [6, 134], [7, 52], ...steady(9, 14, 52));
    expect(one.raised()).toEqual(['HR.extreme-high']);
  });

  it('is recorded if it called before the extreme value, which came first', () => {
    const one = bed();
    feed(one, ...steady(0, 5, 130), [7, 145], [6, 130], [8, 145]);
    expect(one.raised()).toEqual(['HR.extreme-high', 'HR.high']);
    expect(one.live()['HR.high']).toMatchObject({ present: true, signal: 'off' });
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: true, signal: 'on' });
  });
});

it('a value that shows an earlier start of an alarm is no further onset of it', () => {
  const one = bed();
  feed(one, [1, 145], [0, 145], ...steady(2, 9, 145), ...steady(10, 13, 100), [15, 100], [14, 100], [16, 100]);
  expect(one.live()['HR.extreme-high']).toMatchObject({ present: false, onsets: 1 });
});
