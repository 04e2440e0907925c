import { expect, it } from 'vitest';
import { decide, nextDueAtMs, wardAlarms } from './decide.ts';
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

it.each(['a new alarm', 'an alarm with a call that waits for its confirmation', 'an alarm at the end of its chain'])(
  'while the rules throw an error for %s, the next pass is never due at once, and the ward stays informed',
  (kind) => {
    const { context } = newWard(everybody);
    const event = eventOf('raised', alarmOf('a'), t0);
    const failing = {
      ...context,
      personsOf() {
        throw new Error('broken');
      },
    };
    let state = initialState;
    let nowMs = t0;
    const pass = (input: Parameters<typeof decide>[1], withContext = context) => {
      state = decide(state, input, withContext, nowMs).events.reduce(evolve, state);
    };
    pass({ type: 'alarm', event }, kind === 'a new alarm' ? failing : context);
    const isAtEnd = () => [...state.alarms.values()][0]?.round?.phase === 'repeating';
    for (let n = 0; kind === 'an alarm at the end of its chain' && !isAtEnd() && n < 100; n += 1) {
      nowMs = nextDueAtMs(state, nowMs);
      pass({ type: 'timer' });
    }
    for (let n = 0; n < 20; n += 1) {
      nowMs = Math.max(nowMs, nextDueAtMs(state, nowMs));
      pass({ type: 'timer' }, failing);
      expect(nextDueAtMs(state, nowMs)).toBeGreaterThan(nowMs + 1_000);
      expect(wardAlarms(state, context.placeOf)).toMatchObject([{ alarmId: 'a' }]);
    }
  },
);

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
