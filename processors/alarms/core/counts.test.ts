/** What a step counts for the metrics. */
import { describe, expect, it } from 'vitest';
import { bed, reading, t0, valuesOf } from '../../bed.testing.ts';
import { addCounts, type Counter, countReading } from './counts.ts';

describe('the counts of a bed', () => {
  it('contain readings and repeats, separately', () => {
    const one = bed();
    one.run(0, 9, { HR: 80 });
    one.run(5, 9, { HR: 80 });
    expect([one.count('readings'), one.count('repeats')]).toEqual([10, 5]);
  });

  it('a reading is late if one of its values reached the gateway more than 10 s after its time', () => {
    const one = bed();
    one.feed(reading(0, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 10_000 }));
    expect(one.count('lateReadings')).toBe(0);
    one.feed(reading(1, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 11_001 }));
    expect(one.count('lateReadings')).toBe(1);
  });
});

describe('values that are missing', () => {
  const [hr] = valuesOf({ HR: 80 });
  it.each<[string, object, number]>([
    ['a value', { value: 80 }, 0],
    ['a real 0', { value: 0 }, 0],
    ['a questionable value', { value: 80, validity: 'questionable' }, 0],
    ['said to be invalid', { value: 80, validity: 'invalid' }, 1],
    ['calibrating', { value: 80, validity: 'calibrating' }, 1],
    ['out of the plausible range', { value: 351 }, 1],
    ['of another unit', { value: 80, unit: 'bpm' }, 1],
    ['of an unknown code', { value: 80, code: 'MDC_UNHEARD_OF' }, 1],
  ])('%s', (_name, of, missing) => {
    const { valuesMissing } = countReading(reading(0, {}, { values: [{ ...hr!, ...of }] }), []);
    expect(valuesMissing).toBe(missing);
  });

  it.each([
    [[true, false], 1],
    [[false, true], 1],
    [[false, false], 0],
    [[], 0],
  ])('are counted separately from lateness: %j', (late, lateReadings) => {
    const came = late.map((one) => ({ late: one }));
    expect(countReading(reading(0, { HR: 80, SpO2: 97 }), came)).toEqual({
      readings: 1,
      lateReadings,
      valuesMissing: 0,
    });
  });

  it('are counted one by one', () => {
    expect(countReading(reading(0, { HR: null, SpO2: null, RR: 15 }), [{ late: false }])).toEqual({
      readings: 1,
      lateReadings: 0,
      valuesMissing: 2,
    });
  });
});

it('counts are summed by name; an unknown name adds nothing', () => {
  const sum = new Map<Counter, number>([['readings', 2]]);
  addCounts(sum, { readings: 1, lateReadings: 0, gaps: -1, repeats: 3 });
  expect([...sum]).toEqual([
    ['readings', 3],
    ['repeats', 3],
  ]);
});
