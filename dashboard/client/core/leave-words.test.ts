import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf, hour } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import type { Board, BoardEntry } from '../../protocol/assignments.ts';
import { againUntil, callText, coversFor, placeText } from './leave-words.ts';
import { shortTime } from './times.ts';

const nowMs = hour(8);

it.each([
  [{ duty: 'nurse', bed: 'A-1' }, 'A-1: then nobody is the nurse'],
  [{ duty: 'nurse', bed: 'A-1', next: 'Ben' }, 'A-1: then Ben is the nurse'],
  [{ duty: 'nurse', bed: 'A-1', coveredFor: 'Cy' }, 'A-1 (covered for Cy, who is away): then nobody is the nurse'],
  [
    { duty: 'nurse', bed: 'A-1', next: 'Ben', nobodyFrom: new Date(nowMs + 60_000).toISOString() },
    `A-1: then Ben is the nurse, and from ${shortTime(new Date(nowMs + 60_000).toISOString(), nowMs)} nobody`,
  ],
  [
    { duty: 'nurse', bed: 'A-1', next: 'Ben', nobodyFrom: new Date(nowMs).toISOString() },
    'A-1: then Ben is the nurse, but this person’s own duty is over',
  ],
  [{ duty: 'charge-nurse' }, 'The ward: then nobody is the charge nurse'],
] as const)('placeText returns the right text for %j', (place, text) => {
  expect(placeText(place, nowMs)).toBe(text);
});

const call = { bed: 'A-1', text: 'HR 134 > 120', isAccepted: true, others: [] };
it.each([
  ['the next person', { ...call, next: 'Ben' }, 'Ann has accepted this call): Ben is called next.'],
  ['another person who goes', { ...call, others: ['Ben'] }, 'Ann has accepted this call): Ben still goes.'],
  ['two persons who go', { ...call, others: ['Ben', 'Cy'] }, 'Ann has accepted this call): Ben, Cy still go.'],
  [
    'the person who is called again',
    { ...call, again: 'Ben' },
    'Ann has accepted this call): everybody has been called. The ward has a technical alarm, and Ben is called again.',
  ],
  [
    'the first person of the next round, if all others have rejected the alarm',
    { ...call, nextRound: 'Ben' },
    'Ann has accepted this call): all others have said that they cannot go. The ward has a technical alarm, and after a wait Vigil calls again, Ben first.',
  ],
  [
    'nobody, if nobody is left to call',
    { ...call, isAccepted: false },
    'this call waits for Ann): nobody else is left to call, so the ward has a technical alarm.',
  ],
])('callText names %s', (_, lost, end) => {
  expect(callText(lost, 'Ann')).toBe(`HR 134 > 120 at A-1 (${end}`);
});

it.each([
  ['the planned end', nowMs + 3 * 3_600_000, 3],
  ['the planned end if it is 1 ms more than 16 min away', nowMs + 16 * 60_000 + 1, 16 / 60],
  ['a time in 1 h if the planned end is 16 min away', nowMs + 16 * 60_000, 1],
  ['a time in 1 h if the planned end is past', nowMs - 1, 1],
])('againUntil returns %s', (_, untilMs, hours) => {
  const entry = { assignment: { until: new Date(untilMs).toISOString() } } as BoardEntry;
  expect((Date.parse(againUntil(entry, nowMs)) - nowMs) / 3_600_000).toBeCloseTo(hours, 5);
});

describe('coversFor', () => {
  const people = ['ann', 'ben', 'cleo', 'dora'].map((userId) => ({ userId, name: userId, role: 'nurse' as const }));
  const base: AssignmentEvent[] = [
    assigned('ann', 7, assignmentOf(1, 'ann', [7, 15], ['A-1', 'A-2'])),
    assigned('ben', 7, assignmentOf(2, 'ben', [7, 15], ['A-3'])),
    assigned('cleo', 7, assignmentOf(3, 'cleo', [7, 15], ['A-2'], 'buddy')),
  ];
  const coversOf = (events: readonly AssignmentEvent[], boardFields: Partial<Board> = {}) => {
    const entries = [...events.reduce(evolve, initialState).wards.values()].flatMap(({ assignments }) =>
      assignments.map((entry) => ({
        assignment: entry.assignment,
        by: entry.by,
        at: entry.at,
        ...(entry.accepted ? { acceptedAt: entry.accepted.at } : {}),
        isOver: entry.untilMs <= nowMs,
      })),
    );
    const board = { people, away: [], entries, ...boardFields } as unknown as Board;
    return coversFor(board, 'ann', nowMs).map(({ userId, buddyBeds }) => `${userId} ${buddyBeds}`);
  };

  it('coversFor begins with the buddy, and has no person twice', () => {
    expect(coversOf([...base, assigned('ben', 7, assignmentOf(4, 'ben', [7, 15], ['A-4']))])).toEqual([
      'cleo 1',
      'ben 0',
    ]);
  });

  it.each([
    ['who has not accepted', assigned('ann', 6, assignmentOf(5, 'dora', [7, 15], ['A-1'], 'buddy'))],
    ['whose duty is over', assigned('dora', 6, assignmentOf(5, 'dora', [6, 8], ['A-1'], 'buddy'))],
    ['whose duty has not begun', assigned('dora', 8, assignmentOf(5, 'dora', [8.5, 15], ['A-1'], 'buddy'))],
  ])('coversFor leaves out a person %s', (_, event) => {
    expect(coversOf([...base, event])).toEqual(['cleo 1', 'ben 0']);
  });

  it('coversFor leaves out a person who is away, and a person of another role', () => {
    const isAway = [{ awayId: 'away-cleo', userId: 'cleo', name: 'cleo', until: new Date(hour(9)).toISOString() }];
    expect(coversOf(base, { away: isAway })).toEqual(['ben 0']);
    const roles = people.map((person) =>
      person.userId === 'ben' ? { ...person, role: 'physician' as const } : person,
    );
    expect(coversOf(base, { people: roles })).toEqual(['cleo 1']);
  });
});
