import { describe, expect, it } from 'vitest';
import { applyToSamples, applyToValues, severity } from './effects.ts';
import { effectAt, episodeDelayMs, mixedScenarios, scenarioNames, scenarioOf, scenarios } from './scenario.ts';

const desaturation = scenarioOf('desaturation', 0)!;
const spo2 = (value: number) => ({ code: 'MDC_PULS_OXIM_SAT_O2', value, unit: '%' });

describe('effectAt and scenarioOf', () => {
  it.each([
    [-1, undefined],
    [4_999, undefined],
    [5_000, { sinceMs: 0, remainingMs: 120_000 }],
    [5_001, { sinceMs: 1, remainingMs: 119_999 }],
    [124_999, { sinceMs: 119_999, remainingMs: 1 }],
    [125_000, undefined],
    [239_999, undefined],
    [245_000, { sinceMs: 0, remainingMs: 120_000 }],
  ])('at %d ms the episode of desaturation is %j', (elapsedMs, expected) => {
    expect(effectAt(desaturation, 'desaturation', elapsedMs)).toEqual(expected);
    expect(effectAt(desaturation, 'silence', elapsedMs)).toBeUndefined();
  });

  it('each episode begins before its end, and ends before the scenario repeats', () => {
    for (const { episodes, repeatMs } of scenarios) {
      for (const { fromMs, toMs } of episodes) {
        expect(fromMs).toBeLessThan(toMs);
        expect(toMs).toBeLessThanOrEqual(repeatMs);
      }
    }
  });

  it('scenarioOf finds each scenario by name, and "mixed" gives each bed a scenario', () => {
    for (const name of scenarioNames) expect(scenarioOf(name, 0)).toBeDefined();
    expect(scenarioOf('mixed', 1)!.name).toBe(mixedScenarios[1]);
    expect(scenarioOf('mixed', mixedScenarios.length)!.name).toBe(mixedScenarios[0]);
    expect(scenarioOf('no such', 0)).toBeUndefined();
    expect([0, 1, 19, 20].map(episodeDelayMs)).toEqual([0, 3_000, 57_000, 0]);
  });
});

describe('applyToValues with desaturation', () => {
  it.each([
    [0, 0, 97],
    [5_000, 0, 97],
    [20_000, 0.5, 88],
    [35_000, 1, 78],
    [95_000, 1, 78],
    [110_000, 0.5, 88],
    [125_000, 0, 97],
  ])('at %d ms the severity is %d and an SpO2 of 97 %% becomes %d %%', (elapsedMs, strength, changed) => {
    expect(severity(desaturation, 'desaturation', elapsedMs)).toBe(strength);
    expect(applyToValues(desaturation, [spo2(97)], elapsedMs)).toEqual([spo2(changed)]);
  });

  it('an SpO2 already below the scenario’s value, a missing SpO2 and other parameters stay the same', () => {
    const missing = { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', validity: 'invalid' as const };
    const temp = { code: 'MDC_TEMP_BODY', value: 37.2, unit: 'Cel' };
    expect(applyToValues(desaturation, [spo2(60), missing, temp], 60_000)).toEqual([spo2(60), missing, temp]);
  });
});

describe('applyToValues with tachycardia', () => {
  it('heart rate and pulse rate rise to 150, and a higher rate stays the same', () => {
    const tachycardia = scenarioOf('tachycardia', 0)!;
    const rate = (code: string, value: number) => ({ code, value, unit: '/min' });
    const values = [rate('MDC_ECG_HEART_RATE', 80), rate('MDC_PULS_OXIM_PULS_RATE', 160), rate('MDC_RESP_RATE', 14)];
    expect(applyToValues(tachycardia, values, 60_000).map((v) => v.value)).toEqual([150, 160, 14]);
  });
});

describe('applyToSamples with leads off', () => {
  it('all samples of waves from the leads become missing samples, and other waves stay the same', () => {
    const leadsOff = scenarioOf('leads-off', 0)!;
    const samples = Int16Array.of(1, 2);
    expect([...applyToSamples(leadsOff, 'MDC_IMPED_TTHOR', samples, 10_000)]).toEqual([-32768, -32768]);
    expect(applyToSamples(leadsOff, 'MDC_IMPED_TTHOR', samples, 9_999)).toBe(samples);
    expect(applyToSamples(leadsOff, 'MDC_PULS_OXIM_PLETH', samples, 10_000)).toBe(samples);
  });
});
