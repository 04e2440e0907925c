/** How often valid values of a parameter come, and the alarm if they are rare (CLINICAL, "Judged or told", 4). */
import { describe, expect, it } from 'vitest';
import { assess, type DeviceClock, initialClock, type Pace } from '../../../contracts/device-clock.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { type Bed, bed, instant, type Numerics, reading, status, t0, valuesOf } from '../../bed.testing.ts';
import {
  type Arrival,
  type ArrivalsPart,
  afterStandby,
  arrivalOf,
  fastestMs,
  initialArrivals,
  noteReading,
  noticeSilent,
  silentDue,
  takeDeclaredInterval,
} from './arrivals.ts';

const codes = { SpO2: 'MDC_PULS_OXIM_SAT_O2', RR: 'MDC_RESP_RATE' };
const arrival = (one: Bed, name: keyof typeof codes) => one.state().arrivals.codes[codes[name]]!;
/** Readings each second, both ends included, whose values depend on the second. */
function feed(one: Bed, from: number, to: number, of: (s: number) => Numerics): void {
  for (let s = from; s <= to; s += 1) one.run(s, s, of(s));
}

/** A reading of a device that declares no interval. */
function feedPlain(one: Bed, s: number, numerics: Numerics, receivedAt?: number): void {
  const { intervalMs: _none, ...plain } = reading(s, numerics, receivedAt === undefined ? {} : { receivedAt });
  one.feed(plain);
}

describe('valid values are counted by ten seconds', () => {
  it('of the last minute, even if none came in between', () => {
    const one = bed();
    feed(one, 0, 28, (s) => ({ SpO2: s < 10 || s === 28 ? 97 : null }));
    expect(arrival(one, 'SpO2').tens).toEqual([10, 0, 1]);
    feed(one, 29, 79, () => ({ SpO2: 97 }));
    expect(arrival(one, 'SpO2').tens).toEqual([2, 10, 10, 10, 10, 10]);
  });

  it('even if a value came later than those after it', () => {
    const one = bed();
    feed(one, 25, 26, () => ({ SpO2: 97 }));
    one.run(5, 5, { SpO2: 97 });
    expect(arrival(one, 'SpO2').tens).toEqual([1, 0, 2]);
    one.run(14, 14, { SpO2: 97 });
    expect(arrival(one, 'SpO2').tens).toEqual([1, 1, 2]);
  });
});

it('of one instant: the first of two decides whether the parameter was left beyond a limit', () => {
  const one = bed();
  one.run(0, 0, { SpO2: 80 });
  one.run(0, 0, { SpO2: 97 }, { seq: 2_000_000 });
  expect(arrival(one, 'SpO2')).toMatchObject({ validAt: t0, beyond: true });
});

describe('a value of long before', () => {
  it.each([
    ['a minute', 60],
    ['an hour', 3_600],
  ])('is in none of the ten seconds that are checked, and adds none: by %s', (_name, s) => {
    const one = bed();
    feed(one, 3_600, 3_601, () => ({ SpO2: 97 }));
    one.run(3_601 - s, 3_601 - s, { SpO2: 97 });
    expect(arrival(one, 'SpO2').tens).toEqual([0, 0, 0, 0, 0, 2]);
  });
});

describe('a parameter is intermittent', () => {
  it('if less than half of fifty whole seconds was valid; the running ten seconds do not count', () => {
    const one = bed();
    // 24 of 50, then each second.
    const of = (s: number): Numerics => ({ HR: 80, SpO2: (s % 2 === 0 && s !== 48) || s >= 50 ? 97 : null });
    feed(one, 0, 49, of);
    expect(one.raised()).toEqual([]);
    feed(one, 50, 50, of);
    expect(one.raised()).toEqual(['SpO2.intermittent']);
  });

  it('not if half was valid', () => {
    const one = bed();
    feed(one, 0, 120, (s) => ({ HR: 80, SpO2: s % 2 === 0 ? 97 : null }));
    expect(one.raised()).toEqual([]);
  });

  it('even if another one already is', () => {
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
  ])('only if it is expected each 10 s or more often: each %i ms', (intervalMs, raised) => {
    const one = bed();
    for (let s = 0; s <= 200; s += 10) one.run(s, s, { HR: 80, SpO2: s % 20 === 0 ? 97 : null }, { intervalMs });
    expect(one.raised()).toEqual(raised);
  });
});

