import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentPeriod, decidesUntilMs, overlapsIn, periodAt } from './association-at.ts';
import { timePeriods } from './periods.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 0);
const ms = (minute: number) => nowMs + minute * 60_000;
type Row = readonly [id: string, from: number, to: number | null];
const tableOf = (rows: readonly Row[]) =>
  rows.map(([id, from, to]) => ({
    id,
    from: new Date(ms(from)).toISOString(),
    to: to === null ? null : new Date(ms(to)).toISOString(),
  }));
const timed = (rows: readonly Row[], atMs = nowMs) => timePeriods(tableOf(rows), atMs)!;

const gap: readonly Row[] = [
  ['a', -60, -50],
  ['b', -50, -40],
  ['c', -30, null],
];
const inside: readonly Row[] = [
  ['a', -60, null],
  ['b', -40, -20],
];
const twoLast: readonly Row[] = [
  ['b', -20, null],
  ['a', -60, null],
];
const equalStarts: readonly Row[] = [
  ['a', -60, null],
  ['b', -60, null],
];
const hidden: readonly Row[] = [
  ['a', -60, null],
  ['b', -40, -20],
  ['c', -30, null],
];
const empty: readonly Row[] = [['a', -60, -60]];

describe('whose a device is at an instant', () => {
  it.each([
    ['has nobody without periods', [], 0, undefined],
    ['has nobody before the first period', gap, -61, undefined],
    ['has the period at its start', gap, -60, 'a'],
    ['has the next period at the end, where it starts', gap, -50, 'b'],
    ['has nobody at an end with no next period', gap, -40, undefined],
    ['has nobody in a gap', gap, -35, undefined],
    ['has the open period at its start', gap, -30, 'c'],
    ['has the open period for ever', gap, 1_000_000, 'c'],
    ['has nobody in a period of no length', empty, -60, undefined],
    ['has the outer period before the inner one', inside, -41, 'a'],
    ['has the inner period, which began later', inside, -40, 'b'],
    ['has the outer period again at the end of the inner one', inside, -20, 'a'],
    ['has the later of two open periods, in any order of the table', twoLast, -10, 'b'],
    ['has the earlier of two open periods until the later begins', twoLast, -30, 'a'],
    ['has the later in the table of two that start together', equalStarts, -60, 'b'],
    ['has the later in the table of two that start together, now', equalStarts, 0, 'b'],
    ['has the last that began of three', hidden, -25, 'c'],
  ] satisfies [string, readonly Row[], number, string | undefined][])('%s', (_what, rows, minute, expected) => {
    expect(periodAt(timed(rows), ms(minute))?.period.id).toBe(expected);
  });
});

describe('when a period no longer decides', () => {
  const forEver = Number.POSITIVE_INFINITY;
  it.each([
    ['at its end', gap, { a: -50, b: -40, c: forEver }],
    ['never, where it goes on after one inside it', inside, { a: forEver, b: -20 }],
    ['where the later of two open ones begins', twoLast, { a: -20, b: forEver }],
    ['at its start, where it never decided', equalStarts, { a: -60, b: forEver }],
    ['where the first of two begins that follow each other', hidden, { a: -40, b: -30, c: forEver }],
  ] satisfies [string, readonly Row[], Record<string, number>][])('is %s', (_what, rows, expected) => {
    const periods = timed(rows);
    const found = periods.map((each) => [each.period.id, (decidesUntilMs(periods, each) - nowMs) / 60_000]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});

describe('how many pairs of periods overlap', () => {
  it.each([
    ['none, one after the other', gap, 0],
    ['none with one of no length', [...empty, ['b', -60, null]], 0],
    ['one, one inside another', inside, 1],
    ['one, both open', twoLast, 1],
    ['two, one around two that follow each other', hidden, 2],
  ] satisfies [string, readonly Row[], number][])('is %s', (_what, rows, pairs) => {
    expect(overlapsIn(timed(rows))).toBe(pairs);
  });
});

describe('for any table', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const minute = fc.integer({ min: -30, max: 30 });
  const rows = fc
    .array(fc.tuple(minute, fc.option(minute)), { maxLength: 6 })
    .map((all) => all.map(([from, to], i): Row => [`${i}`, from, to]));

  it('the period that decides holds the instant, and none that holds it was begun later', () => {
    fc.assert(
      fc.property(rows, minute, (table, at) => {
        const periods = timed(table);
        const holding = periods.filter(({ fromMs, toMs }) => ms(at) >= fromMs && ms(at) < toMs);
        const found = periodAt(periods, ms(at));
        expect(found === undefined).toBe(holding.length === 0);
        for (const other of holding) {
          expect(other.stampMs).toBeLessThanOrEqual(found!.stampMs);
          if (other.stampMs === found!.stampMs)
            expect(periods.indexOf(other)).toBeLessThanOrEqual(periods.indexOf(found!));
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('the current period is the one that decides now, whenever the table was read', () => {
    fc.assert(
      fc.property(rows, minute, fc.nat(1_000), (table, read, later) => {
        const periods = timed(table, ms(read));
        expect(periodAt(periods, ms(read + later))?.period.id).toBe(currentPeriod(tableOf(table))?.id);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('a period decides at no instant from its end on, and decides just before its end', () => {
    fc.assert(
      fc.property(rows, (table) => {
        const periods = timed(table);
        const instants = periods.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).concat(nowMs, ms(1_000));
        for (const period of periods) {
          const overMs = decidesUntilMs(periods, period);
          for (const atMs of instants.filter((each) => each >= overMs && Number.isFinite(each)))
            expect(periodAt(periods, atMs)).not.toBe(period);
          if (overMs > period.fromMs && Number.isFinite(overMs)) expect(periodAt(periods, overMs - 1)).toBe(period);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('no periods overlap if only the last one lasts', () => {
    fc.assert(
      fc.property(rows, (table) => {
        const inOrder = table.map(([id, from, to], i): Row => [id, from, i === table.length - 1 ? to : (to ?? from)]);
        expect(overlapsIn(timed(inOrder))).toBe(0);
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
