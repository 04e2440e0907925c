/** Random faults of a device, its clock and its network: no reading may get the wrong patient. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniformNumber } from '../../tests/uniform-number.ts';
import { attribute, type Period } from './associations.ts';
import type { Span } from './clock-error.ts';
import { type DeviceClocks, measurementSpan, noteTime } from './clocks.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const msAt = (s: number) => t0 + Math.round(s * 1000);

/** Returns the patient of a reading if the device changed from the first to the second patient at `changeS` seconds. */
function patientIfChangedAt(span: Span, changeS: number): string {
  const changeMs = msAt(changeS);
  const periods: Period[] = [
    { associationId: 'first', stampMs: msAt(-86_400), fromMs: msAt(-86_400), toMs: changeMs, ward: 'ICU' },
    { associationId: 'second', stampMs: changeMs, fromMs: changeMs, toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
  ];
  const patient = attribute(periods, span);
  return patient.kind === 'unclear' ? 'unclear' : (patient.associationId ?? 'none');
}

/** The clock is set once. */
type Faults = {
  readonly everyS: number;
  /** Number of readings before, during and after the outage. */
  readonly counts: readonly [number, number, number];
  readonly behindS: number;
  readonly drift: number;
  readonly birth: 'own number' | 'no number' | 'none';
  readonly numbered: boolean;
  /** How far the clock is set, s. Positive: the clock is set back. */
  readonly set: number;
  /** The permanent rise of the delay, s. Used only if the clock is not set. */
  readonly slowerS: number;
  /** Time at which the clock is set or the delay rises, as a fraction of the whole time. */
  readonly eventAt: number;
  /** Messages of a backlog per second. */
  readonly pace: number;
};

/** A reading that was sent: its time of measurement, and the span that the gateway returns for this time. */
type Result = {
  readonly at: number;
  readonly span: Span;
  /**
   * The allowed error of the span, s: the span may begin at most `lateMaxS` after the measurement, or end at most
   * `earlyMaxS` before the measurement.
   */
  readonly lateMaxS: number;
  readonly earlyMaxS: number;
};

/** Returns the time, the kind and the size of the event. Leaves out faults that no message can show (decision 17). */
function shownEvent({ everyS, counts, drift, birth, ...faults }: Faults) {
  const [before, during, after] = counts;
  const totalS = (before + during + after) * everyS;
  const backS = (before + during) * everyS - everyS / 2;
  // Without a birth message, no message shows that the clock was set forward during the outage or while the backlog
  // came.
  const set = birth === 'none' && during > 0 ? Math.max(0, faults.set) : faults.set;
  // The event comes after the first reading, so this reading has the usual delay.
  const eventAt = everyS / 2 + faults.eventAt * totalS;
  // No message shows that the clock was set back between the birth message and the next reading.
  const isSetUnnoticed = birth !== 'none' && set > 0 && eventAt > backS && eventAt <= backS + everyS / 2;
  // If a delay rises by more than 10 s over a reconnect, the gateway treats the clock as set back. The drift of the
  // clock adds to this rise.
  const slowerMaxS = birth === 'none' ? Number.POSITIVE_INFINITY : Math.max(0, 9.5 - Math.abs(drift) * totalS);
  const slowerS = set !== 0 ? 0 : Math.min(faults.slowerS, slowerMaxS);
  return { eventS: isSetUnnoticed ? backS : eventAt, set, slowerS, backS };
}

const usualDelayS = 0.05;

/** Sends the readings of a device with faults. */
function resultsOf(faults: Faults): Result[] {
  const { everyS, counts, behindS, drift, birth, numbered, pace } = faults;
  const [before, during, after] = counts;
  const { eventS, set, slowerS, backS } = shownEvent(faults);
  const behindAt = (at: number) => behindS + drift * at + (at >= eventS ? set : 0);
  const delayAt = (at: number) => usualDelayS + (at >= eventS ? slowerS : 0);
  const clocks: DeviceClocks = [];
  let leastDifferenceS = Number.POSITIVE_INFINITY;
  const send = (at: number, receiptS: number, boot: string, seq: number | undefined, kind: 'observation' | 'birth') => {
    const difference = receiptS - at + behindAt(at);
    leastDifferenceS = Math.min(leastDifferenceS, difference);
    const timed = { boot, seq, timeMs: msAt(at - behindAt(at)), receivedAtMs: msAt(receiptS), kind };
    return measurementSpan(clocks, noteTime(clocks, timed), 'connection', timed);
  };
  let lastReceiptS = 0;
  return Array.from({ length: before + during + after }, (_, i) => {
    const at = i * everyS;
    // The birth message comes before the backlog, as docs/integrator.md requires.
    if (i === before && birth !== 'none')
      send(backS, backS + delayAt(backS), birth === 'no number' ? 'connection' : 'b1', undefined, 'birth');
    const earliestS = i >= before ? Math.max(backS + delayAt(backS), lastReceiptS + 1 / pace) : lastReceiptS + 0.001;
    lastReceiptS = Math.max(at + delayAt(at), earliestS);
    const span = send(at, lastReceiptS, 'b1', numbered ? i + 1 : undefined, 'observation');
    // The gateway treats a clock that is at most 2 s wrong as right. A clock that is ahead looks right if each message
    // is delayed by as much as the clock is ahead.
    const isRight = Math.abs(behindAt(at)) <= 2.2 + slowerS;
    const rightMaxS = isRight ? 2.2 + slowerS : usualDelayS;
    // If the clock moves ahead, and the delay grows permanently by the same amount, the gateway cannot see the error.
    const hiddenGainS = at >= eventS ? Math.min(slowerS, Math.max(0, leastDifferenceS - behindAt(at))) : 0;
    return {
      at,
      span,
      lateMaxS: Math.max(rightMaxS, slowerS > 0 ? hiddenGainS + usualDelayS : 0),
      earlyMaxS: rightMaxS,
    };
  });
}

/**
 * Expects that each reading has the right patient or is unclear, whenever the patient changed. Tries two changes of the
 * patient: immediately after the measurement and immediately before it. If these two give no wrong patient, a change at
 * any other time gives no wrong patient.
 */
function expectNoWrongPatient(faults: Faults): void {
  for (const { at, span, lateMaxS, earlyMaxS } of resultsOf(faults)) {
    const afterS = at + lateMaxS + 0.002;
    expect(patientIfChangedAt(span, afterS), `measured at ${at} s, changed at ${afterS} s`).toMatch(/first|unclear/);
    const beforeS = at - earlyMaxS - 0.002;
    expect(patientIfChangedAt(span, beforeS), `measured at ${at} s, changed at ${beforeS} s`).toMatch(/second|unclear/);
  }
}

const faultyDevice: fc.Arbitrary<Faults> = fc
  .record({
    everyS: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })),
    counts: fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 80 })),
    behindS: fc.oneof(
      fc.constant(0),
      uniformNumber(2.1, 7200),
      uniformNumber(-290, -2.1),
      uniformNumber(2.1, 60),
      uniformNumber(-60, -2.1),
    ),
    drift: fc.oneof(fc.constant(0), uniformNumber(-2e-4, 2e-4)),
    birth: fc.constantFrom('own number', 'no number', 'none'),
    numbered: fc.boolean(),
    /** `by`: how far the clock is set, s. `to`: the error of the clock after the change, s. */
    set: fc.oneof(
      fc.constant({ by: 0 }),
      fc.record({ by: fc.oneof(uniformNumber(0, 300), uniformNumber(-300, 300), uniformNumber(-20, 20)) }),
      fc.record({ to: uniformNumber(-12, 12) }),
    ),
    slowerS: fc.oneof(fc.constant(0), uniformNumber(0, 10), uniformNumber(0, 60)),
    /** `s`: time of the event, in seconds after the device has connected again. */
    eventAt: fc.oneof(uniformNumber(0, 1), fc.record({ s: uniformNumber(-15, 20) })),
    pace: fc.oneof(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 200 })),
  })
  .map(({ set, eventAt, ...faults }) => {
    const [before, during, after] = faults.counts;
    const fraction = (s: number) => (before + during - 1 + s / faults.everyS) / (before + during + after);
    return {
      ...faults,
      set: 'to' in set ? set.to - faults.behindS : set.by,
      eventAt: typeof eventAt === 'number' ? eventAt : Math.min(1, Math.max(0, fraction(eventAt.s))),
    };
  });

