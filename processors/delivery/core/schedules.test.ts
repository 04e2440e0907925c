/**
 * Property test of the delivery of alarms. At every time, each alarm that calls has a person who is called or goes, or
 * its ward has a technical alarm. Nothing is sent after an answer or an end, nothing is sent twice, and no wait is
 * endless. Every event fits its schema.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { step } from './schedule-steps.testing.ts';
import { play } from './schedules.testing.ts';

const runs = 10_000;

it(`in ${runs} random schedules, every alarm has a person or a technical alarm, and nothing is sent that must not be sent`, {
  timeout: 240_000,
}, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      expect(play(steps)).toEqual([]);
    }),
    { numRuns: runs },
  );
});

it('the next person is called if the person who accepted left the duty and then the process was killed', () => {
  expect(
    play([
      { do: 'raise', what: 'c', priority: 'high' },
      { do: 'assign', who: 'paul', duty: 'nurse', hours: 1 },
      { do: 'away', who: 'paul', cover: null, hours: 0.01 },
      { do: 'assign', who: 'anna', duty: 'nurse', hours: 1 },
      { do: 'answer', who: 'paul', what: 'c', answer: 'accepted' },
      { do: 'assign', who: 'anna', duty: 'nurse', hours: 1 },
      { do: 'kill', kept: 1 },
      { do: 'wait', ms: 1_000 },
    ]),
  ).toEqual([]);
});

it('when the person who was going to the patient leaves the duty, everything that is due happens at once', () => {
  expect(
    play([
      { do: 'assign', who: 'ben', duty: 'nurse', hours: 1 },
      { do: 'raise', what: 'a', priority: 'high' },
      { do: 'assign', who: 'anna', duty: 'nurse', hours: 1 },
      { do: 'assign', who: 'paul', duty: 'nurse', hours: 1 },
      { do: 'away', who: 'ben', cover: null, hours: 0.01 },
      { do: 'answer', who: 'ben', what: 'a', answer: 'accepted' },
      { do: 'wait', ms: 1_000 },
      { do: 'wait', ms: 1_000 },
      { do: 'raise', what: 'a', priority: 'high' },
      { do: 'raise', what: 'a', priority: 'high' },
      { do: 'wait', ms: 600_000 },
    ]),
  ).toEqual([]);
});
