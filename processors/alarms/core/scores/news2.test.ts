import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Consciousness, consciousnessLevels } from '../../../../contracts/score-names.ts';
import { uniformNumber } from '../../../../tests/uniform-number.ts';
import { type News2Set, news2 } from './news2.ts';

/** A set with a total of 0. */
const well = {
  RR: 16,
  SpO2: 97,
  oxygen: false,
  BPsys: 120,
  pulse: 70,
  consciousness: 'A',
  Temp: 37,
  scale: 1,
} as const satisfies News2Set;

type Row = readonly [value: number, points: number];
const checks = (name: keyof News2['points'], more: Partial<News2Set>, rows: readonly Row[]) =>
  it.each(rows)(`${name} ${JSON.stringify(more)} %d scores %d`, (value, points) => {
    expect(news2({ ...well, ...more, [name]: value }).points[name]).toBe(points);
  });
type News2 = ReturnType<typeof news2>;

// Each bound of the table in CLINICAL, and the values next to it. A half is rounded up first.
describe('the points of each parameter', () => {
  checks('RR', {}, [[0, 3], [8, 3], [8.4, 3], [8.5, 1], [9, 1], [11, 1], [12, 0], [20, 0], [20.5, 2], [21, 2], [24, 2], [24.5, 3], [25, 3]]); // biome-ignore format: a table
  checks('SpO2', {}, [[0, 3], [91, 3], [91.5, 2], [92, 2], [93, 2], [94, 1], [95, 1], [95.4, 1], [95.5, 0], [96, 0], [100, 0]]); // biome-ignore format: a table
  checks('SpO2', { scale: 2 }, [[83, 3], [84, 2], [85, 2], [86, 1], [87, 1], [87.5, 0], [88, 0], [92, 0], [93, 0], [97, 0], [100, 0]]); // biome-ignore format: a table
  checks('SpO2', { scale: 2, oxygen: true }, [[83, 3], [84, 2], [85, 2], [86, 1], [87, 1], [88, 0], [92, 0], [92.5, 1], [93, 1], [94, 1], [95, 2], [96, 2], [96.5, 3], [97, 3], [100, 3]]); // biome-ignore format: a table
  checks('SpO2', { oxygen: true }, [
    [91, 3],
    [95, 1],
    [100, 0],
  ]);
  checks('BPsys', {}, [[-5, 3], [0, 3], [90, 3], [90.5, 2], [91, 2], [100, 2], [101, 1], [110, 1], [111, 0], [219, 0], [219.4, 0], [219.5, 3], [220, 3]]); // biome-ignore format: a table
  checks('pulse', {}, [[0, 3], [40, 3], [41, 1], [50, 1], [51, 0], [90, 0], [91, 1], [110, 1], [111, 2], [130, 2], [130.5, 3], [131, 3]]); // biome-ignore format: a table
  checks('Temp', {}, [[35, 3], [35.04, 3], [35.05, 1], [35.1, 1], [36, 1], [36.04, 1], [36.05, 0], [36.1, 0], [38, 0], [38.04, 0], [38.05, 1], [38.1, 1], [39, 1], [39.05, 2], [39.1, 2]]); // biome-ignore format: a table
  it.each([
    ['A', 0],
    ['C', 3],
    ['V', 3],
    ['P', 3],
    ['U', 3],
  ] as const)('consciousness %s scores %d', (level, points) => {
    // biome-ignore format: a table
    expect(news2({ ...well, consciousness: level }).points.consciousness).toBe(points);
  });
});

describe('the risk and the response', () => {
  it.each([
    [{}, 0, 'low', '12-hourly'],
    [{ pulse: 91 }, 1, 'low', '4-to-6-hourly'],
    [{ pulse: 111, RR: 21 }, 4, 'low', '4-to-6-hourly'],
    [{ RR: 25 }, 3, 'low-medium', 'ward-review'],
    [{ RR: 25, pulse: 91 }, 4, 'low-medium', 'ward-review'],
    [{ oxygen: true, pulse: 111, SpO2: 95 }, 5, 'medium', 'urgent'],
    [{ RR: 25, pulse: 131 }, 6, 'medium', 'urgent'],
    [{ RR: 25, pulse: 131, SpO2: 95 }, 7, 'high', 'emergency'],
    [{ RR: 25, pulse: 131, SpO2: 80, BPsys: 70, oxygen: true, consciousness: 'U', Temp: 34 }, 20, 'high', 'emergency'],
  ] as const)('a set with %j has total %d, risk %s and response %s', (more, total, risk, response) => {
    expect(news2({ ...well, ...more })).toMatchObject({ total, risk, response, missing: [] });
  });
});

describe('an incomplete set', () => {
  it.each(['RR', 'SpO2', 'oxygen', 'BPsys', 'pulse', 'consciousness', 'Temp'] as const)(
    'a set without %s has no total',
    (name) => {
      const scored = news2({ ...well, pulse: 131, [name]: undefined });
      expect(scored.missing).toEqual([name]);
      expect(scored.points[name]).toBeUndefined();
      expect(scored.atLeast).toBe(name === 'pulse' ? 0 : 3);
      expect(scored).not.toHaveProperty('total');
      expect(scored).not.toHaveProperty('risk');
      expect(scored).not.toHaveProperty('response');
    },
  );
  it('a high SpO2 has no points on scale 2 while the oxygen is not known', () => {
    expect(news2({ ...well, scale: 2, oxygen: undefined, SpO2: 93 }).missing).toEqual(['SpO2', 'oxygen']);
    expect(news2({ ...well, scale: 2, oxygen: undefined, SpO2: 84 }).points.SpO2).toBe(2);
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a value of %d counts as missing', (value) => {
    expect(news2({ ...well, RR: value }).missing).toEqual(['RR']);
  });
});

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const anySet: fc.Arbitrary<News2Set> = fc.record({
  RR: maybe(uniformNumber(0, 150)),
  SpO2: maybe(uniformNumber(0, 100)),
  oxygen: maybe(fc.boolean()),
  BPsys: maybe(uniformNumber(-50, 350)),
  pulse: maybe(uniformNumber(0, 350)),
  consciousness: maybe(fc.constantFrom<Consciousness>(...consciousnessLevels)),
  Temp: maybe(uniformNumber(15, 45)),
  scale: fc.constantFrom(1 as const, 2 as const),
});

it('a total is the sum of seven points from 0 to 3, and exists only if no value is missing', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(anySet, (set) => {
      const { points, missing, atLeast, total } = news2(set);
      const knownPoints = Object.values(points).filter((point) => point !== undefined);
      expect(knownPoints.length + missing.length).toBe(7);
      for (const point of knownPoints) expect([0, 1, 2, 3]).toContain(point);
      expect(atLeast).toBe(knownPoints.reduce((sum, point) => sum + point, 0));
      expect(total).toBe(missing.length === 0 ? atLeast : undefined);
    }),
    { seed, numRuns: 2_000 },
  );
});

it('a further value never lowers the sum of the points', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(anySet, anySet, (set, other) => {
      const more = { ...other, ...Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined)) };
      expect(news2(more as News2Set).atLeast).toBeGreaterThanOrEqual(news2(set).atLeast);
    }),
    { seed, numRuns: 2_000 },
  );
});
