import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentPeriod } from './association-at.ts';
import { actDoubtMs, assumedPeriodMs, lastWard, timedPeriods } from './periods.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 0);
const at = (minute: number) => new Date(nowMs + minute * 60_000).toISOString();
const period = (id: string, from: number, to: number | null) => ({
  id,
  from: at(from),
  to: to === null ? null : at(to),
});

describe('currentPeriod', () => {
  it.each([
    ['no period for an empty table', [], undefined],
    ['no period after the end of the last period', [period('a', -9, -5)], undefined],
    ['no period at the end of the last period', [period('a', -9, 0)], undefined],
    ['no period after an end whose stamp is ahead of the clock', [period('a', -9, 5)], undefined],
    ['the period without an end', [period('a', -9, -5), period('b', -5, null)], 'b'],
    ['the period that began last of two without an end', [period('b', -2, null), period('a', -5, null)], 'b'],
    ['the period that began before the clock was set back by 10 s', [period('a', 0.1, null)], 'a'],
    ['the period that began before the clock was set back by 10 days', [period('a', 14_400, null)], 'a'],
    [
      'the new period after a change of patients whose stamp is ahead of the clock',
      [period('a', -90, 8), period('b', 8, null)],
      'b',
    ],
    ['no period if both stamps of an ended period are ahead of the clock', [period('a', 4, 8)], undefined],
  ])('currentPeriod returns %s', (_what, periods, expected) => {
    expect(currentPeriod(periods)?.id).toBe(expected);
  });
});

const minutes = (ms: number) => (ms - nowMs) / 60_000;
const assumedMinutes = assumedPeriodMs / 60_000;
const doubtMinutes = actDoubtMs / 60_000;
const forEver = Number.POSITIVE_INFINITY;

describe('timedPeriods', () => {
  // Each row of the result: fromMs, toMs, fromEarliestMs, toEarliestMs; in minutes after now.
  it.each([
    [
      'returns the stamps if no stamp is ahead of the clock',
      [period('a', -9, -5), period('b', -5, null)],
      [
        [-9, -5, -9, -5],
        [-5, forEver, -5, forEver],
      ],
    ],
    [
      'returns now for a stamp that is ahead by as much as two clocks may differ',
      [period('a', -9, 5 / 60)],
      [[-9, 0, -9, 0]],
    ],
    [
      'moves the earliest end back if a stamp is ahead by 1 ms more than two clocks may differ',
      [period('a', -90, 5 / 60 + 1 / 60_000)],
      [[-90, 0, -90, -doubtMinutes]],
    ],
    [
      'puts a start whose stamp is ahead a minute before now',
      [period('a', 14_400, null)],
      [[-assumedMinutes, forEver, -assumedMinutes - doubtMinutes, forEver]],
    ],
    [
      'never puts a start before the former act',
      [period('a', -9, -0.5), period('b', 3, null)],
      [
        [-9, -0.5, -9, -0.5],
        [-0.5, forEver, -0.5, forEver],
      ],
    ],
    [
      'lets a period end when the next period begins if both stamps are ahead',
      [period('a', -90, 8), period('b', 8, null)],
      [
        [-90, -assumedMinutes, -90, -assumedMinutes - doubtMinutes],
        [-assumedMinutes, forEver, -assumedMinutes - doubtMinutes, forEver],
      ],
    ],
    [
      'corrects a stamp that is later than the stamp of a later act',
      [period('a', -10, -20)],
      [[-20 - assumedMinutes, -20, -20 - assumedMinutes - doubtMinutes, -20]],
    ],
  ])('timedPeriods %s', (_what, periods, expected) => {
    const timed = timedPeriods(periods, nowMs)!;
    const rows = timed.map((row) => [row.fromMs, row.toMs, row.fromEarliestMs, row.toEarliestMs].map(minutes));
    for (const [i, row] of rows.entries())
      for (const [j, value] of row.entries()) {
        const wanted = expected[i]![j]!;
        if (Number.isFinite(wanted)) expect(value).toBeCloseTo(wanted, 6);
        else expect(value).toBe(wanted);
      }
  });

  it('timedPeriods returns undefined if a stamp is not an instant', () => {
    expect(timedPeriods([{ from: '2026-02-30T00:00:00.000Z', to: null }], nowMs)).toBeUndefined();
  });

  it('timedPeriods returns instants that are never ahead of now and never decrease along the table', () => {
    const minute = fc.integer({ min: -300, max: 300 });
    const stamps = fc.array(fc.tuple(minute, minute), { maxLength: 8 });
    fc.assert(
      fc.property(stamps, fc.boolean(), (rows, isLastOpen) => {
        const periods = rows.map(([from, to], i) =>
          period(`${i}`, from, isLastOpen && i === rows.length - 1 ? null : to),
        );
        let beforeMs = Number.NEGATIVE_INFINITY;
        for (const { fromMs, toMs, fromEarliestMs, toEarliestMs } of timedPeriods(periods, nowMs)!) {
          for (const atMs of [fromMs, toMs]) {
            expect(atMs).toBeGreaterThanOrEqual(beforeMs);
            if (Number.isFinite(atMs)) expect(atMs).toBeLessThanOrEqual(nowMs);
            beforeMs = atMs;
          }
          expect(fromEarliestMs).toBeLessThanOrEqual(fromMs);
          expect(toEarliestMs).toBeLessThanOrEqual(toMs);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('lastWard', () => {
  const inWard = (ward: string, from: number, to: number | null) => ({ ...period(ward, from, to), ward });
  it.each([
    ['returns undefined for an empty table', [], undefined],
    ['returns undefined while the only period has not ended', [inWard('icu', -9, null)], undefined],
    ['returns the ward of the period that ended last', [inWard('icu', -9, -5), inWard('ward-b', -5, -4)], 'ward-b'],
    [
      'returns the ward of the last act even if the stamp of an earlier end is later',
      [inWard('icu', -9, 15), inWard('ward-b', 6, 8)],
      'ward-b',
    ],
  ])('lastWard %s', (_what, periods, ward) => {
    expect(lastWard(periods)?.ward).toBe(ward);
  });
});
