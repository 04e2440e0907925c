/** Which reading is the newest, and whether the clock was set in between. */
import { describe, expect, it } from 'vitest';
import { t0 } from '../../bed.testing.ts';
import { isSetBack, type Order, readingPlaceOf, type Stamped } from './order.ts';

const newest: Order = { boot: 'a', seq: 10, time: t0, receivedAt: t0 + 100 };
const came = (more: Partial<Stamped>): Stamped => ({ ...newest, numbered: true, seq: 11, ...more });
const clock = { offsetMs: 0, pace: null };
const found = { clock, late: false, stepped: false };

describe('a clock was set back', () => {
  it.each<[string, Partial<Stamped>, boolean]>([
    ['if a later number has an earlier time', { time: t0 - 60_000 }, true],
    ['not if an earlier number has', { time: t0 - 60_000, seq: 9 }, false],
    ['not if a later number has a later time', { time: t0 + 1_000 }, false],
    ['not if a later number has the same time', {}, false],
    ['not if another start numbers', { time: t0 - 60_000, boot: 'b' }, false],
    ['not if the gateway numbers', { time: t0 - 60_000, numbered: false }, false],
  ])('%s', (_name, more, isBack) => {
    expect(isSetBack(newest, came(more))).toBe(isBack);
  });
});

describe('a reading', () => {
  const onward = { setByMs: 0, apart: false, isNewest: true };
  const between = { setByMs: 0, apart: false, isNewest: false };
  const apart = { setByMs: 0, apart: true, isNewest: false };
  const gateways = { numbered: false };
  const late = { ...found, late: true };
  const forward = { clock: { offsetMs: -60_000, pace: null }, late: false, stepped: true };
  const setBy = (ms: number) => ({ setByMs: ms, apart: false, isNewest: true });

  it.each([
    ['with a later time is the newest', { time: t0 + 1 }, found, onward],
    ['with the same time and a later number is the newest', {}, found, onward],
    ['with an earlier time and a later number is the newest', { time: t0 - 5_000 }, found, onward],
    ['with an earlier number is between', { time: t0 - 5_000, seq: 9 }, found, between],
    ['with the same number is between', { seq: 10 }, found, between],
    ['of another start with an earlier time is between', { time: t0 - 5_000, boot: 'b' }, found, between],
    ['that is a little late is between', { time: t0 - 5_000, ...gateways }, late, between],
    ['that is 20 s older and late is between', { time: t0 - 20_000, ...gateways }, late, between],
    ['that is older, late, and without a number is judged apart', { time: t0 - 20_001, ...gateways }, late, apart],
    ['that is older, late, and of an earlier number is between', { time: t0 - 20_001, seq: 9 }, late, between],
    [
      'that is older and current shows a clock that was set back',
      { time: t0 - 20_001, receivedAt: t0 + 1_100 },
      found,
      setBy(-21_001),
    ],
    ['that is current 20 s earlier shows no other clock', { time: t0 - 20_000, ...gateways }, found, between],
    [
      'further ahead than ever shows a clock that was set forward',
      { time: t0 + 60_000, receivedAt: t0 + 1_100 },
      forward,
      setBy(59_000),
    ],
    ['ahead by no more than two readings may be is the newest', { time: t0 + 20_000 }, forward, onward],
    ['received at once moves the clock by 1 ms less', { time: t0 + 60_000 }, forward, setBy(59_999)],
  ])('%s', (_name, more, after, course) => {
    expect(readingPlaceOf(newest, came(more), clock, after, false)).toEqual(course);
  });

  it('whose number shows it is from a clock that was set back, however little', () => {
    expect(readingPlaceOf(newest, came({ time: t0 - 500, receivedAt: t0 + 1_100 }), clock, found, true)).toEqual(
      setBy(-1_500),
    );
  });

  it('of a clock that was found to be right shows no clock that was set forward', () => {
    const before = { offsetMs: -90_000, pace: null };
    expect(readingPlaceOf(newest, came({ time: t0 + 60_000 }), before, { ...forward, clock }, false)).toEqual(onward);
  });
});
