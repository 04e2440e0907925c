import { describe, expect, it } from 'vitest';
import { limitGroups, parameters } from '../../../contracts/parameters.ts';
import { adultProfile, rulesOfPatient } from './profile.ts';
import { causeOf, isBeyond, isBeyondAny, limitText, rulesFor } from './rules.ts';

describe('limitText', () => {
  it('a text shows 0, not -0, for a negative value that rounds to zero', () => {
    expect(limitText(parameters.get('MDC_PRESS_BLD_ART_ABP_SYS')!, 'low', -0.3, 90, 0)).toBe('ABPs 0 < 90');
  });
});

describe('isBeyondAny', () => {
  it.each(limitGroups)('isBeyondAny returns true if and only if a value is beyond one of the rules: %s', (group) => {
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

it('heart rate and pulse have one cause, and another parameter has a cause of its own', () => {
  const causes = ['MDC_ECG_HEART_RATE', 'MDC_PULS_OXIM_PULS_RATE', 'MDC_PULS_OXIM_SAT_O2'].map((code) =>
    causeOf(parameters.get(code)!, 'high'),
  );
  expect(causes).toEqual(['HR.high', 'HR.high', 'SpO2.high']);
});
