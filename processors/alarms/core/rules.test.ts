import { describe, expect, it } from 'vitest';
import { limitGroups, parameters } from '../../../contracts/parameters.ts';
import { adultProfile, rulesOfPatient } from './profile.ts';
import { causeOf, isBeyond, isBeyondAny, limitText, rulesFor } from './rules.ts';

describe('the text of an alarm about a limit', () => {
  it('shows 0 for a value that rounds to zero from below, never -0', () => {
    expect(limitText(parameters.get('MDC_PRESS_BLD_ART_ABP_SYS')!, 'low', -0.3, 90)).toBe('ABPs 0 < 90');
  });
});

describe('a value is beyond the rules of a parameter exactly if it is beyond one of them', () => {
  it.each(limitGroups)('%s', (group) => {
    const parameter = [...parameters.values()].find(({ limits }) => limits === group)!;
    for (const patient of [rulesOfPatient(adultProfile.groups[group], undefined), undefined])
      for (const single of [false, true]) {
        const rules = rulesFor(parameter, patient, single);
        const bounds = [0, ...rules.list.map(({ limit }) => limit)];
        for (const value of bounds.flatMap((bound) => [bound - 1, bound - 1e-9, bound, bound + 1e-9, bound + 1]))
          expect([value, isBeyondAny(rules, value)]).toEqual([value, rules.list.some((rule) => isBeyond(rule, value))]);
      }
  });
});

it('heart rate and pulse are one cause; each other parameter is its own', () => {
  const causes = ['MDC_ECG_HEART_RATE', 'MDC_PULS_OXIM_PULS_RATE', 'MDC_PULS_OXIM_SAT_O2'].map((code) =>
    causeOf(parameters.get(code)!, 'high'),
  );
  expect(causes).toEqual(['HR.high', 'HR.high', 'SpO2.high']);
});