it('the gateway attributes no reading to the wrong patient, for any error of the clock, any change of the patient and any outage', () => {
  fc.assert(fc.property(faultyDevice, expectNoWrongPatient), { numRuns: 1000 });
});

const readingsEachSecond = {
  everyS: 1,
  drift: 0,
  slowerS: 0,
  birth: 'own number',
  numbered: true,
  pace: 2,
} as const;

/** With an older rule, each of these devices had a reading with the wrong patient. */
it.each<[name: string, faults: Faults]>([
  [
    'the clock was set back in an outage and is still ahead: the birth message and then a stored reading show it',
    {
      ...readingsEachSecond,
      counts: [1, 11, 1],
      behindS: -126.3075454,
      drift: -0.0002,
      numbered: false,
      set: 119.2596,
      eventAt: 0,
    },
  ],
  [
    'the clock was set back in an outage and is still ahead, and there is no birth message',
    { ...readingsEachSecond, counts: [20, 60, 80], behindS: -17, birth: 'none', set: 10, eventAt: 0.2 },
  ],
  [
    'the clock was set back in an outage, and by chance a stored reading has the same difference as the birth message',
    {
      ...readingsEachSecond,
      counts: [35, 57, 41],
      behindS: 0,
      birth: 'no number',
      numbered: false,
      set: 16.2036,
      eventAt: 0.672979,
      pace: 5,
    },
  ],
  [
    'the clock was set back by 2.9 s after a birth message without a boot',
    {
      ...readingsEachSecond,
      counts: [10, 23, 35],
      behindS: -48.9375873,
      birth: 'no number',
      set: 2.8566,
      eventAt: 0.48317,
      pace: 98,
    },
  ],
  [
    'the clock was set forward after the birth message, before the whole backlog had come',
    { ...readingsEachSecond, counts: [20, 29, 15], behindS: 0, set: -5.4846, eventAt: 0.947383 },
  ],
  [
    'the clock was 4 s behind and was set forward to 2 s behind in an outage',
    { ...readingsEachSecond, counts: [5, 55, 67], behindS: 3.9, set: -1.95, eventAt: 0.10188, pace: 98 },
  ],
  [
    'the clock gained 3.6 s in an outage of 5 hours, and there is no birth message',
    {
      everyS: 300,
      counts: [20, 60, 4],
      behindS: 0,
      drift: -0.0002,
      birth: 'none',
      numbered: true,
      set: 0,
      slowerS: 0,
      eventAt: 0,
      pace: 50,
    },
  ],
  [
    'the clock lost time for hours and was set forward in an outage',
    {
      everyS: 294,
      counts: [69, 57, 33],
      behindS: -9.438283100000035,
      drift: 0.00019999440000000005,
      birth: 'own number',
      numbered: true,
      set: -119.4714,
      slowerS: 0,
      eventAt: 0.748371,
      pace: 161,
    },
  ],
])('the gateway attributes no reading to the wrong patient if %s', (_, faults) => {
  expectNoWrongPatient(faults);
});

