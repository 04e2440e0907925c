/** The same messages give the same scores and the same alarms of them, however they come ("Judged or told", 7). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bed, type Numerics, reading, t0, wallOf } from '../../../bed.testing.ts';
import type { ObservationInput } from '../inputs.ts';
import { isScore } from './names.ts';

/** A patient who is well, unwell or ill for a while, each parameter in its own way, and well at the end. Every five seconds. */
const everyS = 5;
/** Until every score has ended. */
const wellAtLast = { HR: 70, SpO2: 97, RR: 16, ABPs: 130, Temp: 37, times: 140 };
/** What is there for a minute longer than the longest delay and off-delay of a score is not at the edge of either, in any order. */
const lastingMs = 720_000;
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
    [...parts, wellAtLast].flatMap(({ times, ...numerics }) => Array.from({ length: times }, (): Numerics => numerics)),
  )
  .map((all) => all.map((numerics, i) => reading((i + 1) * everyS, numerics, { intervalMs: everyS * 1000 })));

type Delivered = { readonly input: ObservationInput; readonly now: number };
const onTime = (readings: readonly ObservationInput[]): Delivered[] =>
  readings.map((input) => ({ input, now: wallOf(input, t0) }));

function play(delivered: readonly Delivered[], isEntered: boolean) {
  const patient = bed();
  if (isEntered) patient.command(0, { type: 'enter-assessment', consciousness: 'A', oxygen: false });
  for (const { input, now } of delivered) patient.feed(input, now);
  // What stood beside: a score is not called while something graver of the same cause is.
  const others = new Set(patient.events.map(({ alarm }) => alarm.condition));
  const last = new Map(
    patient.events.filter(({ alarm }) => isScore(alarm.condition)).map((one) => [one.alarm.alarmId, one.alarm]),
  );
  const alarms = [...last.values()].map(
    ({ condition, onsetAt, alarmId, onsets, resolvedAt }) =>
      `${condition} ${onsetAt} ${alarmId} ×${onsets} ${resolvedAt ?? 'present'}`,
  );
  return { shown: { alarms: alarms.sort(), known: patient.state().scores.head.known }, others };
}

type Shown = ReturnType<typeof play>['shown'];

/** 0 to 1, the same for the same numbers. */
const chance = (seed: number, i: number) => {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
  return x - Math.floor(x);
};

const schedules: Readonly<Record<string, (readings: readonly ObservationInput[], seed: number) => Delivered[]>> = {
  'are repeated': (readings, seed) =>
    onTime(readings).flatMap((one, i) => (chance(seed, i) < 0.3 ? [one, one] : [one])),
  'are delayed by an outage': (readings, seed) => {
    const from = Math.floor(chance(seed, 1) * readings.length);
    const to = Math.min(readings.length, from + 5 + Math.floor(chance(seed, 2) * 60));
    const back = readings[to - 1]!.receivedAt + 10;
    return readings.map((input, i) =>
      i >= from && i < to ? { input: { ...input, receivedAt: back }, now: back } : { input, now: input.receivedAt },
    );
  },
};

it.each(Object.entries(schedules))('the scores and their alarms are the same where messages %s', (_name, schedule) => {
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
  // Messages of one cell are judged as they come, so a score that was there for about its minute may be called in one order and not in
  // the other. When an alarm ends is the time of the message that shows it.
  // How often a temperature comes is learned in the order of receipt.
  const withoutTemp = ({ known: { values, entries } }: Shown) => ({ ...values, Temp: null, entries });
  const names = ({ alarms }: Shown) => alarms.map((alarm) => alarm.split(' ')[0]!);
  /** Of NEWS2 the gravest band calls, so around a minute one band may call in one order and its neighbour in the other. */
  const scores = (of: readonly string[]) => [...new Set(of.map((one) => one.split(/[. ]/)[0]!))];
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
      // What stands under another alarm is called where that one ends first, by seconds: only what stands alone is certain.
      const isCertain = (alarm: string) => alarm.startsWith('NEWS2') || others.size === 1;
      const lasting = expected.alarms.filter((alarm) => isCertain(alarm) && lastsMs(alarm) > lastingMs);
      long += lasting.length;
      for (const score of scores(lasting)) expect(scores(swapped.alarms)).toContain(score);
      for (const name of names(swapped)) {
        const times = (of: readonly string[]) => of.filter((one) => one === name).length;
        expect(times(names(swapped))).toBeLessThanOrEqual(times(names(expected)) + 1);
      }
    }),
    { seed, numRuns: 25 },
  );
  expect(alarms).toBeGreaterThan(10);
  expect(long).toBeGreaterThan(5);
});
