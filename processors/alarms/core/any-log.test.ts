/** Property tests of the engine with random logs. fast-check prints the seed of a counterexample. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0, wallOf } from '../../bed.testing.ts';
import { nextDue, step } from './engine.ts';
import type { Input, ObservationInput } from './inputs.ts';
import { adultProfile } from './profile.ts';
import { realign } from './realign.ts';
import { rearm } from './rearm.ts';
import { initialState, type State } from './state.ts';

const associationId = 'association-1';
const adult: Input = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };
const beginningState = () => step(env, initialState(associationId), adult, t0).state;

type Run = { state: State; events: AlarmEvent[] };

function run(inputs: readonly Input[], from: State = beginningState()): Run {
  let state = from;
  const events: AlarmEvent[] = [];
  for (const input of inputs) {
    const result = step(env, state, input, wallOf(input, t0));
    state = result.state;
    events.push(...result.events);
  }
  return { state, events };
}

/** Returns the events that a screen keeps: for each alarm, the event with the highest revision. */
function latestEvents(events: readonly AlarmEvent[]): Map<string, AlarmEvent> {
  const best = new Map<string, AlarmEvent>();
  for (const event of events)
    if (event.alarm.rev > (best.get(event.alarm.alarmId)?.alarm.rev ?? 0)) best.set(event.alarm.alarmId, event);
  return best;
}
/**
 * Returns the last revision of each alarm, without alarms about silence: the wall clock decides when these alarms begin
 * (CLINICAL, "Judged or told", 7).
 */
