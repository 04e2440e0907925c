/** Changes a device's measurements during an episode. */
import type { NumericValue } from '../../contracts/messages/device.ts';
import { missingSample, parameters } from '../../contracts/parameters.ts';
import { effectAt, type Scenario } from './scenario.ts';

const rampMs = 30_000;
const desaturatedPercent = 78;
const tachycardiaPerMin = 150;

/** Returns 0 outside an episode. Within an episode it rises to 1 in the first 30 s and falls to 0 in the last 30 s. */
export function severity(scenario: Scenario, effect: 'desaturation' | 'tachycardia', elapsedMs: number): number {
  const episode = effectAt(scenario, effect, elapsedMs);
  return episode ? Math.min(1, episode.sinceMs / rampMs, episode.leftMs / rampMs) : 0;
}

/** Returns the numerics under the scenario. Each value moves towards its target by a share of the distance, in whole numbers. */
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
    // The ECG's leads also measure the breath, by impedance.
    if (leadsOff && (group === 'HR' || group === 'RR')) {
      return { code: numeric.code, unit: numeric.unit, validity: 'invalid' };
    }
    if (group === 'SpO2') return moved(numeric, Math.min, desaturatedPercent, desaturation);
    if (group === 'HR' || group === 'PR') return moved(numeric, Math.max, tachycardiaPerMin, tachycardia);
    return numeric;
  });
}

function moved(
  numeric: NumericValue,
  bound: (a: number, b: number) => number,
  target: number,
  share: number,
): NumericValue {
  if (numeric.value === undefined || share === 0) return numeric;
  const goal = bound(numeric.value, target);
  return { ...numeric, value: Math.round(numeric.value + (goal - numeric.value) * share) };
}

/** Returns a chunk of a wave under the scenario. While the ECG's leads are off, their waves have no samples. */
export function applyToSamples(scenario: Scenario, code: string, samples: Int16Array, elapsedMs: number): Int16Array {
  const fromLeads = code.startsWith('MDC_ECG') || code === 'MDC_IMPED_TTHOR';
  if (!fromLeads || effectAt(scenario, 'leads-off', elapsedMs) === undefined) return samples;
  return new Int16Array(samples.length).fill(missingSample);
}
