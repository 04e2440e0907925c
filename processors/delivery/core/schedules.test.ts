/**
 * Property test of the delivery of alarms. At every time, each alarm that calls has a person who is called or goes, or its ward has a
 * technical alarm. Nothing is sent after an answer or an end, nothing is sent twice, and no wait is endless. Every event fits its schema.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { step } from './schedule-steps.testing.ts';
import { play } from './schedules.testing.ts';

const runs = 10_000;

it(`in ${runs} random schedules, no alarm is without a person or a technical alarm, and nothing is sent wrongly`, {
  timeout: 240_000,
}, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      expect(play(steps)).toEqual([]);
    }),
    { numRuns: runs },
  );
});