it('two devices can send the same messages although their readings belong to different patients: a falling delay looks like a clock that gains time', () => {
  /**
   * Time at which the delay rises by 4 s. In `clockGains` the delay stays at this height. In `clockIsRight` the delay
   * slowly falls to the usual delay.
   */
  const slowerAtS = 10_000;
  const times = Array.from({ length: 170 }, (_, i) => i * 300.007).filter((s) => s <= 50_002);
  const gainedAt = (timeS: number) => Math.max(0, timeS - slowerAtS) * 1e-4;
  const risenAt = (timeS: number) => (timeS >= slowerAtS ? 4 : 0);
  const clockGains = times.map((timeS) => ({
    timeS,
    at: timeS - gainedAt(timeS),
    delayS: usualDelayS + risenAt(timeS),
  }));
  const clockIsRight = times.map((timeS) => ({
    timeS,
    at: timeS,
    delayS: usualDelayS + risenAt(timeS) - gainedAt(timeS),
  }));
  const messages = (world: typeof clockGains) =>
    world.map(({ timeS, at, delayS }) => [timeS, Math.round((at + delayS) * 1000)]);
  expect(messages(clockGains)).toEqual(messages(clockIsRight));
  const lastS = times.at(-1)!;
  expect(clockGains.at(-1)!.at).toBeLessThan(lastS - 3.9);
  // The clock of the second device is right, and its delay is usual.
  const clocks: DeviceClocks = [];
  const spans = messages(clockIsRight).map(([timeS, receivedAtMs], i) => {
    const timed = {
      boot: 'b1',
      seq: i + 1,
      timeMs: msAt(timeS!),
      receivedAtMs: t0 + receivedAtMs!,
      kind: 'observation',
    } as const;
    return measurementSpan(clocks, noteTime(clocks, timed), 'connection', timed);
  });
  expect(patientIfChangedAt(spans.at(-1)!, lastS - 2)).toBe('second');
});
