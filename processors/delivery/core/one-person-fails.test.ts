import { expect, it, vi } from 'vitest';
import { accepted, assigned, assignmentOf, hour } from '../../../contracts/duties.testing.ts';
import { evolve as evolveDuties, initialState as noDuties } from '../../../contracts/duties.ts';
import type { DutyAssignment } from '../../../contracts/duty-state.ts';
import { decide, nextDueAtMs } from './decide.ts';
import { alarmOf, eventOf, everybody, newWard, person, t0 } from './delivery.testing.ts';
import { evolve, slotKey } from './evolve.ts';
import { personsApart } from './persons-apart.ts';
import { initialState, type Slot, type State } from './state.ts';

const both = { nurse: [person('anna')], physician: [person('paul')], buddy: [person('ben')] };

/** Returns the state with a slot of a person for which the code throws in each message, or in each change. */
function withBroken(state: State, userId: string, channel: 'screen' | 'push', part: 'recent' | 'pending'): State {
  const key = slotKey(userId, channel);
  const slot = state.slots.get(key) ?? { userId, name: userId, channel, pending: [], recent: [], wholeAtMs: 0 };
  return { ...state, slots: new Map(state.slots).set(key, { ...slot, [part]: [null] } as unknown as Slot) };
}

it('if the code throws an error for the messages of one person, the next persons are called at once', () => {
  const { context } = newWard(both);
  const state = (['screen', 'push'] as const).reduce(
    (all, channel) => withBroken(all, 'anna', channel, 'recent'),
    initialState,
  );
  const event = eventOf('raised', alarmOf('a'), t0);
  const { events, failures } = decide(state, { type: 'alarm', event }, context, t0);
  const receivers = events.flatMap((each) => (each.type === 'message' ? [each.userId] : []));
  expect(events.flatMap((each) => (each.type === 'called' ? [each.call.userId] : []))).toEqual(['anna', 'ben']);
  expect(events).toContainEqual(expect.objectContaining({ type: 'call-ended', outcome: 'undelivered' }));
  expect(new Set(receivers)).toEqual(new Set(['ben']));
  expect(failures.map(({ alarmId }) => alarmId)).toContain('a');
  const after = events.reduce(evolve, state);
  expect(nextDueAtMs(after, t0)).toBeGreaterThan(t0 + 1_000);
});

it('if the slot of a person cannot be changed, the next call makes a new slot with all calls of the person', () => {
  const { context } = newWard(both);
  const ofFirst = eventOf('raised', alarmOf('a'), t0);
  const first = decide(initialState, { type: 'alarm', event: ofFirst }, context, t0);
  const unsent = first.events.filter(({ type }) => type !== 'message').reduce(evolve, initialState);
  const state = withBroken(unsent, 'anna', 'push', 'pending');
  const event = eventOf('raised', alarmOf('b'), t0);
  const { events, failures } = decide(state, { type: 'alarm', event }, context, t0);
  const pushed = events.flatMap((each) => (each.type === 'message' && each.channel === 'push' ? each.calls : []));
  expect(pushed.map(({ alarmId }) => alarmId)).toEqual(['a', 'b']);
  expect(failures).toEqual([]);
});

it('if the code throws an error for one channel of a person, the message leaves through the other channel', () => {
  const { context } = newWard(both);
  const event = eventOf('raised', alarmOf('a'), t0);
  const { events } = decide(withBroken(initialState, 'anna', 'push', 'recent'), { type: 'alarm', event }, context, t0);
  expect(events.flatMap((each) => (each.type === 'message' ? [`${each.channel} ${each.userId}`] : []))).toEqual([
    'screen anna',
  ]);
  expect(events.filter(({ type }) => type === 'called')).toHaveLength(1);
});

it('an unusable slot of one person does not change the calls of another person', () => {
  const { context } = newWard({ ...everybody, nurse: [person('nina')] });
  const state = withBroken(initialState, 'anna', 'push', 'pending');
  const event = eventOf('raised', alarmOf('a'), t0);
  const raised = decide(state, { type: 'alarm', event }, context, t0);
  expect(raised.failures).toEqual([]);
  expect(raised.events.map(({ type }) => type)).toContain('message');
  const answer = { type: 'answer', alarmId: 'a', round: 1, userId: 'nina', answer: 'accepted' } as const;
  const { events } = decide(raised.events.reduce(evolve, state), answer, context, t0 + 1_000);
  expect(events.map(({ type }) => type)).toEqual(['accepted']);
});

it('if the code throws an error about the duties of one person, the other persons of the ward are found', () => {
  const duties = [
    assigned('chris', 7, assignmentOf(1, 'anna', [7, 15])),
    accepted('anna', 7, 1),
    assigned('chris', 7, assignmentOf(2, 'ben', [7, 15])),
    accepted('ben', 7, 2),
  ].reduce(evolveDuties, noDuties);
  const ward = duties.wards.get('icu')!;
  const place = { ward: 'icu', bed: 'ICU-1' };
  const onFailure = vi.fn();
  const personsOf = (assignments: readonly DutyAssignment[]) =>
    personsApart({ wards: new Map([['icu', { ...ward, assignments }]]) }, place, 'nurse', hour(8), onFailure)?.map(
      ({ userId }) => userId,
    );
  expect(personsOf(ward.assignments)).toEqual(['ben', 'anna']);
  expect(onFailure).not.toHaveBeenCalled();
  const [anna, ben] = ward.assignments as [DutyAssignment, DutyAssignment];
  const brokenBeds = { ...ben, assignment: { ...ben.assignment, beds: 5 } } as unknown as DutyAssignment;
  expect(personsOf([anna, brokenBeds])).toEqual(['anna']);
  expect(personsOf([anna, { ...ben, assignment: undefined } as unknown as DutyAssignment])).toEqual(['anna']);
  expect(onFailure).toHaveBeenCalledTimes(2);
});
