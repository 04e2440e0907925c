/** Tests of the inputs of scores and of their ages (docs/clinician.md, "Scores"). */

import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../../contracts/durations.ts';
import { nurse } from '../../../bed.testing.ts';
import { inputsAt, isSpotCheck, nextStaleMs, type ScoreInputs, valuesToScoreAt } from './score-inputs.ts';
import { builtInScores } from './score-rules.ts';

const { ages } = builtInScores;
const { continuousMs, enteredMs } = ages;
const inputs: ScoreInputs = {
  values: { HR: { at: 0, value: 80 }, NIBP: { at: 0, value: 120, everyMs: 10 * minuteMs } },
  entries: { consciousness: { at: 0, value: 'V', by: nurse }, oxygen: { at: minuteMs, value: true, by: nurse } },
};

describe('the inputs of scores', () => {
  it('each input has a time until which the scores use it', () => {
    expect(inputsAt(inputs, 0, ages)).toEqual({
      pulse: { at: 0, value: 80, untilMs: continuousMs },
      BPsys: { at: 0, value: 120, untilMs: 11 * minuteMs },
      consciousness: { at: 0, value: 'V', by: nurse, untilMs: enteredMs },
      oxygen: { at: minuteMs, value: true, by: nurse, untilMs: minuteMs + enteredMs },
    });
    expect(inputsAt({ values: {}, entries: {} }, 0, ages)).toEqual({});
  });

  it.each([
    ['at the beginning', 0, continuousMs],
    ['at the last moment of the pulse', continuousMs, continuousMs],
    ['after the pulse', continuousMs + 1, 11 * minuteMs],
    ['at the last moment of the cuff', 11 * minuteMs, 11 * minuteMs],
    ['after the cuff', 11 * minuteMs + 1, enteredMs],
    ['after the consciousness', enteredMs + 1, minuteMs + enteredMs],
  ])('nextStaleMs returns the moment after which the next input is too old: %s', (_name, at, lastMs) => {
    expect(nextStaleMs(inputs, at, ages)).toBe(lastMs + 1);
  });

  it('nextStaleMs returns infinity if all inputs are too old', () => {
    expect(nextStaleMs(inputs, minuteMs + enteredMs + 1, ages)).toBe(Number.POSITIVE_INFINITY);
  });

  it('inputs are scored until the last moment of their maximum age', () => {
    expect(valuesToScoreAt(inputs, continuousMs, ages)).toMatchObject({
      pulse: 80,
      BPsys: 120,
      consciousness: 'V',
      oxygen: true,
      scale: 1,
    });
    expect(valuesToScoreAt(inputs, continuousMs + 1, ages).pulse).toBeUndefined();
    expect(valuesToScoreAt(inputs, 11 * minuteMs + 1, ages).BPsys).toBeUndefined();
    expect(valuesToScoreAt(inputs, enteredMs, ages).consciousness).toBe('V');
    expect(valuesToScoreAt(inputs, enteredMs + 1, ages)).toMatchObject({ consciousness: undefined, oxygen: true });
    expect(valuesToScoreAt(inputs, minuteMs + enteredMs + 1, ages).oxygen).toBeUndefined();
  });

  it('if the value of one sensor is too old, the value of the other sensor counts until the last moment of its maximum age', () => {
    const cuff = { at: 0, value: 120, everyMs: minuteMs };
    const lastMs = inputsAt({ values: { NIBP: cuff }, entries: {} }, 0, ages).BPsys!.untilMs;
    const line = { at: lastMs - continuousMs - 1, value: 90 };
    expect(valuesToScoreAt({ values: { ABP: line, NIBP: cuff }, entries: {} }, lastMs, ages).BPsys).toBe(120);
  });

  it('a set is a spot check if only single measurements are recent', () => {
    expect(isSpotCheck(inputs, continuousMs, ages)).toBe(false);
    expect(isSpotCheck(inputs, continuousMs + 1, ages)).toBe(true);
  });

  it.each([
    ['the ECG at its last moment', { HR: 0, PR: 60_000 }, continuousMs, 80],
    ['the pleth a moment later', { HR: 0, PR: 60_000 }, continuousMs + 1, 70],
    ['the ECG if both are too old', { HR: 0, PR: 60_000 }, continuousMs + 60_001, undefined],
    ['the ECG if the pleth is 70 s newer', { HR: 0, PR: 70_000 }, 80_000, 80],
    ['the pleth if it is newer by more than 70 s', { HR: 0, PR: 70_001 }, 80_000, 70],
    ['the ECG if only the pleth is too old', { HR: continuousMs, PR: 0 }, continuousMs + 1, 80],
  ])('the pulse comes from %s', (_name, { HR, PR }, at, pulse) => {
    const heartRateAndPulse: ScoreInputs = {
      values: { HR: { at: HR, value: 80 }, PR: { at: PR, value: 70 } },
      entries: {},
    };
    expect(valuesToScoreAt(heartRateAndPulse, at, ages).pulse).toBe(pulse);
  });
});
