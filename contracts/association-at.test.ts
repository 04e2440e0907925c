import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appliesUntilMs, countOverlaps, currentPeriod, periodAt } from './association-at.ts';
import { timedPeriods } from './periods.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 0);
const ms = (minute: number) => nowMs + minute * 60_000;
type Row = readonly [id: string, from: number, to: number | null];
const tableOf = (rows: readonly Row[]) =>
  rows.map(([id, from, to]) => ({
    id,
    from: new Date(ms(from)).toISOString(),
    to: to === null ? null : new Date(ms(to)).toISOString(),
  }));
const timed = (rows: readonly Row[], atMs = nowMs) => timedPeriods(tableOf(rows), atMs)!;

const withGap: readonly Row[] = [
  ['a', -60, -50],
  ['b', -50, -40],
  ['c', -30, null],
];
const nested: readonly Row[] = [
  ['a', -60, null],
  ['b', -40, -20],
];
const twoOpen: readonly Row[] = [
  ['b', -20, null],
  ['a', -60, null],
];
const equalStarts: readonly Row[] = [
  ['a', -60, null],
  ['b', -60, null],
];
const threeOverlapping: readonly Row[] = [
  ['a', -60, null],
  ['b', -40, -20],
  ['c', -30, null],
];
const noLength: readonly Row[] = [['a', -60, -60]];

describe('periodAt', () => {
  it.each([
    ['returns no period for an empty table', [], 0, undefined],
    ['returns no period before the first period', withGap, -61, undefined],
    ['returns a period at its start', withGap, -60, 'a'],
    ['returns the next period at the instant at which one ends and the next starts', withGap, -50, 'b'],
    ['returns no period at an end without a next period', withGap, -40, undefined],
    ['returns no period in a gap', withGap, -35, undefined],
    ['returns the open period at its start', withGap, -30, 'c'],
    ['returns the open period far in the future', withGap, 1_000_000, 'c'],
    ['returns no period in a period that ends at its start', noLength, -60, undefined],
    ['returns the outer period before the inner period starts', nested, -41, 'a'],
    ['returns the inner period, which began later', nested, -40, 'b'],
    ['returns the outer period again at the end of the inner period', nested, -20, 'a'],
    ['returns the open period that began later, although it is earlier in the table', twoOpen, -10, 'b'],
    ['returns the earlier of two open periods until the later period begins', twoOpen, -30, 'a'],
    ['returns the later row of the table at the common start of two periods', equalStarts, -60, 'b'],
    ['returns the later row of the table after the common start of two periods', equalStarts, 0, 'b'],
    ['returns the period that began last of three', threeOverlapping, -25, 'c'],
  ] satisfies [string, readonly Row[], number, string | undefined][])(
    'periodAt %s',
    (_what, rows, minute, expected) => {
      expect(periodAt(timed(rows), ms(minute))?.period.id).toBe(expected);
    },
  );
});

describe('appliesUntilMs', () => {
  const forEver = Number.POSITIVE_INFINITY;
  it.each([
    ['the end of a period', withGap, { a: -50, b: -40, c: forEver }],
    ['Infinity for an open period around another period', nested, { a: forEver, b: -20 }],
    ['the start of a later open period', twoOpen, { a: -20, b: forEver }],
    ['the start of a period that never applied', equalStarts, { a: -60, b: forEver }],
    ['the start of the first of two later periods', threeOverlapping, { a: -40, b: -30, c: forEver }],
  ] satisfies [string, readonly Row[], Record<string, number>][])(
    'appliesUntilMs returns %s',
    (_what, rows, expected) => {
      const periods = timed(rows);
      const ends = periods.map((each) => [each.period.id, (appliesUntilMs(periods, each) - nowMs) / 60_000]);
      expect(Object.fromEntries(ends)).toEqual(expected);
    },
  );
});

describe('countOverlaps', () => {
  it.each([
    ['no pair if each period ends before the next', withGap, 0],
    ['no pair for a period that ends at its start', [...noLength, ['b', -60, null]], 0],
    ['one pair for a period inside another', nested, 1],
    ['one pair for two open periods', twoOpen, 1],
    ['two pairs for three overlapping periods', threeOverlapping, 2],
  ] satisfies [string, readonly Row[], number][])('countOverlaps counts %s', (_what, rows, pairs) => {
    expect(countOverlaps(timed(rows))).toBe(pairs);
  });
});

describe('the rules for any table', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const minute = fc.integer({ min: -30, max: 30 });
  const rows = fc
    .array(fc.tuple(minute, fc.option(minute)), { maxLength: 6 })
    .map((all) => all.map(([from, to], i): Row => [`${i}`, from, to]));

  it('if several periods contain the instant, periodAt returns the period that began last', () => {
    fc.assert(
      fc.property(rows, minute, (table, atMinute) => {
        const periods = timed(table);
        const containing = periods.filter(({ fromMs, toMs }) => ms(atMinute) >= fromMs && ms(atMinute) < toMs);
        const result = periodAt(periods, ms(atMinute));
        expect(result === undefined).toBe(containing.length === 0);
        for (const other of containing) {
          expect(other.stampMs).toBeLessThanOrEqual(result!.stampMs);
          if (other.stampMs === result!.stampMs)
            expect(periods.indexOf(other)).toBeLessThanOrEqual(periods.indexOf(result!));
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('currentPeriod returns the same period as periodAt for now, no matter when the table was read', () => {
    fc.assert(
      fc.property(rows, minute, fc.nat(1_000), (table, readMinute, laterMinutes) => {
        const periods = timed(table, ms(readMinute));
        expect(periodAt(periods, ms(readMinute + laterMinutes))?.period.id).toBe(currentPeriod(tableOf(table))?.id);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('a period applies until the result of appliesUntilMs, and never again after it', () => {
    fc.assert(
      fc.property(rows, (table) => {
        const periods = timed(table);
        const instants = periods.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).concat(nowMs, ms(1_000));
        for (const period of periods) {
          const untilMs = appliesUntilMs(periods, period);
          for (const atMs of instants.filter((each) => each >= untilMs && Number.isFinite(each)))
            expect(periodAt(periods, atMs)).not.toBe(period);
          if (untilMs > period.fromMs && Number.isFinite(untilMs)) expect(periodAt(periods, untilMs - 1)).toBe(period);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('periods never overlap if each period except the last has an end', () => {
    fc.assert(
      fc.property(rows, (table) => {
        const inOrder = table.map(([id, from, to], i): Row => [id, from, i === table.length - 1 ? to : (to ?? from)]);
        expect(countOverlaps(timed(inOrder))).toBe(0);
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
