import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, ended, hour, idOf } from '../../../contracts/duties.testing.ts';
import { responsibleAt } from '../../../contracts/duties.ts';
import { dutiesOf } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { decide } from './assignments.ts';
import type { AssignmentCommand, Member } from './board-context.ts';
import { boardFor } from './board-view.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';

const beds = ['ICU-1', 'ICU-2', 'ICU-3'];
const members = ['chief', 'anna', 'ben', 'cleo'].map((name): Member => ({ userId: name, name, role: 'nurse' }));
const viewerOf = (userId: string) => ({ userId, name: userId, role: 'nurse', wards: ['icu'] }) as const;

function newBoard(events: readonly AssignmentEvent[]) {
  const board = emptyBoard();
  for (const event of events) foldAssignmentEvent(board, event);
  let ids = 0;
  return {
    act(userId: string, atHour: number, command: AssignmentCommand): string {
      const context = {
        ward: 'icu',
        viewer: viewerOf(userId),
        nowMs: hour(atHour),
        registry: { wards: [{ ward: 'icu', beds }] },
        members,
        newId: () => idOf(800_000 + ids++),
      };
      const decision = decide(command, board, dutiesOf(board.duties, 'icu').version, context);
      if (!decision.ok) return `${decision.code}: ${decision.message}`;
      for (const event of decision.events) foldAssignmentEvent(board, event);
      return 'ok';
    },
    nurses: (atHour: number) =>
      beds.map((bed) =>
        responsibleAt(board.duties, { ward: 'icu', bed, duty: 'nurse' }, hour(atHour))
          .map(({ userId, standing }) => `${userId} ${standing}`)
          .join(', '),
      ),
    view: (userId: string, atHour: number) => {
      const accountOf = (id: string) => ({ ...viewerOf(id), disabled: false });
      const scene = { ward: 'icu', beds, viewer: viewerOf(userId), members, accountOf };
      return boardFor(board, scene, hour(atHour)).entries.filter(({ isOver }) => !isOver);
    },
  };
}

const anna = assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], beds));
/** The charge nurse has assigned all three beds to Ben from 15:00. Ben has not accepted yet. */
const ben = assigned('chief', 8, assignmentOf(2, 'ben', [15, 23], beds));
const { beds: _, ...wholeWard } = assignmentOf(90, 'chief', [6, 22], beds, 'charge-nurse');
const charge = assigned('chief', 6, wholeWard);
const accept = (only?: readonly string[]): AssignmentCommand => ({ type: 'accept', assignmentId: idOf(2), beds: only });

