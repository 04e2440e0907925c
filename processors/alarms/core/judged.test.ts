/** Property tests of the rule that each parameter is judged or has a technical alarm (CLINICAL, "Judged or told"). */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainReading, t0 } from '../../bed.testing.ts';
import { alarmHash } from '../alarm-hash.ts';
import { nextDue, step } from './engine.ts';
import type { Environment } from './environment.ts';
import type { Input } from './inputs.ts';
import { adultProfile } from './profile.ts';
import { initialState, type State } from './state.ts';

const env: Environment = {
  hash: alarmHash,
  profile: () => adultProfile,
};

/** What a device sends in one second. `nothing`: no message. `other`: a message without the parameter. */
type Second = 'beyond' | 'inside' | 'edge' | 'invalid' | 'doubtful' | 'nothing' | 'other';
const beyond = 87;
const numericOf: Readonly<Record<Exclude<Second, 'nothing'>, object | undefined>> = {
  beyond: { value: beyond },
  inside: { value: 97 },
  // Inside the hysteresis: not beyond the limit, and not clear of the limit.
  edge: { value: 90 },
  invalid: { validity: 'invalid' },
  doubtful: { value: 97, validity: 'questionable' },
  other: undefined,
};

const heartRate = { code: 'MDC_ECG_HEART_RATE', unit: '/min', value: 80 };
function inputOf(second: Exclude<Second, 'nothing'>, s: number): Input {
  const spo2Fields = numericOf[second];
  const spo2 = spo2Fields === undefined ? [] : [{ code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', ...spo2Fields }];
  return plainReading(s, [heartRate, ...spo2]);
}

function* play(seconds: readonly Second[]): Generator<State> {
  let state = initialState('association');
  const feed = (input: Input, now: number) => {
    for (let due = nextDue(state); due <= now; due = nextDue(state))
      state = step(env, state, { type: 'tick' }, due).state;
    state = step(env, state, input, now).state;
  };
  feed({ type: 'association', category: 'adult', ward: 'ICU', endedAt: null, from: t0 }, t0);
  for (const [s, second] of seconds.entries()) {
    const now = t0 + s * 1000 + 20;
    if (second === 'nothing') feed({ type: 'tick' }, now);
    else feed(inputOf(second, s), now);
    yield state;
  }
}

/** A stream of seconds: short patterns of seconds, each repeated one to forty times. */
const secondStreams = fc
  .array(
    fc.record({
      pattern: fc.array(
        fc.constantFrom<Second>('beyond', 'inside', 'edge', 'invalid', 'doubtful', 'nothing', 'other'),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      times: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map((runs) => runs.flatMap(({ pattern, times }) => Array.from({ length: times }, () => pattern).flat()));

const isOn = (state: State, names: readonly string[]) =>
  Object.values(state.book.live).some(({ alarm }) => alarm.present && names.includes(alarm.condition));
const judgedBy = ['SpO2.low', 'SpO2.extreme-low'];
const technicalNames = ['SpO2.no-data', 'SpO2.intermittent', 'no-data', 'disconnected'];

it('an alarm is on after a minute with at least two valid values that were all beyond a limit', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  let minutes = 0;
  fc.assert(
    fc.property(secondStreams, (seconds) => {
      let s = -1;
      for (const state of play(seconds)) {
        s += 1;
        // The rule applies only after the parameter has come for a minute.
        const first = seconds.findIndex((kind) => kind !== 'nothing' && kind !== 'other');
        if (first === -1 || s < first + 60) continue;
        const minute = seconds.slice(s - 59, s + 1);
        const valid = minute.filter((kind) => kind === 'beyond' || kind === 'inside' || kind === 'edge');
        if (valid.length < 2 || valid.some((kind) => kind !== 'beyond')) continue;
        minutes += 1;
        if (!isOn(state, [...judgedBy, ...technicalNames]))
          throw new Error(`no alarm is on at ${s} s: ${minute.join(' ')}`);
      }
    }),
    { seed, numRuns: 300 },
  );
  expect(minutes).toBeGreaterThan(100);
});

it('an alarm ends only by values inside the limit', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  let ends = 0;
  fc.assert(
    fc.property(secondStreams, (seconds) => {
      let wasOn = false;
      let s = -1;
      for (const state of play(seconds)) {
        s += 1;
        const isOnNow = isOn(state, judgedBy);
        if (wasOn && !isOnNow) {
          ends += 1;
          expect(seconds[s], `at ${s} s`).toBe('inside');
        }
        wasOn = isOnNow;
      }
    }),
    { seed, numRuns: 200 },
  );
  expect(ends).toBeGreaterThan(10);
});