const finalRevisionTexts = (events: readonly AlarmEvent[]) =>
  [...latestEvents(events).values()]
    .filter(({ alarm }) => !/no-data|intermittent/.test(alarm.condition))
    .map(({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.rev}`)
    .sort();
/**
 * Returns whether an alarm is about a limit. An alarm of a score is different: it may also end because its values are
 * too old.
 */
const isAboutLimit = ({ kind, code }: Alarm) => kind === 'physiological' && code !== undefined;
/** Returns the fields of the physiological alarms that depend only on readings, and not on the wall clock. */
const judgedTexts = (events: readonly AlarmEvent[]) =>
  [...latestEvents(events).values()]
    .filter(({ alarm }) => alarm.kind === 'physiological')
    .map(
      ({ alarm }) =>
        `${alarm.condition} ${alarm.alarmId} ${alarm.onsetAt} ×${alarm.onsets} ${alarm.resolvedAt ?? 'present'}`,
    )
    .sort();
const tileTexts = (events: readonly AlarmEvent[]) =>
  [...latestEvents(events).values()]
    .filter(({ type }) => type !== 'cleared')
    .map(({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.present} ${alarm.signal}`)
    .sort();

/** Values around the limits and around the bounds of the hysteresis. `null` is an invalid value. */
const hr = fc.constantFrom(0, 39, 45, 50, 51, 80, 118, 120, 121, 130, 141, 150, null);
const spo2 = fc.constantFrom(97, 91, 90, 88, 84, null);
const rr = fc.constantFrom(15, 15, 15, 0, 31);
/** Some seconds with the same values, after a gap without readings. */
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
const randomLog = fc.array(stretch, { minLength: 1, maxLength: 12 }).map(readingsOf);
/**
 * A log without outages, for tests that set the clock. In these tests, an outage would look like one more change of the
 * clock and move the onsets.
 */
const randomSteadyLog = fc
  .array(stretch, { minLength: 1, maxLength: 12 })
  .map((all) => readingsOf(all.map((each) => ({ ...each, lateS: 0, gapS: each.gapS === 40 ? 7 : each.gapS }))));

/** Standbys at random times of the log. If `forMs` is 0, a person ends the standby. */
const standbys = fc.array(
  fc.record({ atS: fc.integer({ min: 0, max: 250 }), forMs: fc.constantFrom(0, 60_000, 90_000, 14_400_000) }),
  { maxLength: 3 },
);
/** A log in which people acknowledge alarms some seconds after the call, and begin standbys. */
const randomAcknowledgedLog = fc
  .tuple(
    randomLog,
    standbys,
    fc.array(
      fc.record({
        which: fc.nat(20),
        afterS: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(58, 59.7, 59.9)),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([readings, away, answers]) => {
    const pauses = away.map(({ atS, forMs }, n): Input => {
      const asked = {
        commandId: `away-${n}`,
        associationId,
        at: new Date(t0 + atS * 1000 + 500).toISOString(),
        by: nurse,
      };
      const command =
        forMs === 0
          ? { ...asked, type: 'end-standby' as const }
          : { ...asked, type: 'standby' as const, reason: 'Imaging', forMs };
      return { type: 'command', command };
    });
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
    return [...readings, ...commands, ...pauses].sort((a, b) => wallOf(a, 0) - wallOf(b, 0)) as Input[];
  });

/** Prints the seed, so that a run can be repeated. */
function seeded(numRuns: number) {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  return { seed, numRuns };
}

describe('the engine on any log', () => {
  it('the engine gives the same events and the same state if it stops at any places and continues from snapshots', () => {
    fc.assert(
      fc.property(randomAcknowledgedLog, fc.array(fc.nat(200), { maxLength: 5 }), (inputs, cuts) => {
        const whole = run(inputs);
        let state = beginningState();
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
      seeded(100),
    );
  });

  it('readings that are repeated at any later place of the log change no alarm and no last revision of an alarm', () => {
    fc.assert(
      fc.property(randomLog, fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { maxLength: 40 }), (readings, repeats) => {
        const whole = run(readings);
        const inputs: ObservationInput[] = [...readings];
        for (const [which, later] of repeats) {
          const original = readings[which % readings.length]!;
          const at = inputs.indexOf(original) + 1;
          const place = at + (later % (inputs.length - at + 1));
          // A repeat has the content of the first reading, and the receive time of the previous input.
          const receivedAt = inputs[place - 1]!.receivedAt;
          inputs.splice(place, 0, { ...original, receivedAt });
        }
        expect(finalRevisionTexts(run(inputs).events)).toEqual(finalRevisionTexts(whole.events));
      }),
      seeded(100),
    );
  });

  it('after a kill at any place the screens show exactly the alarms of the engine, even if ticks had made events before the kill', () => {
    const endMs = 20 * 60_000;
    fc.assert(
      fc.property(
        randomAcknowledgedLog,
        fc.nat(400),
        fc.nat(400),
        fc.constantFrom(0, 700, 5_500),
        (inputs, a, b, stallMs) => {
          const [snapshotAt, killedAt] = [a % (inputs.length + 1), b % (inputs.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          // An engine with a tick each 500 ms. Before the kill the log stalls, so ticks come earlier than the readings.
          const live = withTicks(inputs.slice(0, snapshotAt), beginningState());
          const lost = withTicks(inputs.slice(snapshotAt, killedAt), live.state, stallMs);
          const nowMs = Math.max(lost.nowMs, live.nowMs);
          const replayed = run(inputs.slice(snapshotAt, killedAt), JSON.parse(JSON.stringify(live.state)) as State);
          const ticked = step(env, replayed.state, { type: 'tick' }, nowMs);
          const aligned = realign(ticked.state, lost.events, nowMs);
          const rest = withTicks(inputs.slice(killedAt), aligned.state, 0, nowMs + endMs);
          const shown = [
            ...live.events,
            ...lost.events,
            ...replayed.events,
            ...ticked.events,
            ...aligned.events,
            ...rest.events,
          ];
          const present = Object.values(rest.state.book.live).map(
            ({ alarm }) => `${alarm.alarmId} ${alarm.condition} ${alarm.present} ${alarm.signal}`,
          );
          expect(tileTexts(shown)).toEqual(present.sort());
          const whole = withTicks(inputs, beginningState(), 0, nowMs + endMs);
          if (stallMs === 0) expect(judgedTexts(shown)).toEqual(judgedTexts(whole.events));
        },
      ),
      seeded(100),
    );
  });

  it('no alarm is lost or raised twice if the clock was set back 10 min before a restart', () => {
    const backMs = 600_000;
    fc.assert(
      fc.property(randomSteadyLog, fc.nat(400), (readings, cut) => {
        const at = cut % (readings.length + 1);
        const before = withTicks(readings.slice(0, at), beginningState());
        const nowMs = before.nowMs - backMs;
        const state = rearm(JSON.parse(JSON.stringify(before.state)) as State, adultProfile, nowMs);
        const later = readings.slice(at).map((input) => ({ ...input, receivedAt: input.receivedAt - backMs }));
        const after = withTicks(later, state);
        const whole = withTicks(readings, beginningState());
        // A score uses several parameters, so its onset depends on when the clock was set.
        const ofValues = (events: readonly AlarmEvent[]) =>
          judgedTexts(events.filter(({ alarm }) => isAboutLimit(alarm)));
        expect(ofValues([...before.events, ...after.events])).toEqual(ofValues(whole.events));
      }),
      seeded(200),
    );
  });

  it('silence, escalation and re-alarm come within the usual times after the clock was set back', () => {
    let escalated = 0;
    fc.assert(
      fc.property(
        randomAcknowledgedLog,
        fc.nat(400),
        fc.constantFrom(1_000, 600_000, 86_400_000),
        (inputs, cut, backMs) => {
          const before = withTicks(inputs.slice(0, (cut % inputs.length) + 1), beginningState());
          const nowMs = before.nowMs - backMs;
          const state = rearm(JSON.parse(JSON.stringify(before.state)) as State, adultProfile, nowMs);
          const calling = Object.values(state.book.live).filter(
            ({ acknowledged, subsumed }) => !acknowledged && !subsumed,
          );
          const answered = Object.values(state.book.live).filter(({ realarmAt }) => realarmAt !== null);
          const { events, state: after } = withTicks([], state, 0, nowMs + 186_000, nowMs);
          const about = (id: string, type: string) =>
            events.some((event) => event.type === type && event.alarm.alarmId === id);
          if (state.device.armed) expect(after.device.silentSince).not.toBeNull();
          // During a standby without values, earlier calls are hidden (standby.test.ts).
          if (state.standby !== null) return;
          for (const { alarm } of calling) {
            if (!isAboutLimit(alarm) || alarm.priority === 'low' || alarm.escalation >= 3) continue;
            escalated += 1;
            expect(about(alarm.alarmId, 'escalated'), alarm.condition).toBe(true);
          }
          for (const { alarm, subsumed } of answered)
            if (!subsumed && isAboutLimit(alarm)) expect(about(alarm.alarmId, 'realarmed'), alarm.condition).toBe(true);
        },
      ),
      seeded(100),
    );
    expect(escalated).toBeGreaterThan(20);
  });

  it('a restart with a correct clock does not change the state', () => {
    fc.assert(
      fc.property(randomAcknowledgedLog, fc.nat(400), (inputs, cut) => {
        const { state, nowMs } = withTicks(inputs.slice(0, (cut % inputs.length) + 1), beginningState());
        // After the restart, `quietUntil` may be earlier than before. The engine then checks for silence too early,
        // which does no harm.
        const { quietUntil } = state.arrivals;
        const started = rearm(state, adultProfile, nowMs);
        expect(started.arrivals.quietUntil).toBeLessThanOrEqual(quietUntil);
        expect({ ...started, arrivals: { ...started.arrivals, quietUntil } }).toEqual(state);
      }),
      seeded(50),
    );
  });

  it('the state does not grow beyond its limit', () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 20, maxLength: 40 }).map(readingsOf), (readings) => {
        const { state } = run(readings);
        expect(JSON.stringify(state).length).toBeLessThan(40_000);
        expect(state.book.closed.length).toBeLessThanOrEqual(32);
      }),
      seeded(20),
    );
  });
});

/** Runs a log with a tick each 500 ms. The wall clock is `stallMs` ahead of the readings. */
function withTicks(
  inputs: readonly Input[],
  from: State,
  stallMs = 0,
  untilMs?: number,
  fromMs = inputs[0] ? wallOf(inputs[0], t0) : t0,
): Run & { nowMs: number } {
  let state = from;
  const events: AlarmEvent[] = [];
  let nowMs = fromMs;
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

describe('HR.high on any log in order', () => {
  const step = fc.record({
    gapS: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 2.5, 4.5, 5, 20, 20.5, 30),
    value: fc.constantFrom(130, 121, 125, 120, 119, 118, 100, 100, 100, null),
  });
  /** Each value comes one to eight times in a row, because single values rarely last for the delay. */
  const points = fc
    .array(fc.tuple(step, fc.integer({ min: 1, max: 8 })), { minLength: 1, maxLength: 40 })
    .map((steps) => {
      let s = 0;
      return steps.flatMap(([{ gapS, value }, times]) =>
        Array.from({ length: times }, (_, i) => {
          s += i === 0 ? gapS : 1;
          return { s, value };
        }),
      );
    });

  it('HR.high has the same onsets and ends as in a simple version of the rule', () => {
    let raised = 0;
    fc.assert(
      fc.property(points, (all) => {
        const inputs = all.map(({ s, value }, n) => reading(s, { HR: value }, { seq: n + 1 }));
        const last = new Map<string, Alarm>();
        for (const { alarm } of run(inputs).events) if (alarm.condition === 'HR.high') last.set(alarm.alarmId, alarm);
        const alarms = [...last.values()].map((alarm) => ({
          onset: (Date.parse(alarm.onsetAt) - t0) / 1000,
          determined: (Date.parse(alarm.determinedAt) - t0) / 1000,
          onsets: alarm.onsets,
          end: alarm.resolvedAt === undefined ? null : (Date.parse(alarm.resolvedAt) - t0) / 1000,
        }));
        raised += alarms.length;
        expect(alarms).toEqual(expectedAlarmsOf(all));
      }),
      seeded(500),
    );
    expect(raised).toBeGreaterThan(100);
  });

  type ExpectedAlarm = { onset: number; determined: number; onsets: number; end: number | null };

  /**
   * Returns the alarms by a simple version of the rule. An alarm begins after 6 s above 120; gaps of up to 20 s count.
   * An alarm ends after 5 s at 118 or below without a gap of more than 20 s. A new onset within 30 s of the end
   * continues the alarm.
   */
  function expectedAlarmsOf(all: readonly { s: number; value: number | null }[]): ExpectedAlarm[] {
    const expectedAlarms: ExpectedAlarm[] = [];
    let onset: number | undefined;
    let beyondS = 0;
    let alarm: ExpectedAlarm | undefined;
    let inside: number | undefined;
    let before = Number.NEGATIVE_INFINITY;
    for (const { s, value } of all) {
      if (value === null) continue;
      const gapS = s - before;
      before = s;
      if (alarm !== undefined) {
        inside = value > 118 ? undefined : inside === undefined || gapS > 20 ? s : inside;
        if (inside === undefined || s - inside < 5) continue;
        alarm.end = s;
        alarm = undefined;
        onset = undefined;
        continue;
      }
      if (value <= 120) {
        onset = undefined;
        continue;
      }
      if (onset === undefined) beyondS = 0;
      else if (gapS <= 20) beyondS += gapS;
      onset ??= s;
      if (beyondS < 6) continue;
      const recent = expectedAlarms.at(-1);
      if (recent?.end != null && onset - recent.end <= 30) {
        recent.onsets += 1;
        recent.end = null;
        alarm = recent;
      } else {
        alarm = { onset, determined: s, onsets: 1, end: null };
        expectedAlarms.push(alarm);
      }
      inside = undefined;
    }
    return expectedAlarms;
  }
});
