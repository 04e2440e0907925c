/**
 * A failure of the engine's own code about only one parameter: the bed has one alarm until this parameter is judged.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { parameters } from '../../contracts/parameters.ts';
import { type Numerics, reading, t0, valuesOf } from '../bed.testing.ts';
import { bad, open, resetWorld, second } from './engine-failure.testing.ts';

beforeEach(resetWorld);

const minute = 60;
/** Returns a reading of one parameter. If `fails`, the engine's code throws when it reads the value. */
function one(s: number, numerics: Numerics, fails: boolean) {
  const values = valuesOf(numerics).map(({ code }) => ({
    ...{ code, unit: parameters.get(code)!.unit },
    get value(): number {
      throw new RangeError('Invalid value');
    },
  }));
  return reading(s, numerics, { seq: 5_000_000 + s, ...(fails && { values }) });
}

type Bench = ReturnType<typeof open>;
/** Feeds the heart rate each 5 s and another parameter now and then, as messages of their own. */
function run(
  bench: Bench,
  from: number,
  to: number,
  everyS: number,
  numerics: Numerics,
  fails: (n: number) => boolean,
) {
  for (let s = from; s < to; s += 5) {
    bench.add(bad, s, reading(s, { HR: 80 }, { intervalMs: 5_000 }));
    if (s % everyS === 0) bench.add(bad, s + 1, one(s + 1, numerics, fails(s / everyS)));
    bench.partition.tick(t0 + (s + 2) * second);
    bench.partition.tick(t0 + (s + 4) * second);
  }
}
const always = () => true;
const never = () => false;
/** Returns how often the alarm began to call on its own, and how often it ended. */
const counts = (bench: Bench) => ({
  begun: bench.faultEvents().filter(({ type, alarm }) => type === 'raised' || (type === 'updated' && alarm.present))
    .length,
  ended: bench.faultEvents().filter(({ type }) => type === 'resolved').length,
});

describe('only the readings of one parameter fail', () => {
  it.each([
    { name: 'the respiratory rate each 10 s', everyS: 10, numerics: { RR: 20 } },
    { name: 'the temperature each 5 min', everyS: 5 * minute, numerics: { Temp: 37 } },
    { name: 'the cuff each 30 min', everyS: 30 * minute, numerics: { NBPs: 120 } },
    { name: 'the cuff each hour', everyS: 60 * minute, numerics: { NBPs: 120 } },
  ])('for $name, there is one alarm, which ends when the parameter is judged again', ({ everyS, numerics }) => {
    const bench = open();
    run(bench, 0, 4 * everyS, everyS, numerics, always);
    expect(counts(bench)).toEqual({ begun: 1, ended: 0 });
    expect(bench.partition.failingCount()).toBe(1);
    run(bench, 4 * everyS, 4 * everyS + 91 * minute, everyS, numerics, never);
    expect(counts(bench)).toEqual({ begun: 1, ended: 1 });
    expect(bench.partition.failingCount()).toBe(0);
  });

  it('the next owner goes on with the one alarm', () => {
    const everyS = 5 * minute;
    const bench = open();
    run(bench, 0, 2 * everyS, everyS, { Temp: 37 }, always);
    const position = bench.partition.position();
    const restored = { states: bench.states(2 * everyS), position, replayTo: position.observations };
    const next = open(restored, t0 + 2 * everyS * second);
    run(next, 2 * everyS, 4 * everyS, everyS, { Temp: 37 }, always);
    expect(counts(next)).toEqual({ begun: 0, ended: 0 });
  });

  it('a parameter that no longer comes ends the alarm too, but not before 30 min', () => {
    const bench = open();
    run(bench, 0, 10, 10, { RR: 20 }, always);
    run(bench, 10, 29 * minute, 24 * 60 * minute, { RR: 20 }, never);
    expect(counts(bench)).toEqual({ begun: 1, ended: 0 });
    run(bench, 29 * minute, 32 * minute, 24 * 60 * minute, { RR: 20 }, never);
    expect(counts(bench)).toEqual({ begun: 1, ended: 1 });
  });
});

