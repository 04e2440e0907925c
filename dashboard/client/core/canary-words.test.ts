import { describe, expect, it } from 'vitest';
import type { CanaryFault, Health } from '../../protocol/live.ts';
import { canaryText, isFailing } from './canary-words.ts';

const at = new Date(2026, 10, 28, 10, 14, 3);
const nowMs = at.getTime() + 20_000;
const well: Health = { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null };
const fault = (fields: Partial<CanaryFault>): Health => ({
  ...well,
  canary: { step: 'log', partitions: 12, of: 12, grave: true, at: at.toISOString(), ...fields },
});

describe('the sound of Vigil’s own failure', () => {
  it.each<[string, Health, boolean]>([
    ['is not heard while all is well', well, false],
    ['is heard where readings may not arrive', fault({}), true],
    ['is not heard where only the test is missing', fault({ step: 'gateway', grave: false }), false],
    ['is heard where the log is away', { ...well, kafka: 'away' }, true],
    ['is heard where the alarm processor is silent', { ...well, alarms: 'stale' }, true],
  ])('%s', (_name, health, expected) => {
    expect(isFailing(health)).toBe(expected);
  });
});

describe('the notice of the canary', () => {
  it.each<[string, Health, RegExp]>([
    [
      'the gateway',
      fault({ step: 'gateway' }),
      /^Readings may not arrive: the gateway confirms no test reading since 10:14:03.*bedside/,
    ],
    ['the test alone', fault({ step: 'gateway', grave: false }), /Readings of devices still arrive.*Tell the operator/],
    ['the log', fault({}), /Readings do not arrive since 10:14:03: the gateway takes them.*bedside/],
    ['a part of the log', fault({ partitions: 3 }), /some patients do not arrive.*3 of 12 parts/],
    ['the engine', fault({ step: 'engine' }), /not judged since 10:14:03.*the message log has them.*bedside/],
    ['a part of the engine', fault({ step: 'engine', partitions: 1 }), /some patients are not judged.*1 of 12 parts/],
    ['a canary that was never seen', fault({ at: null }), /Readings do not arrive: the gateway/],
  ])('names the step that is not confirmed: %s', (_name, health, expected) => {
    expect(canaryText(health, nowMs)).toMatch(expected);
  });

  it('is not shown if all is well, or if a graver notice says it already', () => {
    expect(canaryText(well, nowMs)).toBeUndefined();
    expect(canaryText({ ...fault({}), kafka: 'away' }, nowMs)).toBeUndefined();
    expect(canaryText({ ...fault({ step: 'engine' }), alarms: 'stale' }, nowMs)).toBeUndefined();
    expect(canaryText({ ...fault({}), alarms: 'stale' }, nowMs)).toBeDefined();
  });
});