describe('the acceptance of some beds', () => {
  it('a person accepts one of three beds: the others stay with the former person, and are overdue after her shift', () => {
    const board = newBoard([anna, ben]);
    expect(board.act('ben', 14.5, accept(['ICU-2']))).toBe('ok');
    expect(board.nurses(15.1)).toEqual([
      'anna overdue, ben not-accepted',
      'ben accepted',
      'anna overdue, ben not-accepted',
    ]);
  });

  it('after a person has accepted one bed, the board shows which beds of the assignment still wait', () => {
    const board = newBoard([anna, ben]);
    board.act('ben', 14.5, accept(['ICU-2']));
    const waiting = board.view('ben', 14.6).find(({ assignment }) => assignment.assignmentId === idOf(2));
    expect(waiting).toMatchObject({ remaining: ['ICU-1', 'ICU-3'], isOver: false });
  });

  it.each([
    ['with one press for all that remain', [undefined]],
    ['one by one', [['ICU-1'], ['ICU-3']]],
    ['as a list', [['ICU-3', 'ICU-1']]],
  ])('after the person accepts the other beds %s, no bed waits and the former person may go', (_, rest) => {
    const board = newBoard([anna, ben]);
    board.act('ben', 15.1, accept(['ICU-2']));
    for (const only of rest) expect(board.act('ben', 15.2, accept(only))).toBe('ok');
    expect(board.nurses(15.3)).toEqual(['ben accepted', 'ben accepted', 'ben accepted']);
    expect(board.view('ben', 15.3).every(({ acceptedAt }) => acceptedAt !== undefined)).toBe(true);
    expect(board.view('ben', 15.3).map(({ assignment }) => assignment.userId)).not.toContain('anna');
  });

  it.each([
    ['a bed that is accepted already is refused', ['ICU-2'], 'conflict'],
    ['a bed that the assignment does not have is refused', ['ICU-9'], 'conflict'],
    ['a bed that remains and a bed that is accepted already is refused', ['ICU-1', 'ICU-2'], 'conflict'],
    ['a bed that remains is accepted', ['ICU-1'], 'ok'],
  ])('after one bed was accepted, a request for %s', (_, only, expected) => {
    const board = newBoard([anna, ben]);
    board.act('ben', 14.5, accept(['ICU-2']));
    expect(board.act('ben', 14.6, accept(only)).split(':')[0]).toBe(expected);
  });

  it('a request that names one bed three times accepts only this bed of the three', () => {
    const board = newBoard([anna, ben]);
    expect(board.act('ben', 14.5, accept(['ICU-2', 'ICU-2', 'ICU-2']))).toBe('ok');
    expect(board.nurses(15.1)).toEqual([
      'anna overdue, ben not-accepted',
      'ben accepted',
      'anna overdue, ben not-accepted',
    ]);
    const ofBen = board.view('ben', 15.1).filter(({ assignment }) => assignment.userId === 'ben');
    expect(ofBen.map(({ assignment }) => assignment.beds)).toEqual([beds, ['ICU-2']]);
  });

  it.each([
    ['another person is refused', 'cleo', 14.5, 'not-allowed'],
    ['the person, more than 1 h before the start, is refused', 'ben', 13.99, 'conflict'],
    ['the person, 1 h before the start, is saved', 'ben', 14, 'ok'],
  ])('the acceptance of one bed by %s', (_, userId, atHour, expected) => {
    expect(
      newBoard([anna, ben])
        .act(userId, atHour, accept(['ICU-1']))
        .split(':')[0],
    ).toBe(expected);
  });

  it('after the charge nurse ends the accepted assignment of one bed, this bed does not wait for the person again', () => {
    const board = newBoard([charge, anna, ben]);
    board.act('ben', 15.1, accept(['ICU-2']));
    const own = board.view('ben', 15.2).find(({ assignment }) => assignment.beds?.join() === 'ICU-2');
    expect(board.act('chief', 15.2, { type: 'end', assignmentId: own?.assignment.assignmentId ?? '' })).toBe('ok');
    expect(board.nurses(15.3)).toEqual(['anna overdue, ben not-accepted', '', 'anna overdue, ben not-accepted']);
    const waiting = board.view('ben', 15.3).find(({ assignment }) => assignment.assignmentId === idOf(2));
    expect(waiting).toMatchObject({ remaining: ['ICU-1', 'ICU-3'] });
    expect(board.act('ben', 15.3, accept(['ICU-2']))).toMatch(/^conflict/);
    expect(board.act('ben', 15.3, accept())).toBe('ok');
    expect(board.nurses(15.4)).toEqual(['ben accepted', '', 'ben accepted']);
  });

  it('a new assignment waits for its bed, although the charge nurse has ended an earlier assignment of this bed', () => {
    const before = assigned('ben', 14.5, assignmentOf(3, 'ben', [15, 23], ['ICU-2']));
    const board = newBoard([charge, anna, before, ended('chief', 15.1, 3), ben]);
    expect(board.nurses(15.2)[1]).toMatch(/ben not-accepted$/);
    expect(board.act('ben', 15.2, accept())).toBe('ok');
    expect(board.nurses(15.3)[1]).toBe('ben accepted');
  });

  it('a person who has accepted one bed and then declines keeps this bed', () => {
    const board = newBoard([anna, ben]);
    board.act('ben', 14.5, accept(['ICU-2']));
    expect(board.act('ben', 14.6, { type: 'decline', assignmentId: idOf(2), reason: 'too many' })).toBe('ok');
    expect(board.nurses(15.1)).toEqual(['anna overdue', 'ben accepted', 'anna overdue']);
  });
});

describe('the acceptance of some beds by a person who made many assignments', () => {
  const made = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      assigned('ben', 8, assignmentOf(100 + n, 'ben', [20, 22], ['ICU-1'], 'buddy')),
    );
  const tooMany = /^conflict: Not accepted: you have made too many assignments/;

  it.each([
    [59, /^ok$/],
    [60, tooMany],
  ])('the acceptance of one bed by a person who has made %i assignments gets the answer %s', (count, expected) => {
    expect(newBoard([anna, ben, ...made(count)]).act('ben', 14.5, accept(['ICU-2']))).toMatch(expected);
  });

  it('a person at the maximum may still accept a whole assignment, or all beds that remain', () => {
    expect(newBoard([anna, ben, ...made(60)]).act('ben', 14.5, accept())).toBe('ok');
    const board = newBoard([anna, ben, ...made(59)]);
    expect(board.act('ben', 14.5, accept(['ICU-2']))).toBe('ok');
    expect(board.act('ben', 14.6, accept(['ICU-1']))).toMatch(tooMany);
    expect(board.act('ben', 14.6, accept())).toBe('ok');
    expect(board.nurses(15.1)).toEqual(['ben accepted', 'ben accepted', 'ben accepted']);
  });
});

it('a request without beds, or with all beds of the assignment, accepts the whole assignment', () => {
  for (const only of [undefined, beds]) {
    const board = newBoard([anna, ben]);
    expect(board.act('ben', 15.1, accept(only))).toBe('ok');
    expect(board.view('ben', 15.2).map(({ assignment }) => assignment.assignmentId)).toEqual([idOf(2)]);
  }
});

it('a person can accept an assignment although she has accepted another assignment of the same beds', () => {
  const own = assigned('ben', 14.8, assignmentOf(3, 'ben', [14.8, 23.5], beds));
  const board = newBoard([anna, ben, own]);
  expect(board.act('ben', 15.1, accept())).toBe('ok');
  expect(newBoard([anna, ben, own, accepted('ben', 15.1, 2)]).act('ben', 15.2, accept())).toContain('already accepted');
});