it.each<[string, object, string]>([
  ['it is invalid', { validity: 'invalid' }, 'SpO2: no value'],
  ['it is invalid, with a number', { validity: 'invalid', value: 97 }, 'SpO2: no value'],
  ['it has no number', {}, 'SpO2: no value'],
  ['it calibrates', { validity: 'calibrating' }, 'SpO2: no value (calibrating)'],
  ['it is questionable', { validity: 'questionable', value: 97 }, 'SpO2: no value (questionable)'],
  ['it is out of range', { value: 130 }, 'SpO2: no value (out of range)'],
  ['its unit is unknown', { value: 97, unit: 'stone' }, 'SpO2: no value (unit stone not understood)'],
])('the text about a missing value says why: %s', (_name, more, text) => {
  const one = bed();
  feed(one, 0, 3, () => ({ HR: 80, SpO2: 97 }));
  for (let s = 4; s <= 24; s += 1) {
    const { values } = reading(s, { HR: 80 });
    one.run(s, s, {}, { values: [...values, { code: codes.SpO2, unit: '%', ...more }] });
  }
  const [alarm] = Object.values(one.live());
  expect(alarm).toMatchObject({ text, onsetAt: instant(23) });
});

type Code = keyof typeof codes;
const orderAt = (time: number) => ({ boot: 'b1', seq: 5, time, receivedAt: time });
/** Returns a parameter that came a second before `t0`, with the test's changes. */
function came(name: Code, more: Partial<Arrival> = {}): Arrival {
  const [time, at] = [orderAt(t0 - 1_000), { at: t0 - 1_000, since: t0 - 60_000 }];
  return { ...arrivalOf(parameters.get(codes[name])!, { declaredMs: null }, time, at, undefined), ...more };
}
const partOf = (of: Partial<Record<Code, Arrival>>, more: Partial<ArrivalsPart> = {}): ArrivalsPart => ({
  ...{ ...initialArrivals, now: t0 - 1_000 },
  codes: Object.fromEntries(Object.entries(of).map(([name, one]) => [codes[name as Code], one])),
  ...more,
});

describe('parameters of one reading by clocks of their own', () => {
  const pace: Pace = { sinceMs: t0 + 11_000, readings: 2, leastMs: 11_000, beforeMs: null, steadyMs: null };
  const clock: DeviceClock = { offsetMs: 0, pace };
  const [time, receivedAt] = [t0, t0 + 12_000];
  const both = { boot: 'b1', seq: 6, time, receivedAt, numbered: true, declaredMs: null };
  const noted = (part: ArrivalsPart, first: Numerics) =>
    noteReading(part, { ...both, values: valuesOf(first) }, () => false, receivedAt).part.codes;

  it.each<[string, DeviceClock]>([
    ['another error', { ...clock, offsetMs: 5_000 }],
    ['no measure yet', { offsetMs: 0, pace: null }],
    ['another beginning of its window', { ...clock, pace: { ...pace, sinceMs: t0 + 10_999 } }],
    ['more readings in its window', { ...clock, pace: { ...pace, readings: 3 } }],
    ['a smaller least difference', { ...clock, pace: { ...pace, leastMs: 10_500 } }],
    ['a window before', { ...clock, pace: { ...pace, beforeMs: 11_000 } }],
    ['a measured error', { ...clock, pace: { ...pace, steadyMs: 11_900 } }],
  ])('are each assessed by its own clock, in any order: one has %s', (_name, other) => {
    const part = partOf({ SpO2: came('SpO2', { clock }), RR: came('RR', { clock: other }) });
    for (const values of [
      { SpO2: 97, RR: 15 },
      { RR: 15, SpO2: 97 },
    ]) {
      const after = noted(part, values);
      expect(after[codes.SpO2]?.clock).toEqual(assess(clock, time, receivedAt).clock);
      expect(after[codes.RR]?.clock).toEqual(assess(other, time, receivedAt).clock);
      expect(after[codes.SpO2]?.clock).not.toEqual(after[codes.RR]?.clock);
    }
  });

  it('are assessed alike if the clocks are equal, even unknown ones', () => {
    for (const one of [clock, initialClock]) {
      const part = partOf({ SpO2: came('SpO2', { clock: one }), RR: came('RR', { clock: structuredClone(one) }) });
      const after = noted(part, { SpO2: 97, RR: 15 });
      expect(after[codes.SpO2]?.clock).toEqual(assess(one, time, receivedAt).clock);
      expect(after[codes.RR]?.clock).toEqual(after[codes.SpO2]?.clock);
    }
  });

  it('are each checked for a clock that was set back: one came only before', () => {
    const part = partOf({
      SpO2: came('SpO2', { clock, order: orderAt(t0 + 50_000) }),
      RR: came('RR', { clock, order: orderAt(t0 - 1_000) }),
    });
    for (const values of [
      { SpO2: 97, RR: 15 },
      { RR: 15, SpO2: 97 },
    ]) {
      const after = noted(part, values);
      expect(after[codes.SpO2]?.clock).toEqual(assess(clock, time, receivedAt, true).clock);
      expect(after[codes.RR]?.clock).toEqual(assess(clock, time, receivedAt).clock);
    }
  });
});

