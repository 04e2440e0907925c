/**
 * Property tests: the same readings give the same alarms in any delivery (CLINICAL, "Judged or told", 7). Alarms about
 * silence are left out, because they depend on the delivery.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { nurse, plainReading, t0 } from '../../bed.testing.ts';
import { alarmHash } from '../alarm-hash.ts';
import { nextDue, step } from './engine.ts';
import type { Environment } from './environment.ts';
import type { Input, ObservationInput } from './inputs.ts';
import { adultProfile } from './profile.ts';
import { initialState, type State } from './state.ts';

const env: Environment = {
  hash: alarmHash,
  profile: () => adultProfile,
};

type Delivered = { readonly input: ObservationInput; readonly now: number };

/** The readings of a patient, one each second, whose values change every few seconds. Some values are invalid. */
const patient = fc
  .array(
    fc.record({
      hr: fc.integer({ min: 30, max: 150 }),
      spo2: fc.integer({ min: 80, max: 100 }),
      times: fc.integer({ min: 3, max: 25 }),
      invalidEach: fc.integer({ min: 2, max: 9 }),
    }),
    { minLength: 4, maxLength: 10 },
  )
  .map((parts) =>
    parts
      .flatMap(({ hr, spo2, times, invalidEach }) =>
        Array.from({ length: times }, (_, i) => ({ hr, spo2, i, invalidEach })),
      )
      .map(({ hr, spo2, i, invalidEach }, s): ObservationInput => {
        const values = [
          { code: 'MDC_ECG_HEART_RATE', unit: '/min', value: hr },
          i % invalidEach === 0
            ? ({ code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', validity: 'invalid' } as const)
            : { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', value: spo2 },
        ];
        return plainReading(s, values);
      }),
  );

const onTime = (readings: readonly ObservationInput[]): Delivered[] =>
  readings.map((input) => ({ input, now: input.receivedAt }));

const standby = (at: number): Input => {
  const commandFields = { commandId: 'away', associationId: 'association', at: new Date(at).toISOString(), by: nurse };
  return { type: 'command', command: { type: 'standby', ...commandFields, reason: 'Imaging', forMs: 3_600_000 } };
};

/**
 * Returns the events of a delivery.
 * @param viaJsonEach number of readings after which the state is written as JSON and read again; 0: never.
 * @param awayAt wall clock at which a nurse begins a standby; without it, there is no standby
 */
function play(delivered: readonly Delivered[], viaJsonEach = 0, awayAt = Number.POSITIVE_INFINITY): AlarmEvent[] {
  let isAsked = false;
  const events: AlarmEvent[] = [];
  let state: State = initialState('association');
  const takeResult = (result: { state: State; events: readonly AlarmEvent[] }) => {
    state = result.state;
    events.push(...result.events);
  };
  takeResult(step(env, state, { type: 'association', category: 'adult', ward: 'ICU', endedAt: null }, t0));
  for (const [i, { input, now }] of delivered.entries()) {
    if (now >= awayAt && !isAsked) {
      isAsked = true;
      takeResult(step(env, state, standby(awayAt), awayAt));
    }
    for (let due = nextDue(state); due <= now; due = nextDue(state))
      takeResult(step(env, state, { type: 'tick' }, due));
    takeResult(step(env, state, input, now));
    if (viaJsonEach > 0 && i % viaJsonEach === 0) state = JSON.parse(JSON.stringify(state)) as State;
  }
  return events;
}

/** Returns each physiological alarm as a text: condition, onset, id, number of onsets, and end. */
function alarmsOf(events: readonly AlarmEvent[]): string[] {
  const last = new Map<string, AlarmEvent>();
  for (const event of events) if (event.alarm.kind === 'physiological') last.set(event.alarm.alarmId, event);
  return [...last.values()]
    .map(
      ({ alarm }) =>
        `${alarm.condition} ${alarm.onsetAt} ${alarm.alarmId} ×${alarm.onsets} ${alarm.resolvedAt ?? 'present'}`,
    )
    .sort();
}

const testSchedule = (
  name: string,
  schedule: (readings: ObservationInput[], seed: number) => Delivered[],
  viaJsonEach = 0,
) =>
  it(name, () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    let alarms = 0;
    fc.assert(
      fc.property(patient, fc.nat(), (readings, random) => {
        // In half of the runs the bed is on standby, which must not begin or end a physiological alarm.
        const awayAt = isAway(random) ? t0 + 1_000 * Math.floor(chance(random, 9) * readings.length) + 500 : undefined;
        const expected = alarmsOf(play(onTime(readings)));
        alarms += expected.length;
        expect(alarmsOf(play(schedule(readings, random), viaJsonEach, awayAt))).toEqual(expected);
      }),
      { seed, numRuns: 150 },
    );
    expect(alarms).toBeGreaterThan(100);
  });

/**
 * Returns whether the alarm was raised too early: before an older value came. The older value showed that the alarm had
 * already ended, or that a more serious alarm hides the alarm. An engine that does not wait cannot avoid such an alarm.
 */
function isTakenBack(
  { alarmId }: AlarmEvent['alarm'],
  events: readonly AlarmEvent[],
  order: readonly Delivered[],
): boolean {
  const alarmVersions = events.filter(({ alarm }) => alarm.alarmId === alarmId).map(({ alarm }) => alarm);
  const raisedBy = order.find(({ now }) => now === Date.parse(alarmVersions[0]!.raisedAt))!.input;
  const { onsets, resolvedAt } = alarmVersions.at(-1)!;
  if (onsets !== 1) return false;
  if (resolvedAt !== undefined) return Date.parse(resolvedAt) <= raisedBy.time;
  return isHiddenByLateReading(events.findLast(({ alarm }) => alarm.alarmId === alarmId)!, raisedBy, order);
}

/**
 * Returns whether a late reading shows that a more serious alarm hides this alarm. The late reading is older than the
 * reading that raised this alarm.
 */
function isHiddenByLateReading(
  { at, alarm }: AlarmEvent,
  raisedBy: ObservationInput,
  order: readonly Delivered[],
): boolean {
  const cause = order.find(({ now }) => now === Date.parse(at))?.input;
  return alarm.present && alarm.signal === 'off' && cause !== undefined && cause.time < raisedBy.time;
}

/** Returns a pseudo-random number from 0 to 1 that depends only on the arguments. */
const chance = (seed: number, i: number) => {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
  return x - Math.floor(x);
};

const isAway = (random: number) => chance(random, 8) < 0.5;

describe('the engine with another delivery of the same readings', () => {
  testSchedule(
    'the alarms are the same if the state is restored from a snapshot after each reading',
    (readings) => onTime(readings),
    1,
  );
  testSchedule('the alarms are the same if messages are repeated', (readings, seed) =>
    onTime(readings).flatMap((sent, i) => (chance(seed, i) < 0.3 ? [sent, sent] : [sent])),
  );
  testSchedule('the alarms are the same if a batch is sent again', (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = from + 30;
    const all = onTime(readings);
    const now = all[Math.min(to, all.length) - 1]!.now;
    return [...all.slice(0, to), ...all.slice(from, to).map(({ input }) => ({ input, now })), ...all.slice(to)];
  });
  testSchedule('the alarms are the same if an outage delays messages', (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = Math.min(readings.length, from + 5 + Math.floor(chance(seed, 2) * 60));
    const back = readings[to - 1]!.receivedAt + 10;
    return readings.map((input, i) => {
      const late = i >= from && i < to;
      return late ? { input: { ...input, receivedAt: back }, now: back } : { input, now: input.receivedAt };
    });
  });
});

it('messages that are swapped by up to five places lose no alarm and raise no second alarm', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(patient, fc.nat(), (readings, random) => {
      const order = readings
        .map((input, i) => ({ input, key: i + 5 * chance(random, i) }))
        .sort((a, b) => a.key - b.key)
        .map(({ input }, i) => ({ input, now: readings[i]!.receivedAt + 5_000 }));
      const swapped = play(order);
      const names = (events: readonly AlarmEvent[]) => [
        ...new Set(alarmsOf(events).map((alarm) => alarm.split(' ')[0]!)),
      ];
      const lastingEvents = swapped.filter(({ alarm }) => !isTakenBack(alarm, swapped, order));
      expect(names(lastingEvents)).toEqual(names(play(onTime(readings))));
    }),
    { seed, numRuns: 300 },
  );
});
