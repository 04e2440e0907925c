/** Tests of silent and intermittent parameters (CLINICAL, "Judged or told", 4). */
import { describe, expect, it } from 'vitest';
import { assessReading, type DeviceClock, initialClock, type Pace } from '../../../contracts/device-clock.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { type Bed, bed, instant, type Numerics, reading, status, t0, valuesOf } from '../../bed.testing.ts';
import {
  type Arrival,
  type ArrivalsPart,
  arrivalOf,
  arrivalsAfterStandby,
  initialArrivals,
  noteReading,
  noticeSilentParameters,
  parameterSilenceDue,
  shortestIntervalMs,
  takeDeclaredInterval,
} from './arrivals.ts';

const codes = { SpO2: 'MDC_PULS_OXIM_SAT_O2', RR: 'MDC_RESP_RATE' };
const arrivalOfBed = (patientBed: Bed, name: keyof typeof codes) => patientBed.state().arrivals.codes[codes[name]]!;
/** Feeds a reading each second from `from` to `to`, both included. @param numericsAt returns the values of a second */
function feed(patientBed: Bed, from: number, to: number, numericsAt: (s: number) => Numerics): void {
  for (let s = from; s <= to; s += 1) patientBed.feedEachSecond(s, s, numericsAt(s));
}

/** Feeds a reading of a device that declares no interval. */
function feedPlain(patientBed: Bed, s: number, numerics: Numerics, receivedAt?: number): void {
  const { intervalMs: _none, ...plain } = reading(s, numerics, receivedAt === undefined ? {} : { receivedAt });
  patientBed.feed(plain);
}

describe('the counts of valid values', () => {
  it('valid values of the last minute are counted in spans of ten seconds; a span without a value has the count 0', () => {
    const patientBed = bed();
    feed(patientBed, 0, 28, (s) => ({ SpO2: s < 10 || s === 28 ? 97 : null }));
    expect(arrivalOfBed(patientBed, 'SpO2').tens).toEqual([10, 0, 1]);
    feed(patientBed, 29, 79, () => ({ SpO2: 97 }));
    expect(arrivalOfBed(patientBed, 'SpO2').tens).toEqual([2, 10, 10, 10, 10, 10]);
  });

  it('a value that comes after newer values is counted in the span of its own time', () => {
    const patientBed = bed();
    feed(patientBed, 25, 26, () => ({ SpO2: 97 }));
    patientBed.feedEachSecond(5, 5, { SpO2: 97 });
    expect(arrivalOfBed(patientBed, 'SpO2').tens).toEqual([1, 0, 2]);
    patientBed.feedEachSecond(14, 14, { SpO2: 97 });
    expect(arrivalOfBed(patientBed, 'SpO2').tens).toEqual([1, 1, 2]);
  });
});

it('if two values have the same time, the first value decides whether the last value was beyond a limit', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 0, { SpO2: 80 });
  patientBed.feedEachSecond(0, 0, { SpO2: 97 }, { seq: 2_000_000 });
  expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({ validAt: t0, beyond: true });
});

describe('an old value', () => {
  it.each([
    ['a minute', 60],
    ['an hour', 3_600],
  ])('a value that is older by %s than the newest value is not counted', (_name, s) => {
    const patientBed = bed();
    feed(patientBed, 3_600, 3_601, () => ({ SpO2: 97 }));
    patientBed.feedEachSecond(3_601 - s, 3_601 - s, { SpO2: 97 });
    expect(arrivalOfBed(patientBed, 'SpO2').tens).toEqual([0, 0, 0, 0, 0, 2]);
  });
});

