import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import { alarmOf, eventOf, everybody, newWard, t0 } from './delivery.testing.ts';
import { evolve } from './evolve.ts';
import { initialState } from './state.ts';

it('if the rules throw an error for a new alarm, its ward is informed, and persons are called when the rules work', () => {
  const { context } = newWard(everybody);
  const failing = {
    ...context,
    personsOf() {
      throw new Error('broken');
    },
  };
  const event = eventOf('raised', alarmOf('a'), t0);
  const { events, failures } = decide(initialState, { type: 'alarm', event }, failing, t0);
  expect(events.map(({ type }) => type)).toEqual(['alarm-seen', 'round-started', 'chain-ended']);
  expect(failures.map(({ alarmId }) => alarmId)).toEqual(['a']);
  const next = decide(events.reduce(evolve, initialState), { type: 'timer' }, context, t0 + 1_000);
  expect(next.events).toContainEqual(expect.objectContaining({ type: 'called' }));
  expect(next.failures).toEqual([]);
});

it('if the rules throw an error for an alarm that does not call, the input is left out', () => {
  const { context } = newWard(everybody);
  const event = eventOf('raised', alarmOf('a'), t0);
  const { events } = decide(initialState, { type: 'alarm', event }, context, t0);
  const state = events.reduce(evolve, initialState);
  const alarm = alarmOf('a', { rev: 2, signal: 'acknowledged' });
  const broken = new Map(
    [...state.alarms].map(([id, each]) => [
      id,
      {
        ...each,
        get round(): never {
          throw new Error('broken');
        },
      },
    ]),
  );
  expect(() =>
    decide({ ...state, alarms: broken }, { type: 'alarm', event: eventOf('acknowledged', alarm, t0) }, context, t0),
  ).toThrow('broken');
});
