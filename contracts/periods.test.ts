import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentPeriod } from './association-at.ts';
import { actDoubtMs, begunBeforeMs, lastPlace, timePeriods } from './periods.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 0);
const at = (minute: number) => new Date(nowMs + minute * 60_000).toISOString();
const period = (id: string, from: number, to: number | null) => ({
  id,
  from: at(from),
  to: to === null ? null : at(to),
});

describe('the current period', () => {
  it.each([
    ['none where there are none', [], undefined],
    ['none after an end', [period('a', -9, -5)], undefined],
    ['none at the very end', [period('a', -9, 0)], undefined],
    ['none after an end that the clock puts ahead', [period('a', -9, 5)], undefined],
    ['the one without an end', [period('a', -9, -5), period('b', -5, null)], 'b'],
    ['the later of two', [period('b', -2, null), period('a', -5, null)], 'b'],
    ['the one that began before the clock was set back by 10 s', [period('a', 0.1, null)], 'a'],
    ['the one that began before the clock was set back by 10 days', [period('a', 14_400, null)], 'a'],
    ['the one after a change of patients that the clock puts ahead', [period('a', -90, 8), period('b', 8, null)], 'b'],
    ['none where an ended one is ahead of the clock', [period('a', 4, 8)], undefined],
  ])('is %s', (_what, periods, expected) => {
    expect(currentPeriod(periods)?.id).toBe(expected);
  });
});

const minutes = (ms: number) => (ms - nowMs) / 60_000;
const begunMin = begunBeforeMs / 60_000;
const doubtMin = actDoubtMs / 60_000;
const forEver = Number.POSITIVE_INFINITY;

describe('the instants of periods', () => {
  // From, to, the earliest from, the earliest to; minutes after now.
  it.each([
    [
      'are the stamps where none is ahead',
      [period('a', -9, -5), period('b', -5, null)],
      [
        [-9, -5, -9, -5],
        [-5, forEver, -5, forEver],
      ],
    ],
    ['are now where a stamp is ahead by what two clocks may be apart', [period('a', -9, 5 / 60)], [[-9, 0, -9, 0]]],
    [
      'are in doubt where a stamp is 1 ms further ahead',
      [period('a', -90, 5 / 60 + 1 / 60_000)],
      [[-90, 0, -90, -doubtMin]],
    ],
    [
      'put a start ahead of now a minute before now',
      [period('a', 14_400, null)],
      [[-begunMin, forEver, -begunMin - doubtMin, forEver]],
    ],
    [
      'put it not before the act before it',
      [period('a', -9, -0.5), period('b', 3, null)],
      [
        [-9, -0.5, -9, -0.5],
        [-0.5, forEver, -0.5, forEver],
      ],
    ],
    [
      'let the one before end when the next one begins',
      [period('a', -90, 8), period('b', 8, null)],
      [
        [-90, -begunMin, -90, -begunMin - doubtMin],
        [-begunMin, forEver, -begunMin - doubtMin, forEver],
      ],
    ],
    [
      'are in doubt where a later act is stamped earlier',
      [period('a', -10, -20)],
      [[-20 - begunMin, -20, -20 - begunMin - doubtMin, -20]],
    ],
  ])('%s', (_what, periods, expected) => {
    const timed = timePeriods(periods, nowMs)!;
    const found = timed.map((one) => [one.fromMs, one.toMs, one.fromEarliestMs, one.toEarliestMs].map(minutes));
    for (const [i, row] of found.entries())
      for (const [j, value] of row.entries()) {
        const wanted = expected[i]![j]!;
        if (Number.isFinite(wanted)) expect(value).toBeCloseTo(wanted, 6);
        else expect(value).toBe(wanted);
      }
  });

  it('are none where one is no instant', () => {
    expect(timePeriods([{ from: '2026-02-30T00:00:00.000Z', to: null }], nowMs)).toBeUndefined();
  });

  it('are never ahead of now and never fall along the table', () => {
    const minute = fc.integer({ min: -300, max: 300 });
    const stamps = fc.array(fc.tuple(minute, minute), { maxLength: 8 });
    fc.assert(
      fc.property(stamps, fc.boolean(), (rows, lasts) => {
        const periods = rows.map(([from, to], i) => period(`${i}`, from, lasts && i === rows.length - 1 ? null : to));
        let beforeMs = Number.NEGATIVE_INFINITY;
        for (const { fromMs, toMs, fromEarliestMs, toEarliestMs } of timePeriods(periods, nowMs)!) {
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

describe('the last place', () => {
  const inWard = (ward: string, from: number, to: number | null) => ({ ...period(ward, from, to), ward });
  it.each([
    ['is nowhere without periods', [], undefined],
    ['is nowhere while the only period lasts', [inWard('icu', -9, null)], undefined],
    ['is that of the last act', [inWard('icu', -9, -5), inWard('ward-b', -5, -4)], 'ward-b'],
    [
      'is that of the last act, also where an earlier end is stamped later',
      [inWard('icu', -9, 15), inWard('ward-b', 6, 8)],
      'ward-b',
    ],
  ])('%s', (_what, periods, ward) => {
    expect(lastPlace(periods)?.ward).toBe(ward);
  });
});