describe('intermittent values', () => {
  it('a parameter is intermittent if fewer than half of the values of the last 50 s were valid', () => {
    const patientBed = bed();
    // Valid in 24 of 50 seconds, then in each second.
    const numericsAt = (s: number): Numerics => ({ HR: 80, SpO2: (s % 2 === 0 && s !== 48) || s >= 50 ? 97 : null });
    feed(patientBed, 0, 49, numericsAt);
    expect(patientBed.raisedConditions()).toEqual([]);
    feed(patientBed, 50, 50, numericsAt);
    expect(patientBed.raisedConditions()).toEqual(['SpO2.intermittent']);
  });

  it('a parameter is not intermittent if half of the values were valid', () => {
    const patientBed = bed();
    feed(patientBed, 0, 120, (s) => ({ HR: 80, SpO2: s % 2 === 0 ? 97 : null }));
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('a second parameter becomes intermittent while a first one is intermittent', () => {
    const patientBed = bed();
    feed(patientBed, 0, 200, (s) => ({
      ...{ HR: 80, SpO2: s % 4 === 0 ? 97 : null },
      RR: s < 100 || s % 4 === 0 ? 15 : null,
    }));
    expect(patientBed.raisedConditions()).toEqual(['SpO2.intermittent', 'RR.intermittent']);
  });

  it.each([
    [10_000, ['SpO2.intermittent']],
    [10_001, []],
  ])('a parameter can be intermittent only if its expected interval is at most 10 s: %i ms', (intervalMs, raised) => {
    const patientBed = bed();
    for (let s = 0; s <= 200; s += 10)
      patientBed.feedEachSecond(s, s, { HR: 80, SpO2: s % 20 === 0 ? 97 : null }, { intervalMs });
    expect(patientBed.raisedConditions()).toEqual(raised);
  });
});

it.each<[string, object, string]>([
  ['invalid', { validity: 'invalid' }, 'SpO2: no value'],
  ['invalid, with a number', { validity: 'invalid', value: 97 }, 'SpO2: no value'],
  ['without a number', {}, 'SpO2: no value'],
  ['calibrating', { validity: 'calibrating' }, 'SpO2: no value (calibrating)'],
  ['questionable', { validity: 'questionable', value: 97 }, 'SpO2: no value (questionable)'],
  ['out of range', { value: 130 }, 'SpO2: no value (out of range)'],
  ['with an unknown unit', { value: 97, unit: 'stone' }, 'SpO2: no value (unit stone not understood)'],
])('the alarm about missing values says why there is no value: %s', (_name, more, text) => {
  const patientBed = bed();
  feed(patientBed, 0, 3, () => ({ HR: 80, SpO2: 97 }));
  for (let s = 4; s <= 24; s += 1) {
    const { values } = reading(s, { HR: 80 });
    patientBed.feedEachSecond(s, s, {}, { values: [...values, { code: codes.SpO2, unit: '%', ...more }] });
  }
  const [alarm] = Object.values(patientBed.liveAlarms());
  expect(alarm).toMatchObject({ text, onsetAt: instant(23) });
});

type Code = keyof typeof codes;
const orderAt = (time: number) => ({ boot: 'b1', seq: 5, time, receivedAt: time });
/**
 * Returns the arrivals of a parameter whose last reading came a second before `t0`.
 * @param more changes for the test
 */
function lastArrival(name: Code, more: Partial<Arrival> = {}): Arrival {
  const [time, at] = [orderAt(t0 - 1_000), { at: t0 - 1_000, since: t0 - 60_000 }];
  return { ...arrivalOf(parameters.get(codes[name])!, { declaredMs: null }, time, at, undefined), ...more };
}
const partOf = (arrivals: Partial<Record<Code, Arrival>>, more: Partial<ArrivalsPart> = {}): ArrivalsPart => ({
  ...{ ...initialArrivals, now: t0 - 1_000 },
  codes: Object.fromEntries(
    Object.entries(arrivals).map(([name, parameterArrival]) => [codes[name as Code], parameterArrival]),
  ),
  ...more,
});

describe('parameters of one reading with different clocks', () => {
  const pace: Pace = { sinceMs: t0 + 11_000, readings: 2, leastMs: 11_000, beforeMs: null, steadyMs: null };
  const clock: DeviceClock = { offsetMs: 0, pace };
  const [time, receivedAt] = [t0, t0 + 12_000];
  const readingFields = { boot: 'b1', seq: 6, time, receivedAt, numbered: true, declaredMs: null };
  const codesAfterReading = (part: ArrivalsPart, numerics: Numerics) =>
    noteReading(part, { ...readingFields, values: valuesOf(numerics) }, () => false, receivedAt).part.codes;

  it.each<[string, DeviceClock]>([
    ['another error', { ...clock, offsetMs: 5_000 }],
    ['no measure yet', { offsetMs: 0, pace: null }],
    ['another start of its window', { ...clock, pace: { ...pace, sinceMs: t0 + 10_999 } }],
    ['more readings in its window', { ...clock, pace: { ...pace, readings: 3 } }],
    ['another smallest difference', { ...clock, pace: { ...pace, leastMs: 10_500 } }],
    ['a window before', { ...clock, pace: { ...pace, beforeMs: 11_000 } }],
    ['a measured error', { ...clock, pace: { ...pace, steadyMs: 11_900 } }],
  ])(
    'each value of a reading is assessed by the clock of its parameter, in any order of the values: the second clock has %s',
    (_name, other) => {
      const part = partOf({ SpO2: lastArrival('SpO2', { clock }), RR: lastArrival('RR', { clock: other }) });
      for (const values of [
        { SpO2: 97, RR: 15 },
        { RR: 15, SpO2: 97 },
      ]) {
        const after = codesAfterReading(part, values);
        expect(after[codes.SpO2]?.clock).toEqual(assessReading(clock, time, receivedAt).clock);
        expect(after[codes.RR]?.clock).toEqual(assessReading(other, time, receivedAt).clock);
        expect(after[codes.SpO2]?.clock).not.toEqual(after[codes.RR]?.clock);
      }
    },
  );

  it('parameters with equal clocks get the same assessment, also before the clock is measured', () => {
    for (const shared of [clock, initialClock]) {
      const part = partOf({
        SpO2: lastArrival('SpO2', { clock: shared }),
        RR: lastArrival('RR', { clock: structuredClone(shared) }),
      });
      const after = codesAfterReading(part, { SpO2: 97, RR: 15 });
      expect(after[codes.SpO2]?.clock).toEqual(assessReading(shared, time, receivedAt).clock);
      expect(after[codes.RR]?.clock).toEqual(after[codes.SpO2]?.clock);
    }
  });

  it('for each parameter, its own last reading decides whether the clock was set back', () => {
    const part = partOf({
      SpO2: lastArrival('SpO2', { clock, order: orderAt(t0 + 50_000) }),
      RR: lastArrival('RR', { clock, order: orderAt(t0 - 1_000) }),
    });
    for (const values of [
      { SpO2: 97, RR: 15 },
      { RR: 15, SpO2: 97 },
    ]) {
      const after = codesAfterReading(part, values);
      expect(after[codes.SpO2]?.clock).toEqual(assessReading(clock, time, receivedAt, true).clock);
      expect(after[codes.RR]?.clock).toEqual(assessReading(clock, time, receivedAt).clock);
    }
  });
});

describe('a parameter that comes more often than before', () => {
  it('a parameter is not intermittent after a shorter interval was declared', () => {
    const patientBed = bed();
    for (let s = 0; s <= 100; s += 5) patientBed.feedEachSecond(s, s, { HR: 80, SpO2: 97 }, { intervalMs: 5_000 });
    patientBed.feedEachSecond(101, 101, { HR: 80, SpO2: 97 });
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({ since: t0 + 101_000, tens: [1] });
    patientBed.feedEachSecond(102, 200, { HR: 80, SpO2: 97 });
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('a parameter that came only each 10 s is not intermittent when it comes each second', () => {
    const patientBed = bed();
    feed(patientBed, 0, 300, (s) => ({ HR: 80, ...(s % 10 === 0 && { SpO2: 97 }) }));
    expect(arrivalOfBed(patientBed, 'SpO2').intervalMs).toBe(10_000);
    feed(patientBed, 301, 400, () => ({ HR: 80, SpO2: 97 }));
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('the count of values does not start again if a parameter already came often, or if a longer interval is declared', () => {
    const patientBed = bed();
    for (let s = 0; s <= 6; s += 2) feedPlain(patientBed, s, { SpO2: 97 });
    for (let s = 7; s <= 12; s += 1) feedPlain(patientBed, s, { SpO2: 97 });
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({ since: t0, intervalMs: 1_000 });
    patientBed.feedEachSecond(13, 13, { SpO2: 97 }, { intervalMs: 1_000 });
    patientBed.feedEachSecond(18, 18, { SpO2: 97 }, { intervalMs: 5_000 });
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({ since: t0, intervalMs: 5_000, tens: [7, 5] });
  });
});

describe('a parameter that was given up', () => {
  const part = partOf({
    SpO2: lastArrival('SpO2', { givenUp: true, heardAt: t0 - 900_000, validAt: t0 - 900_000 }),
    RR: lastArrival('RR', { since: t0 - 1_000 }),
  });
  const partAfter = (values: Numerics) => {
    const next = { ...orderAt(t0), seq: 6, numbered: true, declaredMs: null, values: valuesOf(values) };
    return noteReading(part, next, () => false, t0).part;
  };

  it('a parameter that was given up is not silent, even if a reading names this parameter without a value', () => {
    for (const values of [{ RR: 15 }, { RR: 15, SpO2: null }]) {
      const after = partAfter(values);
      expect(after.codes[codes.SpO2]).toMatchObject({ givenUp: true, silentSince: null, patchySince: null });
      expect(after.troubled).toBe(false);
    }
  });

  it('a parameter that was given up is measured again from its next valid value on', () => {
    expect(partAfter({ SpO2: 97 }).codes[codes.SpO2]).toMatchObject({ givenUp: false, since: t0, silentSince: null });
  });
});

it('a reading makes a new state object and does not change the old state object', () => {
  const before = partOf({ SpO2: lastArrival('SpO2', { ten: t0 / 10_000, tens: [3] }), RR: lastArrival('RR') });
  const copy = structuredClone(before);
  const values = valuesOf({ SpO2: 97, RR: 15 });
  const after = noteReading(before, { ...orderAt(t0), numbered: true, declaredMs: null, values }, () => false, t0);
  expect(after.part.codes[codes.SpO2]?.tens).toEqual([4]);
  expect(before).toEqual(copy);
});

describe('a reading of another parameter', () => {
  const partAfter = (part: ArrivalsPart) => {
    const next = { ...orderAt(t0), seq: 6, numbered: true, declaredMs: null, values: valuesOf({ RR: 15 }) };
    return noteReading(part, next, () => false, t0).part;
  };

  it('a reading without a parameter shows that this parameter has not come for a minute', () => {
    const full = { ten: t0 / 10_000 - 7, tens: [10, 10, 10, 10, 10, 10], since: t0 - 200_000, validAt: t0 - 61_000 };
    const after = partAfter(partOf({ SpO2: lastArrival('SpO2', full), RR: lastArrival('RR') }));
    expect(after.codes[codes.SpO2]).toMatchObject({ silentSince: t0 - 41_000, patchySince: t0 });
  });

  it('a reading shows that no parameter is missing any more', () => {
    expect(partAfter(partOf({ RR: lastArrival('RR', { since: t0 - 1_000 }) }, { troubled: true })).troubled).toBe(
      false,
    );
  });
});

describe('the newest device time', () => {
  it('the newest device time does not go back when a reading comes out of order', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.feed(reading(3.5, { HR: 80, SpO2: 97 }, { receivedAt: t0 + 5_500 }));
    expect(patientBed.state().arrivals).toMatchObject({ now: t0 + 5_000, troubled: false });
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({
      spacings: [],
      since: t0 + 5_000,
      validAt: t0 + 3_500,
      namedAt: t0 + 3_500,
    });
  });

  it('if all readings are late, the device time stays unknown, and further values are expected from the time of receipt on', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { SpO2: 97 }, { receivedAt: t0 + 600_000 }));
    expect(patientBed.state().arrivals).toMatchObject({
      now: null,
      quietUntil: Number.MAX_SAFE_INTEGER,
      troubled: false,
    });
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({ since: t0 + 600_000, heardAt: 0, validAt: t0 });
  });

  it('times that came before the error of the clock was known do not change the expected interval', () => {
    const patientBed = bed();
    for (let i = 0; i < 6; i += 1) feedPlain(patientBed, -7_200 + 600 * i, { SpO2: 97 }, t0 + 100 * i);
    for (let s = 60; s < 62; s += 1) feedPlain(patientBed, s, { SpO2: 97 }, t0 + s * 1_000 - 40_000);
    expect(arrivalOfBed(patientBed, 'SpO2').intervalMs).toBe(1_000);
    expect(arrivalOfBed(patientBed, 'SpO2').spacings).toHaveLength(2);
    patientBed.tick(45);
    expect(patientBed.raisedConditions()).toContain('no-data');
  });
});

describe('silence of a parameter', () => {
  it('a parameter is checked for silence only after its first valid value and its no-data time', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { SpO2: null });
    expect(parameterSilenceDue(patientBed.state().arrivals)).toBe(Number.POSITIVE_INFINITY);
    patientBed.feedEachSecond(4, 4, { SpO2: 97, RR: null });
    expect(parameterSilenceDue(patientBed.state().arrivals)).toBe(t0 + 4_020 + 20_000);
    patientBed.feedEachSecond(5, 9, { SpO2: 97, RR: null });
    // The check itself sets the time of the next check. New values do not change this time.
    expect(parameterSilenceDue(patientBed.state().arrivals)).toBe(t0 + 4_020 + 20_000);
    expect(parameterSilenceDue(noticeSilentParameters(patientBed.state().arrivals, t0 + 24_020))).toBe(
      t0 + 9_020 + 20_000,
    );
  });

  it('a silent parameter is found at the end of its no-data time, and other parameters are not silent yet', () => {
    const heard = { heardAt: t0, validAt: t0 - 500 };
    const part = partOf(
      { SpO2: lastArrival('SpO2', heard), RR: lastArrival('RR', { ...heard, heardAt: t0 + 5_000 }) },
      { quietUntil: t0 + 20_000 },
    );
    expect(noticeSilentParameters(part, t0 + 19_999)).toBe(part);
    const after = noticeSilentParameters(part, t0 + 20_000);
    expect(after.codes[codes.SpO2]).toEqual({ ...part.codes[codes.SpO2], silentSince: t0 + 19_500 });
    expect(after.codes[codes.RR]).toBe(part.codes[codes.RR]);
    expect(after).toMatchObject({ quietUntil: t0 + 25_000, troubled: true });
    expect(noticeSilentParameters(after, t0 + 25_000).codes[codes.RR]?.silentSince).toBe(t0 + 19_500);
  });

  it('a parameter is not checked for silence if it is given up, already silent, or without a valid value', () => {
    const part = partOf(
      {
        SpO2: lastArrival('SpO2', { heardAt: t0, validAt: t0, givenUp: true }),
        RR: lastArrival('RR', { heardAt: t0, validAt: t0, silentSince: t0 + 1_000 }),
      },
      { quietUntil: t0 },
    );
    const after = noticeSilentParameters(part, t0 + 100_000);
    expect(after).toEqual({ ...part, quietUntil: Number.MAX_SAFE_INTEGER });
    const unheard = partOf({ SpO2: lastArrival('SpO2') }, { quietUntil: t0 });
    expect(noticeSilentParameters(unheard, t0 + 100_000).codes).toEqual(unheard.codes);
  });
});

