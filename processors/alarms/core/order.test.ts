/** Tests of the place of a reading, and of clocks that were set. */
import { describe, expect, it } from 'vitest';
import { t0 } from '../../bed.testing.ts';
import { isSetBack, type Order, readingPlaceOf, type Stamped } from './order.ts';

const newest: Order = { boot: 'a', seq: 10, time: t0, receivedAt: t0 + 100 };
const nextReading = (more: Partial<Stamped>): Stamped => ({ ...newest, numbered: true, seq: 11, ...more });
const clock = { offsetMs: 0, pace: null };
const current = { clock, late: false, stepped: false };

describe('isSetBack', () => {
  it.each<[string, Partial<Stamped>, boolean]>([
    ['a later number with an earlier time shows a clock that was set back', { time: t0 - 60_000 }, true],
    ['an earlier number with an earlier time shows no change of the clock', { time: t0 - 60_000, seq: 9 }, false],
    ['a later number with a later time shows no change of the clock', { time: t0 + 1_000 }, false],
    ['a later number with the same time shows no change of the clock', {}, false],
    ['a number of another start shows no change of the clock', { time: t0 - 60_000, boot: 'b' }, false],
    ['a number that the gateway gave shows no change of the clock', { time: t0 - 60_000, numbered: false }, false],
  ])('%s', (_name, more, isBack) => {
    expect(isSetBack(newest, nextReading(more))).toBe(isBack);
  });
});

describe('readingPlaceOf', () => {
  const newestPlace = { setByMs: 0, isPlaceUnknown: false, isNewest: true };
  const betweenPlace = { setByMs: 0, isPlaceUnknown: false, isNewest: false };
  const unknownPlace = { setByMs: 0, isPlaceUnknown: true, isNewest: false };
  const gateways = { numbered: false };
  const late = { ...current, late: true };
  const forward = { clock: { offsetMs: -60_000, pace: null }, late: false, stepped: true };
  const setBy = (ms: number) => ({ setByMs: ms, isPlaceUnknown: false, isNewest: true });

  it.each([
    ['a reading with a later time is the newest', { time: t0 + 1 }, current, newestPlace],
    ['a reading with the same time and a later number is the newest', {}, current, newestPlace],
    ['a reading with an earlier time and a later number is the newest', { time: t0 - 5_000 }, current, newestPlace],
    ['a reading with an earlier number is not the newest', { time: t0 - 5_000, seq: 9 }, current, betweenPlace],
    ['a reading with the same number is not the newest', { seq: 10 }, current, betweenPlace],
    [
      'a reading of another start with an earlier time is not the newest',
      { time: t0 - 5_000, boot: 'b' },
      current,
      betweenPlace,
    ],
    ['a reading that is a little late is not the newest', { time: t0 - 5_000, ...gateways }, late, betweenPlace],
    ['a late reading that is 20 s older is not the newest', { time: t0 - 20_000, ...gateways }, late, betweenPlace],
    [
      'the place of an older late reading without a number is unknown',
      { time: t0 - 20_001, ...gateways },
      late,
      unknownPlace,
    ],
    [
      'an older late reading with an earlier number is not the newest',
      { time: t0 - 20_001, seq: 9 },
      late,
      betweenPlace,
    ],
    [
      'an older current reading shows a clock that was set back',
      { time: t0 - 20_001, receivedAt: t0 + 1_100 },
      current,
      setBy(-21_001),
    ],
    [
      'a current reading that is 20 s older shows no change of the clock',
      { time: t0 - 20_000, ...gateways },
      current,
      betweenPlace,
    ],
    [
      'a reading far ahead shows a clock that was set forward',
      { time: t0 + 60_000, receivedAt: t0 + 1_100 },
      forward,
      setBy(59_000),
    ],
    ['a reading 20 s ahead shows no change of the clock', { time: t0 + 20_000 }, forward, newestPlace],
    [
      'two readings with one time of receipt count as received 1 ms apart',
      { time: t0 + 60_000 },
      forward,
      setBy(59_999),
    ],
  ])('%s', (_name, more, after, course) => {
    expect(readingPlaceOf(newest, nextReading(more), clock, after, false)).toEqual(course);
  });

  it('a reading whose number shows that the clock was set back is the newest', () => {
    expect(
      readingPlaceOf(newest, nextReading({ time: t0 - 500, receivedAt: t0 + 1_100 }), clock, current, true),
    ).toEqual(setBy(-1_500));
  });

  it('if the clock is now right, a reading with a time far ahead does not show that the clock was set forward', () => {
    const before = { offsetMs: -90_000, pace: null };
    expect(readingPlaceOf(newest, nextReading({ time: t0 + 60_000 }), before, { ...forward, clock }, false)).toEqual(
      newestPlace,
    );
  });
});
