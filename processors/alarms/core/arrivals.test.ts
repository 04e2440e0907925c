/** How often valid values of a parameter come, and what is said where it is seldom (CLINICAL, "Judged or told", 4). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, instant, type Numerics, reading } from '../../bed.testing.ts';

const codes = { SpO2: 'MDC_PULS_OXIM_SAT_O2', RR: 'MDC_RESP_RATE' };
const arrival = (one: Bed, name: keyof typeof codes) => one.state().arrivals.codes[codes[name]]!;
/** Readings each second, both ends included, whose values depend on the second. */
function feed(one: Bed, from: number, to: number, of: (s: number) => Numerics): void {
  for (let s = from; s <= to; s += 1) one.run(s, s, of(s));
}

describe('valid values are counted by ten seconds', () => {
  it('of the last minute, also where none came in between', () => {
    const one = bed();
    feed(one, 0, 28, (s) => ({ SpO2: s < 10 || s === 28 ? 97 : null }));
    expect(arrival(one, 'SpO2').tens).toEqual([10, 0, 1]);
    feed(one, 29, 79, () => ({ SpO2: 97 }));
    expect(arrival(one, 'SpO2').tens).toEqual([2, 10, 10, 10, 10, 10]);
  });

  it('also of a value that came later than those after it', () => {
    const one = bed();
    feed(one, 25, 26, () => ({ SpO2: 97 }));
    one.run(5, 5, { SpO2: 97 });
    expect(arrival(one, 'SpO2').tens).toEqual([1, 0, 2]);
    one.run(14, 14, { SpO2: 97 });
    expect(arrival(one, 'SpO2').tens).toEqual([1, 1, 2]);
  });
});

describe('a parameter is intermittent', () => {
  it('where less than half of fifty whole seconds was valid; the ten seconds that run do not count', () => {
    const one = bed();
    // 24 of 50, then each second.
    const of = (s: number): Numerics => ({ HR: 80, SpO2: (s % 2 === 0 && s !== 48) || s >= 50 ? 97 : null });
    feed(one, 0, 49, of);
    expect(one.raised()).toEqual([]);
    feed(one, 50, 50, of);
    expect(one.raised()).toEqual(['SpO2.intermittent']);
  });

  it('not where half was', () => {
    const one = bed();
    feed(one, 0, 120, (s) => ({ HR: 80, SpO2: s % 2 === 0 ? 97 : null }));
    expect(one.raised()).toEqual([]);
  });

  it('also where another one is already', () => {
    const one = bed();
    feed(one, 0, 200, (s) => ({
      ...{ HR: 80, SpO2: s % 4 === 0 ? 97 : null },
      RR: s < 100 || s % 4 === 0 ? 15 : null,
    }));
    expect(one.raised()).toEqual(['SpO2.intermittent', 'RR.intermittent']);
  });

  it.each([
    [10_000, ['SpO2.intermittent']],
    [10_001, []],
  ])('only where it is expected each 10 s or more often: each %i ms', (intervalMs, raised) => {
    const one = bed();
    for (let s = 0; s <= 200; s += 10) one.run(s, s, { HR: 80, SpO2: s % 20 === 0 ? 97 : null }, { intervalMs });
    expect(one.raised()).toEqual(raised);
  });
});

it.each<[string, object, string]>([
  ['it is invalid', { validity: 'invalid' }, 'SpO2: no value'],
  ['it has no number', {}, 'SpO2: no value'],
  ['it calibrates', { validity: 'calibrating' }, 'SpO2: no value (calibrating)'],
  ['it is questionable', { validity: 'questionable', value: 97 }, 'SpO2: no value (questionable)'],
  ['it is out of range', { value: 130 }, 'SpO2: no value (out of range)'],
  ['its unit is unknown', { value: 97, unit: 'stone' }, 'SpO2: no value (unit stone not understood)'],
])('the word on what is missing says why: %s', (_name, more, text) => {
  const one = bed();
  feed(one, 0, 3, () => ({ HR: 80, SpO2: 97 }));
  for (let s = 4; s <= 24; s += 1) {
    const { values } = reading(s, { HR: 80 });
    one.run(s, s, {}, { values: [...values, { code: codes.SpO2, unit: '%', ...more }] });
  }
  const [alarm] = Object.values(one.live());
  expect(alarm).toMatchObject({ text, onsetAt: instant(23) });
});
