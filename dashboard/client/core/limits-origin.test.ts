import { describe, expect, it } from 'vitest';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { originText } from './limits-origin.ts';

const nowMs = Date.parse('2026-01-02T08:00:00Z');
const text = (...[groups, more]: [Parameters<typeof newLimits>[1]?, Parameters<typeof newLimits>[2]?]) =>
  originText(newLimits('assoc-01', groups, more), 1, nowMs);

describe('originText', () => {
  it('for a patient without own limits, the text names only the profile', () => {
    expect(text()).toMatch(/^In force since .*: the built-in adult profile, version 1\.$/);
  });

  it('the text names the patient’s own limits if the patient has own limits', () => {
    const end = /: the ward’s profile, version 7, and the patient’s own\.$/;
    const profile = { origin: 'ward', version: '7' } as const;
    expect(text({ HR: { own: { low: 45 } } }, { profile })).toMatch(end);
    expect(
      text({ HR: { own: { off: { reason: 'pacing wires', until: '2026-01-02T09:00:00.000Z' } } } }, { profile }),
    ).toMatch(end);
  });

  it('the text says what is missing if no limits are known, no profile applies, or no parameter with limits has come', () => {
    expect(originText(null, 0, nowMs)).toBe('The alarm processor has not said yet which limits judge this patient.');
    expect(text({}, { profile: null })).toBe('No limits judge this patient: there is no profile for the category.');
    expect(originText(newLimits('assoc-01'), 0, nowMs)).toBe('No parameter with limits yet.');
  });
});
