/** Technical alarms of the parameters of one sensor: which of them calls instead of which (CLINICAL, "Judged or told", 4 and 8). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, type Numerics, reading } from '../../bed.testing.ts';

/** One reading each second, of what holds then. */
function run(one: Bed, from: number, to: number, numerics: (s: number) => Numerics): void {
  for (let s = from; s <= to; s += 1) one.feed(reading(s, numerics(s)));
}

function acknowledgeAll(one: Bed, s: number): void {
  for (const key of Object.keys(one.live())) one.acknowledge(s, key);
}

const technical = (one: Bed) =>
  Object.values(one.live())
    .filter(({ kind }) => kind === 'technical')
    .map(({ text, priority, signal }) => `${text}, ${priority}, ${signal}`);

describe('one sensor', () => {
  it('that is off calls once, by its main parameter', () => {
    const one = bed();
    run(one, 0, 60, (s) => (s < 30 ? { HR: 80, SpO2: 97, PR: 80 } : { HR: 80, SpO2: null, PR: null }));
    expect(technical(one)).toEqual(['SpO2: no value, low, on']);
  });

  it('that is off is as grave as its gravest parameter: medium if the pulse was beyond its limit', () => {
    const one = bed();
    run(one, 0, 60, (s) => (s < 30 ? { SpO2: 97, PR: 130 } : { SpO2: null, PR: null }));
    expect(technical(one)).toEqual(['SpO2: no value, medium, on']);
  });

  it('with one parameter that never has a value: the other one alarms when its values are intermittent', () => {
    const one = bed();
    run(one, 0, 30, () => ({ HR: 80, SpO2: 97, PR: null }));
    acknowledgeAll(one, 31);
    run(one, 31, 150, (s) => ({ HR: 80, SpO2: s % 4 === 0 ? 97 : null, PR: null }));
    expect(technical(one)).toEqual(['PR: no value, low, acknowledged', 'SpO2: valid only now and then, low, on']);
  });

  it('whose main parameter was silent and acknowledged: the next parameter that falls silent calls by itself', () => {
    const one = bed();
    run(one, 0, 60, (s) => ({ SpO2: s < 20 ? 97 : null, PR: 80 }));
    acknowledgeAll(one, 61);
    run(one, 61, 160, (s) => ({ SpO2: null, PR: s < 110 ? 80 : null }));
    expect(technical(one)).toEqual(['SpO2: no value, low, acknowledged', 'PR: no value, low, on']);
  });

  it('whose mean pressure is silent also alarms about an intermittent systolic pressure', () => {
    const one = bed();
    run(one, 0, 100, (s) => ({ ABPs: s % 4 === 0 ? 120 : null, ABPm: null }));
    expect(technical(one)).toEqual(['ABPm: no value, low, on', 'ABPs: valid only now and then, low, on']);
  });

  it('with intermittent values calls once, by its main parameter', () => {
    const one = bed();
    run(one, 0, 100, (s) => (s % 4 === 0 ? { SpO2: 97, PR: 80 } : { SpO2: null, PR: null }));
    expect(technical(one)).toEqual(['SpO2: valid only now and then, low, on']);
  });
});
