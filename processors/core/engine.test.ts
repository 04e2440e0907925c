/** What must hold of every log: fast-check prints the seed of a counterexample. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0, valuesOf, wallOf } from '../bed.testing.ts';
import { step } from './engine.ts';
import type { Input, ObservationInput } from './inputs.ts';
import { realign } from './realign.ts';
import { initialState, type State } from './state.ts';
import { nextDue } from './timers.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const associationId = 'association-1';
const adult: Input = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };
const begin = () => step(env, initialState(associationId), adult, t0).state;

type Run = { state: State; events: AlarmEvent[] };

function run(inputs: readonly Input[], from: State = begin()): Run {
  let state = from;
  const events: AlarmEvent[] = [];
  for (const input of inputs) {
    const result = step(env, state, input, wallOf(input, t0));
    state = result.state;
    events.push(...result.events);
  }
  return { state, events };
}

/** As a screen keeps them: the highest revision of each alarm. */
function screen(events: readonly AlarmEvent[]): Map<string, AlarmEvent> {
  const best = new Map<string, AlarmEvent>();
  for (const event of events)
    if (event.alarm.rev > (best.get(event.alarm.alarmId)?.alarm.rev ?? 0)) best.set(event.alarm.alarmId, event);
  return best;
}
const finalRevs = (events: readonly AlarmEvent[]) =>
  [...screen(events).values()].map(({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.rev}`).sort();
const tiles = (events: readonly AlarmEvent[]) =>
  [...screen(events).values()]
    .filter(({ type }) => type !== 'cleared')
    .map(({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.present} ${alarm.signal}`)
    .sort();

/** Values around the limits and the ends of their bands; null is said to be invalid. */
const hr = fc.constantFrom(0, 39, 45, 50, 51, 80, 118, 120, 121, 130, 141, 150, null);
const spo2 = fc.constantFrom(97, 91, 90, 88, 84, null);
const rr = fc.constantFrom(15, 15, 15, 0, 31);
/** A stretch of seconds with the same values, after a gap. */
const stretch = fc.record({
  gapS: fc.constantFrom(0, 0, 0, 1, 1.5, 3, 7, 40),
  lengthS: fc.integer({ min: 1, max: 25 }),
  HR: hr,
  SpO2: spo2,
  RR: rr,
  lateS: fc.constantFrom(0, 0, 0, 0, 30),
});

function readingsOf(
  stretches: readonly (typeof stretch extends fc.Arbitrary<infer T> ? T : never)[],
): ObservationInput[] {
  const out: ObservationInput[] = [];
  let s = 0;
  let receivedAt = 0;
  for (const { gapS, lengthS, lateS, ...numerics } of stretches) {
    s += gapS;
    for (let n = 0; n < lengthS; n++, s++) {
      receivedAt = Math.max(receivedAt + 1, t0 + (s + lateS) * 1000 + 20);
      out.push(reading(s, numerics, { receivedAt, seq: out.length + 1 }));
    }
  }
  return out;
}
const log = fc.array(stretch, { minLength: 1, maxLength: 12 }).map(readingsOf);

/** A log in which people answer: acknowledgements of alarms that it raises, some seconds after. */
const answeredLog = fc
  .tuple(
    log,
    fc.array(
      fc.record({
        which: fc.nat(20),
        afterS: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(58, 59.7, 59.9)),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([readings, answers]) => {
    const raised = run(readings).events.filter(({ type }) => type === 'raised');
    const commands = answers.flatMap(({ which, afterS }, n): Input[] => {
      const event = raised[which % Math.max(1, raised.length)];
      if (!event) return [];
      const at = new Date(Date.parse(event.at) + afterS * 1000).toISOString();
      const { alarmId } = event.alarm;
      return [
        {
          type: 'command',
          command: { type: 'acknowledge', commandId: `command-${n}`, associationId, at, by: nurse, alarmId },
        },
      ];
    });
    return [...readings, ...commands].sort((a, b) => wallOf(a, 0) - wallOf(b, 0)) as Input[];
  });

const runs = { numRuns: 100 };

describe('any log', () => {
  it('gives the same, whole or taken up from snapshots', () => {
    fc.assert(
      fc.property(answeredLog, fc.array(fc.nat(200), { maxLength: 5 }), (inputs, cuts) => {
        const whole = run(inputs);
        let state = begin();
        const events: AlarmEvent[] = [];
        let from = 0;
        for (const to of [...new Set(cuts.map((cut) => cut % (inputs.length + 1))), inputs.length].sort(
          (a, b) => a - b,
        )) {
          const part = run(inputs.slice(from, to), JSON.parse(JSON.stringify(state)) as State);
          state = part.state;
          events.push(...part.events);
          from = to;
        }
        expect(events).toEqual(whole.events);
        expect(JSON.parse(JSON.stringify(state))).toEqual(JSON.parse(JSON.stringify(whole.state)));
      }),
      runs,
    );
  });

  it('gives the same alarms and final revisions with repeats in it, anywhere later', () => {
    fc.assert(
      fc.property(log, fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { maxLength: 40 }), (readings, repeats) => {
        const whole = run(readings);
        const inputs: ObservationInput[] = [...readings];
        for (const [which, later] of repeats) {
          const original = readings[which % readings.length]!;
          const at = inputs.indexOf(original) + 1;
          const place = at + (later % (inputs.length - at + 1));
          // A repeat comes when it comes: its place in the log says when, its content stays.
          const receivedAt = inputs[place - 1]!.receivedAt;
          inputs.splice(place, 0, { ...original, receivedAt });
        }
        expect(finalRevs(run(inputs).events)).toEqual(finalRevs(whole.events));
      }),
      runs,
    );
  });

  it('leaves the same tiles when the engine is killed anywhere, though the wall clock had spoken in between', () => {
    const endMs = 20 * 60_000;
    fc.assert(
      fc.property(answeredLog, fc.nat(400), fc.nat(400), fc.constantFrom(0, 700, 5_500), (inputs, a, b, stallMs) => {
        const [snapshotAt, killedAt] = [a % (inputs.length + 1), b % (inputs.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        // An unkilled engine, ticked each 500 ms. Before the kill a stall of the log lets the clock speak first.
        const live = withTicks(inputs.slice(0, snapshotAt), begin());
        const lost = withTicks(inputs.slice(snapshotAt, killedAt), live.state, stallMs);
        const nowMs = Math.max(lost.nowMs, live.nowMs);
        const replayed = run(inputs.slice(snapshotAt, killedAt), JSON.parse(JSON.stringify(live.state)) as State);
        const ticked = step(env, replayed.state, { type: 'tick' }, nowMs);
        const aligned = realign(env, ticked.state, lost.events, nowMs);
        const rest = withTicks(inputs.slice(killedAt), aligned.state, 0, nowMs + endMs);
        const told = [
          ...live.events,
          ...lost.events,
          ...replayed.events,
          ...ticked.events,
          ...aligned.events,
          ...rest.events,
        ];
        // The screens show exactly what the engine holds.
        const held = Object.values(rest.state.live).map(
          ({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.present} ${alarm.signal}`,
        );
        expect(tiles(told)).toEqual(held.sort());
        const whole = withTicks(inputs, begin(), 0, nowMs + endMs);
        const physiological = (events: readonly AlarmEvent[]) =>
          [...screen(events).values()]
            .flatMap(({ alarm }) => (alarm.kind === 'physiological' && alarm.onsets === 1 ? [alarm.alarmId] : []))
            .sort();
        if (stallMs === 0) expect(physiological(told)).toEqual(physiological(whole.events));
      }),
      runs,
    );
  });

  it('keeps its state bounded', () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 20, maxLength: 40 }).map(readingsOf), (readings) => {
        const { state } = run(readings);
        expect(JSON.stringify(state).length).toBeLessThan(40_000);
        expect(state.closed.length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 20 },
    );
  });
});

/** Runs a log with the wall clock speaking each 500 ms, `stallMs` ahead of what has been read. */
function withTicks(inputs: readonly Input[], from: State, stallMs = 0, untilMs?: number): Run & { nowMs: number } {
  let state = from;
  const events: AlarmEvent[] = [];
  let nowMs = inputs[0] ? wallOf(inputs[0], t0) : t0;
  const advance = (toMs: number) => {
    for (; nowMs < toMs; nowMs = Math.min(toMs, nowMs + 500)) {
      if (nextDue(state) > nowMs) continue;
      const result = step(env, state, { type: 'tick' }, nowMs);
      state = result.state;
      events.push(...result.events);
    }
  };
  for (const input of inputs) {
    advance(wallOf(input, t0) + stallMs);
    const result = step(env, state, input, nowMs);
    state = result.state;
    events.push(...result.events);
  }
  if (untilMs !== undefined) advance(untilMs);
  return { state, events, nowMs };
}

describe('HR.high on any log in order, against a plain reading of the rule', () => {
  const one = fc.record({
    gapS: fc.constantFrom(1, 1, 1, 1, 1, 2, 2.5, 4.5, 5, 30),
    value: fc.constantFrom(130, 121, 125, 120, 119, 118, 100, null),
  });
  it('is raised where the rule says so, and nowhere else', () => {
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 120 }), (steps) => {
        let s = 0;
        const points = steps.map(({ gapS, value }) => {
          s += gapS;
          return { s, value };
        });
        const inputs = points.map(({ s: at, value }, n) => ({
          ...reading(at, {}, { seq: n + 1 }),
          values: valuesOf({ HR: value }),
        }));
        const raised = run(inputs).events.filter(
          ({ type, alarm }) => type === 'raised' && alarm.condition === 'HR.high',
        );
        const told = raised.map(({ alarm }: { alarm: Alarm }) => [
          (Date.parse(alarm.onsetAt) - t0) / 1000,
          (Date.parse(alarm.determinedAt) - t0) / 1000,
        ]);
        expect(told).toEqual(expected(points));
      }),
      { numRuns: 500 },
    );
  });

  /** [onset, determined] of each alarm: 6 s beyond 120, gaps over 2 s not counted, anew after 5 s; over at 118. */
  function expected(points: readonly { s: number; value: number | null }[]): [number, number][] {
    const values = points.filter((point): point is { s: number; value: number } => point.value !== null);
    const found: [number, number][] = [];
    let onset: number | undefined;
    let beyondS = 0;
    let alarmed = false;
    let beforeS: number | undefined;
    for (const { s, value } of values) {
      const gapS = beforeS === undefined ? Number.POSITIVE_INFINITY : s - beforeS;
      beforeS = s;
      if (alarmed) {
        if (value <= 118) {
          alarmed = false;
          onset = undefined;
        }
        continue;
      }
      if (value <= 120) {
        onset = undefined;
        continue;
      }
      if (onset === undefined || gapS >= 5) {
        onset = s;
        beyondS = 0;
      } else if (gapS <= 2) beyondS += gapS;
      if (beyondS >= 6) {
        found.push([onset, s]);
        alarmed = true;
      }
    }
    return found;
  }
});
