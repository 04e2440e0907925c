/**
 * The same messages give the same alarms, in any order of delivery ("Judged or told", 7). Silence is left out, because it depends on the
 * delivery.
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

/** A patient whose numbers move away and back, second by second; some values are invalid. */
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
  const asked = { commandId: 'away', associationId: 'association', at: new Date(at).toISOString(), by: nurse };
  return { type: 'command', command: { type: 'standby', ...asked, reason: 'Imaging', forMs: 3_600_000 } };
};

/** @param awayAt wall clock at which a nurse starts standby; absent: nobody does */
function play(delivered: readonly Delivered[], viaJsonEach = 0, awayAt = Number.POSITIVE_INFINITY): AlarmEvent[] {
  let isAsked = false;
  const events: AlarmEvent[] = [];
  let state: State = initialState('association');
  const keep = (result: { state: State; events: readonly AlarmEvent[] }) => {
    state = result.state;
    events.push(...result.events);
  };
  keep(step(env, state, { type: 'association', category: 'adult', ward: 'ICU', endedAt: null }, t0));
  for (const [i, { input, now }] of delivered.entries()) {
    if (now >= awayAt && !isAsked) {
      isAsked = true;
      keep(step(env, state, standby(awayAt), awayAt));
    }
    for (let due = nextDue(state); due <= now; due = nextDue(state)) keep(step(env, state, { type: 'tick' }, due));
    keep(step(env, state, input, now));
    if (viaJsonEach > 0 && i % viaJsonEach === 0) state = JSON.parse(JSON.stringify(state)) as State;
  }
  return events;
}

/** Each physiological alarm: which, since when, how often, and when it ended. */
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

const check = (name: string, schedule: (readings: ObservationInput[], seed: number) => Delivered[], viaJsonEach = 0) =>
  it(name, () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    let alarms = 0;
    fc.assert(
      fc.property(patient, fc.nat(), (readings, random) => {
        // In half of the runs the patient is said to be away: no physiological alarm begins or ends by it.
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
 * A value that came early raised it, and a value of before that came after it showed that it was over by then. No engine that waits for
 * nothing can know.
 */
function isTakenBack(
  { alarmId }: AlarmEvent['alarm'],
  events: readonly AlarmEvent[],
  order: readonly Delivered[],
): boolean {
  const own = events.filter(({ alarm }) => alarm.alarmId === alarmId).map(({ alarm }) => alarm);
  const raisedBy = order.find(({ now }) => now === Date.parse(own[0]!.raisedAt))!.input;
  const { onsets, resolvedAt } = own.at(-1)!;
  return onsets === 1 && resolvedAt !== undefined && Date.parse(resolvedAt) <= raisedBy.time;
}

/** 0 to 1, the same for the same numbers. */
const chance = (seed: number, i: number) => {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
  return x - Math.floor(x);
};

const isAway = (random: number) => chance(random, 8) < 0.5;

describe('the same alarms', () => {
  check('restored from any snapshot', (readings) => onTime(readings), 1);
  check('if messages are repeated', (readings, seed) =>
    onTime(readings).flatMap((one, i) => (chance(seed, i) < 0.3 ? [one, one] : [one])),
  );
  check('if a batch is sent again', (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = from + 30;
    const all = onTime(readings);
    const now = all[Math.min(to, all.length) - 1]!.now;
    return [...all.slice(0, to), ...all.slice(from, to).map(({ input }) => ({ input, now })), ...all.slice(to)];
  });
  check('if an outage delays them', (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = Math.min(readings.length, from + 5 + Math.floor(chance(seed, 2) * 60));
    const back = readings[to - 1]!.receivedAt + 10;
    return readings.map((input, i) => {
      const late = i >= from && i < to;
      return late ? { input: { ...input, receivedAt: back }, now: back } : { input, now: input.receivedAt };
    });
  });
});

it('messages that are swapped by up to five places lose no alarm and raise no second one', () => {
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
      const kept = swapped.filter(({ alarm }) => !isTakenBack(alarm, swapped, order));
      expect(names(kept)).toEqual(names(play(onTime(readings))));
    }),
    { seed, numRuns: 300 },
  );
});
