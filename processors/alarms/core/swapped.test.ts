/** Tests of readings that come in swapped order. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, reading } from '../../bed.testing.ts';

/** Feeds heart rates with their seconds, in the order of receipt. */
function feed(patientBed: Bed, ...rates: readonly (readonly [s: number, hr: number])[]): void {
  for (const [s, HR] of rates) patientBed.feed(reading(s, { HR }));
}
const steady = (from: number, to: number, hr: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, hr] as const);

describe('a plain limit and an extreme limit with swapped readings', () => {
  it('if a plain limit never called, its alarm is not raised after both conditions have ended', () => {
    const patientBed = bed();
    feed(patientBed, ...steady(0, 9, 145), ...steady(10, 11, 130), ...steady(12, 15, 100));
    feed(patientBed, [17, 100], [18, 100], [16, 100], [19, 100]);
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
  });

  it('the alarm of a plain limit is not raised if the value that ends both conditions comes before the delay of the plain limit has passed', () => {
    const patientBed = bed();
    feed(patientBed, ...steady(0, 2, 143), ...steady(3, 5, 134), [8, 52], [6, 134], [7, 52], ...steady(9, 14, 52));
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high']);
  });

  it('the alarm of a plain limit is raised if its delay had passed, by device time, before the extreme value', () => {
    const patientBed = bed();
    feed(patientBed, ...steady(0, 5, 130), [7, 145], [6, 130], [8, 145]);
    expect(patientBed.raisedConditions()).toEqual(['HR.extreme-high', 'HR.high']);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, signal: 'off' });
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, signal: 'on' });
  });
});

it('a value that shows an earlier start of an alarm does not count as a further onset', () => {
  const patientBed = bed();
  feed(patientBed, [1, 145], [0, 145], ...steady(2, 9, 145), ...steady(10, 13, 100), [15, 100], [14, 100], [16, 100]);
  expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: false, onsets: 1 });
});