describe('a status that declares an interval', () => {
  const heard = { heardAt: t0, spacings: [2_000, 2_000] };
  const part = partOf({ SpO2: lastArrival('SpO2', heard), RR: lastArrival('RR') }, { quietUntil: t0 + 20_000 });

  it('a status with a new interval changes the expected interval and the no-data time of all parameters', () => {
    const after = takeDeclaredInterval(part, 5_000);
    expect(after).toMatchObject({ declaredMs: 5_000, quietUntil: t0 + 15_000 + 5_000 });
    for (const { intervalMs, spacings } of Object.values(after.codes))
      expect({ intervalMs, spacings }).toEqual({ intervalMs: 5_000, spacings: [] });
    expect(takeDeclaredInterval({ ...part, quietUntil: t0 + 90_000 }, 10_000).quietUntil).toBe(t0 + 30_000);
    expect(takeDeclaredInterval({ ...part, quietUntil: t0 + 9_000 }, 10_000).quietUntil).toBe(t0 + 9_000);
  });

  it('a status with a new interval does not change intervals that the messages declare', () => {
    const never = partOf({ SpO2: lastArrival('SpO2'), RR: lastArrival('RR', { declaredMs: 2_000 }) });
    const after = takeDeclaredInterval(never, 5_000);
    expect(parameterSilenceDue(after)).toBe(Number.POSITIVE_INFINITY);
    expect(after.codes[codes.RR]?.intervalMs).toBe(2_000);
  });

  it('a status that repeats its interval changes nothing', () => {
    const before = { ...part, declaredMs: 5_000 };
    expect(takeDeclaredInterval(before, 5_000)).toBe(before);
    const patientBed = bed();
    for (let s = 0; s <= 60; s += 5) {
      patientBed.feed(status(s, { intervalMs: 1_000 }));
      feedPlain(patientBed, s, { SpO2: 97 });
    }
    expect(arrivalOfBed(patientBed, 'SpO2')).toMatchObject({
      intervalMs: 5_000,
      spacings: [5_000, 5_000, 5_000, 5_000, 5_000],
    });
  });
});

