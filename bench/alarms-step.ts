/** Measures the pure alarm engine on one core: steps per second, and the size of a bed's state. */

import { numericsByCode } from '../contracts/numerics.ts';
import { alarmHash } from '../processors/alarms/alarm-hash.ts';
import { nextDue, step } from '../processors/alarms/core/engine.ts';
import type { Environment } from '../processors/alarms/core/environment.ts';
import type { Input, ObservationInput } from '../processors/alarms/core/inputs.ts';
import { adultProfile } from '../processors/alarms/core/profile.ts';
import { initialState, type State } from '../processors/alarms/core/state.ts';

const env: Environment = {
  hash: alarmHash,
  profile: () => adultProfile,
};
const t0 = Date.parse('2026-03-01T10:00:00Z');
const admitted: Input = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null, from: t0 };

/**
 * Returns the reading of one second: heart rate, SpO2, pulse and respiratory rate. The heart rate is high for 40 s in
 * every ten minutes, SpO2 is invalid in every 97th reading, and the device restarts every hour. So alarms begin and
 * end, and the state of the engine becomes as large as possible.
 */
function readingAt(second: number, bed: number): ObservationInput {
  const time = t0 + second * 1000;
  const isHigh = (second + 37 * bed) % 600 < 40;
  const heartRate = (isHigh ? 130 : 78) + ((second * 7 + bed) % 5);
  const isInvalid = (second + bed) % 97 === 0;
  const boot = `boot-${Math.floor(second / 3600)}`;
  const { values } = numericsByCode([
    { code: 'MDC_ECG_HEART_RATE', unit: '/min', value: heartRate },
    isInvalid
      ? { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', validity: 'invalid' }
      : { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', value: 95 + (second % 4) },
    { code: 'MDC_PULS_OXIM_PULS_RATE', unit: '/min', value: heartRate + 1 },
    { code: 'MDC_RESP_RATE', unit: '/min', value: 14 + (second % 3) },
  ]);
  const numbered = { boot, start: boot, seq: (second % 3600) + 1 };
  return {
    type: 'observation',
    deviceId: `bed-${bed}`,
    time,
    receivedAt: time + 20,
    intervalMs: 1000,
    values,
    ...numbered,
  };
}

const beds = 64;
const roundSeconds = 300;

/**
 * Returns the steps per second of the fastest round, because other work on the machine can only make a round slower.
 */
export function measureSteps(rounds: number): number {
  const states = Array.from({ length: beds }, (_, bed) => step(env, initialState(`bed-${bed}`), admitted, t0).state);
  let best = 0;
  for (let round = 0; round < rounds; round += 1) {
    let tookMs = 0;
    for (let second = round * roundSeconds; second < (round + 1) * roundSeconds; second += 1) {
      // Makes only the readings of one second at a time, so that the garbage collector has little to do.
      const inputs = Array.from({ length: beds }, (_, bed) => readingAt(second, bed));
      const startMs = performance.now();
      for (const [bed, input] of inputs.entries()) states[bed] = step(env, states[bed]!, input, input.receivedAt).state;
      tookMs += performance.now() - startMs;
    }
    best = Math.max(best, (roundSeconds * beds * 1000) / tookMs);
  }
  return Math.round(best);
}

/**
 * Returns how large the state of one bed is after each number of `hours`: bytes of JSON. The bed sends one reading per
 * second.
 */
export function measureStateBytes(hours: readonly number[]): Record<string, number> {
  const bytesByHour: Record<string, number> = {};
  let state: State = step(env, initialState('bed'), admitted, t0).state;
  for (let second = 0; second < Math.max(...hours) * 3600; second += 1) {
    const input = readingAt(second, 1);
    if (nextDue(state) <= input.receivedAt) state = step(env, state, { type: 'tick' }, input.receivedAt).state;
    state = step(env, state, input, input.receivedAt).state;
    const hour = (second + 1) / 3600;
    if (hours.includes(hour)) bytesByHour[`h${hour}`] = Buffer.byteLength(JSON.stringify(state));
  }
  return bytesByHour;
}