describe('the readings of one parameter fail now and then', () => {
  it.each([2, 5, 8, 14])(
    'if each second reading fails, %i min apart, one alarm stays from the second failure on',
    (apart) => {
      const bench = open();
      const everyS = apart * minute;
      run(bench, 0, 12 * everyS, everyS, { NBPs: 120 }, (n) => n % 2 === 0);
      expect(counts(bench).begun).toBeLessThanOrEqual(2);
      expect(counts(bench).ended).toBeLessThanOrEqual(1);
      run(bench, 12 * everyS, 12 * everyS + 60 * minute, everyS, { NBPs: 120 }, never);
      expect(bench.partition.failingCount()).toBe(0);
    },
  );

  it('after a long time without failures, the alarm of a single failure ends after its calm time', () => {
    const bench = open();
    run(bench, 0, 12 * minute, 2 * minute, { NBPs: 120 }, (n) => n % 2 === 0);
    run(bench, 12 * minute, 120 * minute, 2 * minute, { NBPs: 120 }, never);
    const { begun, ended } = counts(bench);
    expect(ended).toBe(begun);
    run(bench, 120 * minute, 126 * minute, 2 * minute, { NBPs: 120 }, (n) => n === 60);
    expect(counts(bench)).toEqual({ begun: begun + 1, ended: ended + 1 });
  });
});

// After a day forward, the failure counts as old. So the alarm ends, and the next failure raises it once more.
it.each([
  { setBy: -24 * 60 * minute, again: 0 },
  { setBy: -10 * minute, again: 0 },
  { setBy: 10 * minute, again: 0 },
  { setBy: 24 * 60 * minute, again: 1 },
])(
  'a clock that was set by $setBy s between two owners does not make the alarm flap, and does not keep it for ever',
  ({ setBy, again }) => {
    const bench = open();
    const everyS = 5 * minute;
    run(bench, 0, 4 * everyS, everyS, { Temp: 37 }, always);
    const position = bench.partition.position();
    const restored = { states: bench.states(4 * everyS), position, replayTo: position.observations };
    const from = 4 * everyS + setBy;
    const next = open(restored, t0 + from * second);
    run(next, from, from + 2 * everyS, everyS, { Temp: 37 }, always);
    expect(counts(next)).toEqual({ begun: again, ended: again });
    run(next, from + 2 * everyS, from + 2 * everyS + 31 * minute, everyS, { Temp: 37 }, never);
    expect(counts(next)).toEqual({ begun: again, ended: again + 1 });
    next.tick(from + 2 * everyS + 31 * minute, from + 2 * everyS + 32 * minute);
    expect(next.of(bad).some(({ alarm }) => alarm.condition === 'no-data')).toBe(true);
  },
);

it.each([
  { name: 'the parameter is judged', everyS: 5 * minute },
  { name: 'the parameter does not come any more', everyS: 48 * 60 * minute },
])('after the clock was set back by a day, the alarm ends when $name, and not a day later', ({ everyS }) => {
  const bench = open();
  run(bench, 0, 10 * minute, 5 * minute, { NBPs: 120 }, always);
  const position = bench.partition.position();
  const from = -24 * 60 * minute + 5;
  const restored = { states: bench.states(10 * minute), position, replayTo: position.observations };
  const next = open(restored, t0 + from * second);
  run(next, from, from + 7 * 60 * minute, everyS, { NBPs: 120 }, never);
  expect(counts(next)).toEqual({ begun: 0, ended: 1 });
});

it('if the code throws for one value of a reading, the other values are judged, and the bed has the alarm', () => {
  const bench = open();
  const mixed = (s: number) => {
    const [broken] = one(s, { RR: 20 }, true).values;
    const { values, ...rest } = reading(s, { HR: 190 }, { intervalMs: 5_000 });
    return { ...rest, values: [broken!, ...values] };
  };
  for (let s = 0; s < 100; s += 5) {
    bench.add(bad, s, mixed(s));
    bench.tick(s, s + 5);
  }
  const raised = bench.of(bad).filter(({ type }) => type === 'raised');
  expect(raised.map(({ alarm }) => alarm.condition).sort()).toEqual(['HR.extreme-high', 'not-judged']);
  expect(counts(bench)).toEqual({ begun: 1, ended: 0 });
  expect(bench.partition.failingCount()).toBe(1);
});