describe('the expected interval of the device', () => {
  it('the expected interval of the device is the interval of its most frequent parameter; silent parameters do not count', () => {
    const fast = lastArrival('SpO2', { declaredMs: 2_000 });
    const slow = lastArrival('RR', { declaredMs: 30_000 });
    expect(shortestIntervalMs(partOf({ SpO2: fast, RR: slow }))).toBe(2_000);
    expect(shortestIntervalMs(partOf({ RR: slow, SpO2: fast }))).toBe(2_000);
    expect(shortestIntervalMs(partOf({ SpO2: { ...fast, silentSince: t0 }, RR: slow }))).toBe(30_000);
    expect(shortestIntervalMs(partOf({ SpO2: { ...fast, givenUp: true }, RR: slow }))).toBe(30_000);
    expect(shortestIntervalMs(partOf({ SpO2: { ...fast, givenUp: true } }))).toBeUndefined();
    expect(shortestIntervalMs(partOf({ SpO2: lastArrival('SpO2', { spacings: [4_000, 4_000] }) }))).toBe(4_000);
    expect(shortestIntervalMs(partOf({ SpO2: lastArrival('SpO2') }, { declaredMs: 7_000 }))).toBe(7_000);
  });
});

describe('arrivalsAfterStandby', () => {
  it('after a standby the count of values starts again, and silent parameters stay silent', () => {
    const counted = { tens: [3, 1], patchySince: t0 - 20_000 };
    const part = partOf({
      SpO2: lastArrival('SpO2', { ...counted, validAt: t0 - 1_000 }),
      RR: lastArrival('RR', { ...counted, validAt: t0 - 90_000, silentSince: t0 - 70_000 }),
    });
    const { codes: after } = arrivalsAfterStandby(part);
    expect(after[codes.SpO2]).toMatchObject({ since: t0 - 1_000, tens: [], patchySince: null });
    expect(after[codes.RR]).toEqual(part.codes[codes.RR]);
    const never = partOf({ SpO2: lastArrival('SpO2', counted) });
    expect(arrivalsAfterStandby(never)).toEqual(never);
  });
});
