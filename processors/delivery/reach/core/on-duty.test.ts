import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, declined, hour } from '../../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../../contracts/duties.ts';
import type { AssignmentEvent } from '../../../../contracts/messages/assignments.ts';
import { formatInstant } from '../../../../contracts/time.ts';
import { newSubscription } from '../../../../tests/delivery/messages.ts';
import { targetsOf } from './on-duty.ts';

const stateOf = (...events: readonly AssignmentEvent[]) => events.reduce(evolve, initialState);
const entry = newSubscription('https://push.example/1').entry;
const entriesOf = (userId: string) => (userId === 'anna' ? [entry] : []);
const shift = [
  assigned('charge', 6, assignmentOf(1, 'anna', [7, 15])),
  accepted('anna', 7, 1),
  assigned('charge', 6, assignmentOf(2, 'ben', [15, 23])),
];
const peopleAt = (events: readonly AssignmentEvent[], atHour: number) =>
  targetsOf(stateOf(...events), entriesOf, [], hour(atHour)).map(({ userId, channel }) => `${userId} ${channel}`);

describe('targetsOf', () => {
  it('targetsOf returns the pages and each entry of a person on duty', () => {
    expect(targetsOf(stateOf(...shift), entriesOf, [entry], hour(8))).toEqual([
      { userId: 'anna', name: 'anna', channel: 'screen' },
      { userId: 'anna', name: 'anna', channel: 'push', reachId: entry.reachId },
    ]);
  });

  it('targetsOf returns nobody before the shift, and includes persons who have not accepted yet or are overdue', () => {
    expect(peopleAt(shift, 6.9)).toEqual([]);
    expect(peopleAt(shift, 16)).toEqual(['anna screen', 'anna push', 'ben screen']);
  });

  it('targetsOf returns a person with two duties once, and nobody who declined', () => {
    const twice = [...shift, assigned('charge', 6, assignmentOf(3, 'anna', [7, 15], ['ICU-2'], 'buddy'))];
    expect(peopleAt(twice, 8)).toEqual(['anna screen', 'anna push']);
    expect(peopleAt([...shift, declined('ben', 15, 2)], 16)).toEqual(['anna screen', 'anna push']);
  });

  it.each([
    [0, true],
    [2 * 60_000, true],
    [2 * 60_000 + 1, false],
    [-2 * 60_000, true],
    [-2 * 60_000 - 1, false],
  ])('targetsOf returns an entry of a person without a duty that was written %i ms ago: %s', (ageMs, isTried) => {
    const addedAt = new Date(hour(6) - ageMs).toISOString();
    const found = targetsOf(stateOf(...shift), () => [], [{ ...entry, userId: 'cleo', addedAt }], hour(6));
    expect(found.map(({ userId, reachId }) => `${userId} ${reachId}`)).toEqual(
      isTried ? [`cleo ${entry.reachId}`] : [],
    );
  });

  it('targetsOf returns an old entry of a person without a duty for 2 min after the operator has asked for a test', () => {
    const tested = { ...entry, addedAt: formatInstant(hour(1)), testedAt: formatInstant(hour(6)) };
    const channelsAt = (atMs: number) => targetsOf(stateOf(), () => [], [tested], atMs).map(({ channel }) => channel);
    expect(channelsAt(hour(6) + 2 * 60_000)).toEqual(['push']);
    expect(channelsAt(hour(6) + 2 * 60_000 + 1)).toEqual([]);
  });
});