describe('a parameter that comes more often than before was not missing in the time before', () => {
  it('if a shorter interval is declared', () => {
    const one = bed();
    for (let s = 0; s <= 100; s += 5) one.run(s, s, { HR: 80, SpO2: 97 }, { intervalMs: 5_000 });
    one.run(101, 101, { HR: 80, SpO2: 97 });
    expect(arrival(one, 'SpO2')).toMatchObject({ since: t0 + 101_000, tens: [1] });
    one.run(102, 200, { HR: 80, SpO2: 97 });
    expect(one.raised()).toEqual([]);
  });

  it('if it came each 10 s by itself, in messages of each second', () => {
    const one = bed();
    feed(one, 0, 300, (s) => ({ HR: 80, ...(s % 10 === 0 && { SpO2: 97 }) }));
    expect(arrival(one, 'SpO2').intervalMs).toBe(10_000);
    feed(one, 301, 400, () => ({ HR: 80, SpO2: 97 }));
    expect(one.raised()).toEqual([]);
  });

  it('but is still checked if it already came often enough, or if a longer interval is declared', () => {
    const one = bed();
    for (let s = 0; s <= 6; s += 2) feedPlain(one, s, { SpO2: 97 });
    for (let s = 7; s <= 12; s += 1) feedPlain(one, s, { SpO2: 97 });
    expect(arrival(one, 'SpO2')).toMatchObject({ since: t0, intervalMs: 1_000 });
    one.run(13, 13, { SpO2: 97 }, { intervalMs: 1_000 });
    one.run(18, 18, { SpO2: 97 }, { intervalMs: 5_000 });
    expect(arrival(one, 'SpO2')).toMatchObject({ since: t0, intervalMs: 5_000, tens: [7, 5] });
  });
});

describe('a parameter that was given up', () => {
  const part = partOf({
    SpO2: came('SpO2', { givenUp: true, heardAt: t0 - 900_000, validAt: t0 - 900_000 }),
    RR: came('RR', { since: t0 - 1_000 }),
  });
  const noted = (values: Numerics) => {
    const one = { ...orderAt(t0), seq: 6, numbered: true, declaredMs: null, values: valuesOf(values) };
    return noteReading(part, one, () => false, t0).part;
  };

  it('is not missing beside others that come, even if it is named without a value', () => {
    for (const values of [{ RR: 15 }, { RR: 15, SpO2: null }]) {
      const after = noted(values);
      expect(after.codes[codes.SpO2]).toMatchObject({ givenUp: true, silentSince: null, patchySince: null });
      expect(after.troubled).toBe(false);
    }
  });

  it('is measured anew from its next valid value on', () => {
    expect(noted({ SpO2: 97 }).codes[codes.SpO2]).toMatchObject({ givenUp: false, since: t0, silentSince: null });
  });
});

it('a reading changes nothing in the state before it', () => {
  const before = partOf({ SpO2: came('SpO2', { ten: t0 / 10_000, tens: [3] }), RR: came('RR') });
  const kept = structuredClone(before);
  const values = valuesOf({ SpO2: 97, RR: 15 });
  const after = noteReading(before, { ...orderAt(t0), numbered: true, declaredMs: null, values }, () => false, t0);
  expect(after.part.codes[codes.SpO2]?.tens).toEqual([4]);
  expect(before).toEqual(kept);
});

