/** Tests of the counts for the metrics. */
import { describe, expect, it } from 'vitest';
import { bed, reading, t0, valuesOf } from '../../bed.testing.ts';
import { addCounts, type Counter, countReading } from './counts.ts';

describe('the counts of readings', () => {
  it('readings and repeats are counted separately', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, { HR: 80 });
    patientBed.feedEachSecond(5, 9, { HR: 80 });
    expect([patientBed.countOf('readings'), patientBed.countOf('repeats')]).toEqual([10, 5]);
  });

  it('a reading is late if one of its values reached the gateway more than 10 s after its time', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 10_000 }));
    expect(patientBed.countOf('lateReadings')).toBe(0);
    patientBed.feed(reading(1, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 11_001 }));
    expect(patientBed.countOf('lateReadings')).toBe(1);
  });
});

describe('countReading', () => {
  const [hr] = valuesOf({ HR: 80 });
  it.each<[string, object, number]>([
    ['a value', { value: 80 }, 0],
    ['a real 0', { value: 0 }, 0],
    ['a questionable value', { value: 80, validity: 'questionable' }, 0],
    ['an invalid value', { value: 80, validity: 'invalid' }, 1],
    ['a calibrating sensor', { value: 80, validity: 'calibrating' }, 1],
    ['a value out of range', { value: 351 }, 1],
    ['another unit', { value: 80, unit: 'bpm' }, 1],
    ['an unknown code', { value: 80, code: 'MDC_UNHEARD_OF' }, 1],
  ])('a value counts as missing if it has no usable number: %s', (_name, changes, missing) => {
    const { valuesMissing } = countReading(reading(0, {}, { values: [{ ...hr!, ...changes }] }), []);
    expect(valuesMissing).toBe(missing);
  });

  it.each([
    [[true, false], 1],
    [[false, true], 1],
    [[false, false], 0],
    [[], 0],
  ])('a reading is late if one of its values is late: %j', (late, lateReadings) => {
    const received = late.map((isLate) => ({ late: isLate }));
    expect(countReading(reading(0, { HR: 80, SpO2: 97 }), received)).toEqual({
      readings: 1,
      lateReadings,
      valuesMissing: 0,
    });
  });

  it('each missing value is counted', () => {
    expect(countReading(reading(0, { HR: null, SpO2: null, RR: 15 }), [{ late: false }])).toEqual({
      readings: 1,
      lateReadings: 0,
      valuesMissing: 2,
    });
  });
});

it('addCounts adds the counts by name and leaves out counts that are not above 0', () => {
  const sum = new Map<Counter, number>([['readings', 2]]);
  addCounts(sum, { readings: 1, lateReadings: 0, gaps: -1, repeats: 3 });
  expect([...sum]).toEqual([
    ['readings', 3],
    ['repeats', 3],
  ]);
});
