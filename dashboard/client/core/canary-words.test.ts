import { describe, expect, it } from 'vitest';
import type { CanaryFault, Health } from '../../protocol/live.ts';
import { canaryText, isFailing, silentProcessorText } from './canary-words.ts';

const at = new Date(2026, 10, 28, 10, 14, 3);
const nowMs = at.getTime() + 20_000;
const workingHealth: Health = { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null };
const healthWithFault = (fields: Partial<CanaryFault>): Health => ({
  ...workingHealth,
  canary: { step: 'log', partitions: 12, of: 12, grave: true, at: at.toISOString(), ...fields },
});

describe('isFailing', () => {
  it.each<[string, Health, boolean]>([
    ['is false if Vigil works', workingHealth, false],
    ['is true if readings may not arrive', healthWithFault({}), true],
    ['is false if only the test reading is missing', healthWithFault({ step: 'gateway', grave: false }), false],
    ['is true if the log does not answer', { ...workingHealth, kafka: 'away' }, true],
    ['is true if the alarm processor is silent', { ...workingHealth, alarms: 'stale' }, true],
  ])('isFailing %s', (_name, health, expected) => {
    expect(isFailing(health)).toBe(expected);
  });
});

describe('silentProcessorText', () => {
  const stale: Health = { ...workingHealth, alarms: 'stale', alarmsAt: at.toISOString() };
  it.each<[string, Health, RegExp]>([
    [
      'says that values are not judged if the processors judge no partition',
      { ...stale, notJudged: { partitions: 12, of: 12 } },
      /^The alarm processor is silent since 10:14:03: .*not judged/,
    ],
    [
      'says that values of some patients are not judged if some partitions are judged',
      { ...stale, notJudged: { partitions: 4, of: 12 } },
      /^Values of some patients are not judged since 10:14:03/,
    ],
    [
      'says since when, if an older server does not report the partitions',
      stale,
      /^The alarm processor is silent since 10:14:03/,
    ],
    [
      'names no time if no alarm processor has ever judged a value',
      { ...stale, alarmsAt: null },
      /^The alarm processor is silent: /,
    ],
  ])('the notice of a silent alarm processor %s', (_name, health, expected) => {
    expect(silentProcessorText(health, nowMs)).toMatch(expected);
  });
});

describe('canaryText', () => {
  it.each<[string, Health, RegExp]>([
    [
      'the gateway',
      healthWithFault({ step: 'gateway' }),
      /^Readings may not arrive: the gateway confirms no test reading since 10:14:03.*bedside/,
    ],
    [
      'the gateway, but readings of devices arrive',
      healthWithFault({ step: 'gateway', grave: false }),
      /Readings of devices still arrive.*Tell the operator/,
    ],
    ['the log', healthWithFault({}), /Readings do not arrive since 10:14:03: they reach the gateway.*bedside/],
    ['a part of the log', healthWithFault({ partitions: 3 }), /some patients do not arrive.*3 of 12 parts/],
    [
      'the engine',
      healthWithFault({ step: 'engine' }),
      /not judged since 10:14:03.*they reach the message log.*bedside/,
    ],
    [
      'a part of the engine',
      healthWithFault({ step: 'engine', partitions: 1 }),
      /some patients are not judged.*1 of 12 parts/,
    ],
    [
      'the log, if no test reading was ever seen',
      healthWithFault({ at: null }),
      /Readings do not arrive: they reach the gateway/,
    ],
  ])('canaryText names the step that the test reading did not pass: %s', (_name, health, expected) => {
    expect(canaryText(health, nowMs)).toMatch(expected);
  });

  it('canaryText returns no notice if Vigil works, or if a more serious notice already says what is wrong', () => {
    expect(canaryText(workingHealth, nowMs)).toBeUndefined();
    expect(canaryText({ ...healthWithFault({}), kafka: 'away' }, nowMs)).toBeUndefined();
    expect(canaryText({ ...healthWithFault({ step: 'engine' }), alarms: 'stale' }, nowMs)).toBeUndefined();
    expect(canaryText({ ...healthWithFault({}), alarms: 'stale' }, nowMs)).toBeDefined();
  });
});
