/**
 * Property tests: the same readings give the same scores and alarms in any delivery (CLINICAL, "Judged or told", 7).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bed, type Numerics, reading, t0, wallOf } from '../../../bed.testing.ts';
import type { ObservationInput } from '../inputs.ts';
import { isScore } from './names.ts';

const everyS = 5;
/** Normal values at the end, for long enough to end every alarm of a score. */
const wellAtEnd = { HR: 70, SpO2: 97, RR: 16, ABPs: 130, Temp: 37, times: 140 };
/**
 * An alarm that lasts this long is raised in any order of the messages. This time is a minute longer than the longest
 * delay and off-delay together.
 */
const lastingMs = 720_000;
/** The readings of a patient, one each five seconds, whose parameters change independently. */
const stream: fc.Arbitrary<readonly ObservationInput[]> = fc
  .array(
    fc.record({
      HR: fc.constantFrom(70, 95, 115, 135),
      SpO2: fc.constantFrom(97, 95, 92, 90),
      RR: fc.constantFrom(16, 22, 26),
      ABPs: fc.constantFrom(130, 105, 95),
      Temp: fc.constantFrom(37, 38.5, null),
      times: fc.integer({ min: 5, max: 90 }),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map((parts) =>
    [...parts, wellAtEnd].flatMap(({ times, ...numerics }) => Array.from({ length: times }, (): Numerics => numerics)),
  )
  .map((all) => all.map((numerics, i) => reading((i + 1) * everyS, numerics, { intervalMs: everyS * 1000 })));

type Delivered = { readonly input: ObservationInput; readonly now: number };
const onTime = (readings: readonly ObservationInput[]): Delivered[] =>
  readings.map((input) => ({ input, now: wallOf(input, t0) }));

function play(delivered: readonly Delivered[], isEntered: boolean) {
  const patient = bed();
  if (isEntered) patient.command(0, { type: 'enter-assessment', consciousness: 'A', oxygen: false });
  for (const { input, now } of delivered) patient.feed(input, now);
  // All conditions that had an alarm. A score does not call while a more serious condition of its inputs calls.
  const others = new Set(patient.events.map(({ alarm }) => alarm.condition));
  const last = new Map(
    patient.events.filter(({ alarm }) => isScore(alarm.condition)).map((event) => [event.alarm.alarmId, event.alarm]),
  );
  const alarms = [...last.values()].map(
    ({ condition, onsetAt, alarmId, onsets, resolvedAt }) =>
      `${condition} ${onsetAt} ${alarmId} ×${onsets} ${resolvedAt ?? 'present'}`,
  );
  return { shown: { alarms: alarms.sort(), known: patient.state().scores.head.known }, others };
}

type Shown = ReturnType<typeof play>['shown'];

/** Returns a pseudo-random number from 0 to 1 that depends only on the arguments. */
const chance = (seed: number, i: number) => {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
  return x - Math.floor(x);
};

const schedules: Readonly<Record<string, (readings: readonly ObservationInput[], seed: number) => Delivered[]>> = {
  'are repeated': (readings, seed) =>
    onTime(readings).flatMap((sent, i) => (chance(seed, i) < 0.3 ? [sent, sent] : [sent])),
  'are delayed by an outage': (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = Math.min(readings.length, from + 5 + Math.floor(chance(seed, 2) * 60));
    const back = readings[to - 1]!.receivedAt + 10;
    return readings.map((input, i) =>
      i >= from && i < to ? { input: { ...input, receivedAt: back }, now: back } : { input, now: input.receivedAt },
    );
  },
};

it.each(Object.entries(schedules))('the scores and their alarms are the same if messages %s', (_name, schedule) => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  let alarms = 0;
  fc.assert(
    fc.property(stream, fc.nat(), fc.boolean(), (readings, random, isEntered) => {
      const expected = play(onTime(readings), isEntered).shown;
      alarms += expected.alarms.length;
      expect(play(schedule(readings, random), isEntered).shown).toEqual(expected);
    }),
    { seed, numRuns: 25 },
  );
  expect(alarms).toBeGreaterThan(10);
});

it('messages that are swapped by up to five places give the same scores and lose no alarm', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  // Messages of the same 20 s of device time (one cell, scores.ts) are judged in the order of receipt. If a score is
  // high for about as long as the delay of its alarm, the alarm may call in one order of messages and not in another.
  // An alarm may also end a few messages earlier or later. The interval of a temperature is also learned in the order
  // of receipt, so the temperature is left out.
  const withoutTemp = ({ known: { values, entries } }: Shown) => ({ ...values, Temp: null, entries });
  const names = ({ alarms }: Shown) => alarms.map((alarm) => alarm.split(' ')[0]!);
  /**
   * Returns the names of scores without the band of NEWS2, because another order of the messages may raise a
   * neighbouring band.
   */
  const scores = (texts: readonly string[]) => [...new Set(texts.map((text) => text.split(/[. ]/)[0]!))];
  const lastsMs = (alarm: string) => {
    const [, onset = '', , , end = ''] = alarm.split(' ');
    return Date.parse(end) - Date.parse(onset);
  };
  let [alarms, long] = [0, 0];
  fc.assert(
    fc.property(stream, fc.nat(), fc.boolean(), (readings, random, isEntered) => {
      const order = readings
        .map((input, i) => ({ input, key: i + 5 * chance(random, i) }))
        .sort((a, b) => a.key - b.key)
        .map(({ input }, i) => ({ input, now: readings[i]!.receivedAt + 25_000 }));
      const { shown: expected, others } = play(onTime(readings), isEntered);
      const { shown: swapped } = play(order, isEntered);
      alarms += expected.alarms.length;
      expect(withoutTemp(swapped)).toEqual(withoutTemp(expected));
      // While a more serious alarm calls, a score does not call. Whether the score calls later depends on which of the
      // two alarms ends first. So scores except NEWS2 are compared only if the patient had no other alarm.
      const isCertain = (alarm: string) => alarm.startsWith('NEWS2') || others.size === 1;
      const lasting = expected.alarms.filter((alarm) => isCertain(alarm) && lastsMs(alarm) > lastingMs);
      long += lasting.length;
      for (const score of scores(lasting)) expect(scores(swapped.alarms)).toContain(score);
      for (const name of names(swapped)) {
        const times = (all: readonly string[]) => all.filter((other) => other === name).length;
        expect(times(names(swapped))).toBeLessThanOrEqual(times(names(expected)) + 1);
      }
    }),
    { seed, numRuns: 25 },
  );
  expect(alarms).toBeGreaterThan(10);
  expect(long).toBeGreaterThan(5);
});
