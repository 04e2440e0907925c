/** Tests of the faults of a part of a profile. */
import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { faultsOf, Reason, shapesOf } from './profile-shapes.ts';

const shapes = shapesOf({ off: Type.Object({ off: Reason }), priority: Type.Enum(['high', 'low']) });

it.each([
  ['a group that is off with a reason', 'off', { off: 'pacing' }, []],
  ['a blank reason', 'off', { off: ' ' }, ['/HR/off: it must match pattern "\\S".']],
  [
    'a word that is not allowed',
    'priority',
    'loud',
    ['/HR: it must be equal to one of the allowed values: high, low.'],
  ],
] as const)('faultsOf returns one line with the place for each fault: %s', (_name, shape, value, faults) => {
  expect(faultsOf(shapes, shape, value, '/HR')).toEqual(faults);
});
