/** Changes a device's measurements during the episodes of its scenario. */
import type { NumericValue } from '../../contracts/messages/device.ts';
import { missingSample, parameters } from '../../contracts/parameters.ts';
import { effectAt, type Scenario } from './scenario.ts';

const rampMs = 30_000;
const desaturatedPercent = 78;
const tachycardiaPerMin = 150;

/**
 * Returns the strength of an effect, from 0 to 1. Outside an episode the strength is 0. In an episode the strength
 * rises to 1 in the first 30 s and falls to 0 in the last 30 s.
 */
export function severity(scenario: Scenario, effect: 'desaturation' | 'tachycardia', elapsedMs: number): number {
  const episode = effectAt(scenario, effect, elapsedMs);
  return episode ? Math.min(1, episode.sinceMs / rampMs, episode.remainingMs / rampMs) : 0;
}

/**
 * Returns the numerics with the changes of the scenario. The severity of the effect decides how far a value moves
 * towards its target. Values are whole numbers.
 */
export function applyToValues(
  scenario: Scenario,
  values: readonly NumericValue[],
  elapsedMs: number,
): readonly NumericValue[] {
  const desaturation = severity(scenario, 'desaturation', elapsedMs);
  const tachycardia = severity(scenario, 'tachycardia', elapsedMs);
  const leadsOff = effectAt(scenario, 'leads-off', elapsedMs) !== undefined;
  if (desaturation === 0 && tachycardia === 0 && !leadsOff) return values;
  return values.map((numeric) => {
    const group = parameters.get(numeric.code)?.group;
    // The leads of the ECG also measure breathing, by impedance.
    if (leadsOff && (group === 'HR' || group === 'RR')) {
      return { code: numeric.code, unit: numeric.unit, validity: 'invalid' };
    }
    if (group === 'SpO2') return moveTowards(numeric, Math.min, desaturatedPercent, desaturation);
    if (group === 'HR' || group === 'PR') return moveTowards(numeric, Math.max, tachycardiaPerMin, tachycardia);
    return numeric;
  });
}

function moveTowards(
  numeric: NumericValue,
  limit: (a: number, b: number) => number,
  target: number,
  strength: number,
): NumericValue {
  if (numeric.value === undefined || strength === 0) return numeric;
  const goal = limit(numeric.value, target);
  return { ...numeric, value: Math.round(numeric.value + (goal - numeric.value) * strength) };
}

/**
 * Returns the samples with the changes of the scenario. While the leads are off, all samples of their waves are missing
 * samples.
 */
export function applyToSamples(scenario: Scenario, code: string, samples: Int16Array, elapsedMs: number): Int16Array {
  const isFromLeads = code.startsWith('MDC_ECG') || code === 'MDC_IMPED_TTHOR';
  if (!isFromLeads || effectAt(scenario, 'leads-off', elapsedMs) === undefined) return samples;
  return new Int16Array(samples.length).fill(missingSample);
}
