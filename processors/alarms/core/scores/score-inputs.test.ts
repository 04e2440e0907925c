/** What is known for a score, and until when (Scores in docs/clinician.md). */
import { describe, expect, it } from 'vitest';
import { nurse } from '../../../bed.testing.ts';
import { inputsAt, isSpotCheck, nextStaleMs, type ScoreInputs, setAt } from './score-inputs.ts';
import { builtInScores } from './score-rules.ts';

const { ages } = builtInScores;
const { continuousMs: freshMs, enteredMs: entryMs } = ages;
const minuteMs = 60_000;
const known: ScoreInputs = {
  values: { HR: { at: 0, value: 80 }, NIBP: { at: 0, value: 120, everyMs: 10 * minuteMs } },
  entries: { consciousness: { at: 0, value: 'V', by: nurse }, oxygen: { at: minuteMs, value: true, by: nurse } },
};

describe('the known inputs', () => {
  it('have a time until which each is scored', () => {
    expect(inputsAt(known, 0, ages)).toEqual({
      pulse: { at: 0, value: 80, untilMs: freshMs },
      BPsys: { at: 0, value: 120, untilMs: 11 * minuteMs },
      consciousness: { at: 0, value: 'V', by: nurse, untilMs: entryMs },
      oxygen: { at: minuteMs, value: true, by: nurse, untilMs: minuteMs + entryMs },
    });
    expect(inputsAt({ values: {}, entries: {} }, 0, ages)).toEqual({});
  });

  it.each([
    ['before all', 0, freshMs],
    ['at the last moment of the pulse', freshMs, freshMs],
    ['then', freshMs + 1, 11 * minuteMs],
    ['at the last moment of the cuff', 11 * minuteMs, 11 * minuteMs],
    ['after the cuff', 11 * minuteMs + 1, entryMs],
    ['after the consciousness', entryMs + 1, minuteMs + entryMs],
  ])('becomes too old a moment after its last: %s', (_name, at, lastMs) => {
    expect(nextStaleMs(known, at, ages)).toBe(lastMs + 1);
  });

  it('never become too old if all already are', () => {
    expect(nextStaleMs(known, minuteMs + entryMs + 1, ages)).toBe(Number.POSITIVE_INFINITY);
  });

  it('are scored up to their last moment', () => {
    expect(setAt(known, freshMs, ages)).toMatchObject({
      pulse: 80,
      BPsys: 120,
      consciousness: 'V',
      oxygen: true,
      scale: 1,
    });
    expect(setAt(known, freshMs + 1, ages).pulse).toBeUndefined();
    expect(setAt(known, 11 * minuteMs + 1, ages).BPsys).toBeUndefined();
    expect(setAt(known, entryMs, ages).consciousness).toBe('V');
    expect(setAt(known, entryMs + 1, ages)).toMatchObject({ consciousness: undefined, oxygen: true });
    expect(setAt(known, minuteMs + entryMs + 1, ages).oxygen).toBeUndefined();
  });

  it('the sensor in its last moment counts if the other is too old', () => {
    const cuff = { at: 0, value: 120, everyMs: minuteMs };
    const lastMs = inputsAt({ values: { NIBP: cuff }, entries: {} }, 0, ages).BPsys!.untilMs;
    const line = { at: lastMs - freshMs - 1, value: 90 };
    expect(setAt({ values: { ABP: line, NIBP: cuff }, entries: {} }, lastMs, ages).BPsys).toBe(120);
  });

  it('are a spot check once only single measurements are recent', () => {
    expect(isSpotCheck(known, freshMs, ages)).toBe(false);
    expect(isSpotCheck(known, freshMs + 1, ages)).toBe(true);
  });

  it.each([
    ['the ECG’s rate at its last moment', { HR: 0, PR: 60_000 }, freshMs, 80],
    ['the pleth’s a moment later', { HR: 0, PR: 60_000 }, freshMs + 1, 70],
    ['the ECG’s again once both are too old', { HR: 0, PR: 60_000 }, freshMs + 60_001, undefined],
    ['the ECG’s where the pleth’s is 70 s newer', { HR: 0, PR: 70_000 }, 80_000, 80],
    ['the pleth’s where it is newer by more', { HR: 0, PR: 70_001 }, 80_000, 70],
    ['the ECG’s where only the pleth’s is too old', { HR: freshMs, PR: 0 }, freshMs + 1, 80],
  ])('the sensor of the pulse is %s', (_name, { HR, PR }, at, pulse) => {
    const both: ScoreInputs = { values: { HR: { at: HR, value: 80 }, PR: { at: PR, value: 70 } }, entries: {} };
    expect(setAt(both, at, ages).pulse).toBe(pulse);
  });
});