describe('a reading of another parameter', () => {
  const noted = (part: ArrivalsPart) => {
    const one = { ...orderAt(t0), seq: 6, numbered: true, declaredMs: null, values: valuesOf({ RR: 15 }) };
    return noteReading(part, one, () => false, t0).part;
  };

  it('shows that one has not come for a minute: its earlier values do not count', () => {
    const full = { ten: t0 / 10_000 - 7, tens: [10, 10, 10, 10, 10, 10], since: t0 - 200_000, validAt: t0 - 61_000 };
    const after = noted(partOf({ SpO2: came('SpO2', full), RR: came('RR') }));
    expect(after.codes[codes.SpO2]).toMatchObject({ silentSince: t0 - 41_000, patchySince: t0 });
  });

  it('shows that nothing is missing any more', () => {
    expect(noted(partOf({ RR: came('RR', { since: t0 - 1_000 }) }, { troubled: true })).troubled).toBe(false);
  });
});

describe('the time of the device', () => {
  it('does not run back by a reading out of order, and a parameter that first comes in it is expected from now on', () => {
    const one = bed();
    one.run(0, 5, { HR: 80 });
    one.feed(reading(3.5, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 5_500 }));
    expect(one.state().arrivals).toMatchObject({ now: t0 + 5_000, troubled: false });
    expect(arrival(one, 'SpO2')).toMatchObject({
      spacings: [],
      since: t0 + 5_000,
      validAt: t0 + 3_500,
      namedAt: t0 + 3_500,
    });
  });

  it('is not known from a backlog alone, and its parameters are expected from their receipt on', () => {
    const one = bed();
    one.feed(reading(0, { SpO2: 97 }, { receivedAt: t0 + 600_000 }));
    expect(one.state().arrivals).toMatchObject({ now: null, quietUntil: Number.MAX_SAFE_INTEGER, troubled: false });
    expect(arrival(one, 'SpO2')).toMatchObject({ since: t0 + 600_000, heardAt: 0, validAt: t0 });
  });

  it('shows no pace before its error was known: a stored trend by ten minutes, then a value each second', () => {
    const one = bed();
    for (let i = 0; i < 6; i += 1) feedPlain(one, -7_200 + 600 * i, { SpO2: 97 }, t0 + 100 * i);
    for (let s = 60; s < 62; s += 1) feedPlain(one, s, { SpO2: 97 }, t0 + s * 1_000 - 40_000);
    expect(arrival(one, 'SpO2').intervalMs).toBe(1_000);
    expect(arrival(one, 'SpO2').spacings).toHaveLength(2);
    one.tick(45);
    expect(one.raised()).toContain('no-data');
  });
});

describe('silence of a parameter', () => {
  it('is not checked before its time since the last valid value, and never before the first value', () => {
    const one = bed();
    one.run(0, 3, { SpO2: null });
    expect(silentDue(one.state().arrivals)).toBe(Number.POSITIVE_INFINITY);
    one.run(4, 4, { SpO2: 97, RR: null });
    expect(silentDue(one.state().arrivals)).toBe(t0 + 4_020 + 20_000);
    one.run(5, 9, { SpO2: 97, RR: null });
    // It is looked for again once; what came since puts it off then.
    expect(silentDue(one.state().arrivals)).toBe(t0 + 4_020 + 20_000);
    expect(silentDue(noticeSilent(one.state().arrivals, t0 + 24_020))).toBe(t0 + 9_020 + 20_000);
  });

  it('and is found at its moment, with the device’s own time; other parameters are still waited for', () => {
    const heard = { heardAt: t0, validAt: t0 - 500 };
    const part = partOf(
      { SpO2: came('SpO2', heard), RR: came('RR', { ...heard, heardAt: t0 + 5_000 }) },
      { quietUntil: t0 + 20_000 },
    );
    expect(noticeSilent(part, t0 + 19_999)).toBe(part);
    const after = noticeSilent(part, t0 + 20_000);
    expect(after.codes[codes.SpO2]).toEqual({ ...part.codes[codes.SpO2], silentSince: t0 + 19_500 });
    expect(after.codes[codes.RR]).toBe(part.codes[codes.RR]);
    expect(after).toMatchObject({ quietUntil: t0 + 25_000, troubled: true });
    expect(noticeSilent(after, t0 + 25_000).codes[codes.RR]?.silentSince).toBe(t0 + 19_500);
  });

  it('is not checked for one that is given up, already silent, or without any valid value', () => {
    const part = partOf(
      {
        SpO2: came('SpO2', { heardAt: t0, validAt: t0, givenUp: true }),
        RR: came('RR', { heardAt: t0, validAt: t0, silentSince: t0 + 1_000 }),
      },
      { quietUntil: t0 },
    );
    const after = noticeSilent(part, t0 + 100_000);
    expect(after).toEqual({ ...part, quietUntil: Number.MAX_SAFE_INTEGER });
    const unheard = partOf({ SpO2: came('SpO2') }, { quietUntil: t0 });
    expect(noticeSilent(unheard, t0 + 100_000).codes).toEqual(unheard.codes);
  });
});

describe('a status that declares an interval', () => {
  const heard = { heardAt: t0, spacings: [2_000, 2_000] };
  const part = partOf({ SpO2: came('SpO2', heard), RR: came('RR') }, { quietUntil: t0 + 20_000 });

  it('changes the expected interval, and the time of silence, of all that the device sends', () => {
    const after = takeDeclaredInterval(part, 5_000);
    expect(after).toMatchObject({ declaredMs: 5_000, quietUntil: t0 + 15_000 + 5_000 });
    for (const { intervalMs, spacings } of Object.values(after.codes))
      expect({ intervalMs, spacings }).toEqual({ intervalMs: 5_000, spacings: [] });
    expect(takeDeclaredInterval({ ...part, quietUntil: t0 + 90_000 }, 10_000).quietUntil).toBe(t0 + 30_000);
    expect(takeDeclaredInterval({ ...part, quietUntil: t0 + 9_000 }, 10_000).quietUntil).toBe(t0 + 9_000);
  });

  it('does not check parameters that never came, and keeps the intervals that the messages declare', () => {
    const never = partOf({ SpO2: came('SpO2'), RR: came('RR', { declaredMs: 2_000 }) });
    const after = takeDeclaredInterval(never, 5_000);
    expect(silentDue(after)).toBe(Number.POSITIVE_INFINITY);
    expect(after.codes[codes.RR]?.intervalMs).toBe(2_000);
  });

  it('and repeats it changes nothing: the learned pace stays', () => {
    const before = { ...part, declaredMs: 5_000 };
    expect(takeDeclaredInterval(before, 5_000)).toBe(before);
    const one = bed();
    for (let s = 0; s <= 60; s += 5) {
      one.feed(status(s, { intervalMs: 1_000 }));
      feedPlain(one, s, { SpO2: 97 });
    }
    expect(arrival(one, 'SpO2')).toMatchObject({ intervalMs: 5_000, spacings: [5_000, 5_000, 5_000, 5_000, 5_000] });
  });
});

describe('the expected interval of the device', () => {
  it('is that of its fastest parameter that still comes', () => {
    const fast = came('SpO2', { declaredMs: 2_000 });
    const slow = came('RR', { declaredMs: 30_000 });
    expect(fastestMs(partOf({ SpO2: fast, RR: slow }))).toBe(2_000);
    expect(fastestMs(partOf({ RR: slow, SpO2: fast }))).toBe(2_000);
    expect(fastestMs(partOf({ SpO2: { ...fast, silentSince: t0 }, RR: slow }))).toBe(30_000);
    expect(fastestMs(partOf({ SpO2: { ...fast, givenUp: true }, RR: slow }))).toBe(30_000);
    expect(fastestMs(partOf({ SpO2: { ...fast, givenUp: true } }))).toBeUndefined();
    expect(fastestMs(partOf({ SpO2: came('SpO2', { spacings: [4_000, 4_000] }) }))).toBe(4_000);
    expect(fastestMs(partOf({ SpO2: came('SpO2') }, { declaredMs: 7_000 }))).toBe(7_000);
  });
});

describe('after standby', () => {
  it('parameters that came were not missing in the time before; silent or unseen ones stay so', () => {
    const counted = { tens: [3, 1], patchySince: t0 - 20_000 };
    const part = partOf({
      SpO2: came('SpO2', { ...counted, validAt: t0 - 1_000 }),
      RR: came('RR', { ...counted, validAt: t0 - 90_000, silentSince: t0 - 70_000 }),
    });
    const { codes: after } = afterStandby(part);
    expect(after[codes.SpO2]).toMatchObject({ since: t0 - 1_000, tens: [], patchySince: null });
    expect(after[codes.RR]).toEqual(part.codes[codes.RR]);
    const never = partOf({ SpO2: came('SpO2', counted) });
    expect(afterStandby(never)).toEqual(never);
  });
});
