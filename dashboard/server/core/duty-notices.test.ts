import { describe, expect, it } from 'vitest';
import {
  accepted,
  assigned,
  assignmentOf,
  away,
  back,
  coverAnswered,
  ended,
  hour,
} from '../../../contracts/duties.testing.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { foldAssociations } from './beds.ts';
import type { DutyAccount } from './board-context.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { type AccountOf, noteDuties } from './duty-notices.ts';
import { period, table } from './fold.testing.ts';
import { noticesOf } from './notices.ts';
import { headOf } from './screen.ts';
import { emptyState } from './state.ts';

/** Returns a nurse's account of the ward `icu` for any person. A test can replace this function. */
const nurseOf = (userId: string): DutyAccount => ({
  ...{ userId, name: userId, role: 'nurse', wards: ['icu'], disabled: false },
});
const otherThan = (userId: string, account: DutyAccount | undefined) => (id: string) =>
  id === userId ? account : nurseOf(id);

function scene(events: readonly AssignmentEvent[], isRead = true, accountOf: AccountOf = nurseOf) {
  const state = emptyState();
  const from = new Date(hour(5)).toISOString();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: 'ICU-1', from })));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'icu', { bed: 'ICU-9', from, patient: null })));
  const board = emptyBoard();
  board.isRead = isRead;
  for (const event of events) foldAssignmentEvent(board, event);
  const bed = state.beds.get('assoc-01')!;
  return {
    state,
    board,
    bed,
    /** Returns the notices of the bed at an hour, as `text since hour`. */
    at(atHour: number) {
      noteDuties(state, board, accountOf, hour(atHour));
      return noticesOf(bed).map(({ text, since }) => `${text} since ${since.slice(11, 16)}`);
    },
  };
}
const anna = [assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 6.5, 1)];
/** Ben has another bed, so he may cover. */
const ben = assigned('ben', 6, assignmentOf(2, 'ben', [7, 15], ['ICU-2']));
const shortBen = assigned('ben', 6, assignmentOf(2, 'ben', [7, 9.5], ['ICU-2']));
const cleo = assigned('cleo', 9, assignmentOf(3, 'cleo', [9, 15], ['ICU-2']));
const awayWithBen = away('anna', 50, [9, 11], 'ben');
const covered = [...anna, ben, awayWithBen];
/** Dora has the same bed as Anna. */
const dora = assigned('dora', 6, assignmentOf(4, 'dora', [6, 14]));
const other = assigned('x', 6, assignmentOf(9, 'x', [6, 20], ['ICU-7']));

describe('noteDuties', () => {
  it.each<[string, readonly AssignmentEvent[], number, string[]]>([
    ['a ward that has never used the board', [], 8, []],
    ['a bed that never had an assignment', [other], 8, ['No nurse is responsible since 05:00']],
    ['a bed with a nurse', anna, 8, []],
    [
      'a bed whose nurse’s assignment was ended',
      [...anna, ended('chief', 9, 1)],
      10,
      ['No nurse is responsible since 09:00'],
    ],
    [
      'a bed whose nurse is away',
      [...anna, away('anna', 50, [9, 11])],
      10,
      ['No nurse is responsible: anna is away since 09:00'],
    ],
    ['a bed whose nurse is away and covered', covered, 10, []],
    [
      'a bed whose cover cannot cover',
      [...covered, coverAnswered('ben', 9.5, 50, 'cover-rejected')],
      10,
      ['No nurse is responsible: anna is away, and ben cannot cover since 09:30'],
    ],
    ['a bed more than 15 min before the duty of the cover ends', [...anna, shortBen, awayWithBen], 9.24, []],
    [
      'a bed 15 min before the duty of the cover ends',
      [...anna, shortBen, awayWithBen],
      9.25,
      ['No nurse will be responsible: the duty of ben ends, and anna is away since 09:30'],
    ],
    [
      'a bed whose cover still covers after the end of her or his own duty',
      [...anna, shortBen, awayWithBen],
      10,
      ['Cover overdue: the duty of ben is over, and anna is away since 09:30'],
    ],
    [
      'a bed whose next nurse begins when the duty of the cover ends',
      [...anna, shortBen, awayWithBen, assigned('cleo', 9, assignmentOf(3, 'cleo', [9.5, 15]))],
      9.25,
      [],
    ],
    ['a bed with a second nurse when the duty of the cover ends', [...anna, shortBen, awayWithBen, dora], 9.4, []],
    ['a bed with a second nurse when the duty of the cover is over', [...anna, shortBen, awayWithBen, dora], 10, []],
    [
      'a bed whose second nurse may not act when the duty of the cover ends',
      [
        ...anna,
        shortBen,
        awayWithBen,
        assigned('dora', 8, assignmentOf(4, 'dora', [8, 15])),
        away('dora', 55, [9, 11]),
      ],
      9.4,
      ['No nurse will be responsible: the duty of ben ends, and anna is away since 09:30'],
    ],
    [
      'a bed whose second nurse’s hand-over is overdue, too, when the duty of the cover is over',
      [...anna, shortBen, awayWithBen, assigned('dora', 6, assignmentOf(4, 'dora', [6, 9.4]))],
      10,
      ['Cover overdue: the duty of ben is over, and anna is away since 09:30'],
    ],
    [
      'a bed whose next nurse is away at the change of the shift',
      [...anna, assigned('cleo', 14, assignmentOf(5, 'cleo', [14.5, 23])), away('cleo', 53, [14.6, 16])],
      14.9,
      ['No nurse will be responsible: cleo is away since 15:00'],
    ],
    [
      'a bed whose cover has no duty',
      [...anna, away('anna', 50, [9, 11], 'ben')],
      10,
      ['No nurse is responsible: anna is away, and ben has no duty now since 09:00'],
    ],
    [
      'a bed whose cover’s assignment was ended',
      [...covered, ended('chief', 9.5, 2)],
      10,
      ['No nurse is responsible: anna is away, and ben has no duty now since 09:30'],
    ],
    [
      'a bed whose cover is away too',
      [...covered, away('ben', 51, [9.5, 11])],
      10,
      ['No nurse is responsible: anna is away, and ben is away too since 09:30'],
    ],
    [
      'a bed whose cover was away, came back and went away again',
      [...covered, away('ben', 51, [9.25, 11]), back('ben', 9.5, 51), away('ben', 52, [9.75, 11])],
      10,
      ['No nurse is responsible: anna is away, and ben is away too since 09:45'],
    ],
    [
      'a bed whose cover’s shift is over and taken over',
      [...anna, shortBen, away('anna', 50, [9, 11], 'ben'), cleo],
      10,
      ['No nurse is responsible: anna is away, and ben has no duty now since 09:30'],
    ],
    [
      'a bed whose nurse came back and went away again',
      [...covered, back('anna', 9.5, 50), away('anna', 51, [9.75, 11])],
      10,
      ['No nurse is responsible: anna is away since 09:45'],
    ],
    [
      'a bed whose nurse’s assignment was ended after the end of the shift',
      [...anna, ended('chief', 16, 1)],
      17,
      ['No nurse is responsible since 16:00'],
    ],
    [
      'a bed whose history has more than 20 changes',
      [
        ...anna,
        ...Array.from({ length: 15 }, (_, n) => [
          away('anna', 60 + n, [8 + n / 60, 11]),
          back('anna', 8 + n / 60, 60 + n),
        ]).flat(),
        away('anna', 50, [9, 11]),
      ],
      10,
      ['No nurse is responsible: anna is away since 09:00'],
    ],
    ['a bed whose nurse is back', [...anna, away('anna', 50, [9, 11])], 11, []],
    [
      'a bed whose nurse has not accepted',
      [assigned('c', 6, assignmentOf(1, 'anna', [7, 15]))],
      8,
      ['No nurse is responsible: anna has not accepted since 05:00'],
    ],
    [
      'a bed whose nurse has not accepted, and is away with a cover',
      [assigned('c', 6, assignmentOf(1, 'anna', [7, 15])), away('anna', 50, [7, 11], 'ben')],
      8,
      ['No nurse is responsible: anna has not accepted since 05:00'],
    ],
    ['a hand-over that is overdue', anna, 15, ['Hand-over overdue: still with anna since 15:00']],
    ['a hand-over 1 ms before it is overdue', anna, 15 - 1 / 3_600_000, []],
  ])('the notices of %s are those of the table', (_, events, atHour, expected) =>
    expect(scene(events).at(atHour)).toEqual(expected),
  );

  it.each<[string, DutyAccount | undefined, string]>([
    ['is disabled', { ...nurseOf('x'), disabled: true }, 'has a disabled account'],
    ['is missing', undefined, 'has no account'],
    ['lost the ward', { ...nurseOf('x'), wards: ['step-down'] }, 'has no account of this ward'],
    ['has another role', { ...nurseOf('x'), role: 'technician' }, 'has the account of a technician'],
  ])('a bed has a notice if the account of the nurse or of the cover %s', (_, account, fault) => {
    expect(scene(anna, true, otherThan('anna', account)).at(8)).toEqual([
      `No nurse is responsible: anna ${fault} since 08:00`,
    ]);
    expect(scene(covered, true, otherThan('ben', account)).at(10)).toEqual([
      `No nurse is responsible: ben ${fault} since 10:00`,
    ]);
    expect(scene(covered, true, otherThan('anna', account)).at(10)).toEqual([]);
  });

  it('the notice about an account begins when the server noticed the fault, and ends when another nurse has the bed', () => {
    const { board, at } = scene(anna, true, otherThan('anna', undefined));
    expect([...at(8), ...at(9)]).toEqual(Array(2).fill('No nurse is responsible: anna has no account since 08:00'));
    foldAssignmentEvent(board, assigned('cleo', 9, assignmentOf(3, 'cleo', [9, 15])));
    expect(at(9)).toEqual([]);
  });

  it('noteDuties counts the beds with notices, sends each change once to the screens, and removes ended notices', () => {
    const { state, board, bed, at } = scene(anna);
    expect(noteDuties(state, board, nurseOf, hour(15))).toEqual({ noNurse: 0, overdue: 1 });
    const changeNo = bed.headChangeNo;
    expect(at(16)).toHaveLength(1);
    expect(bed.headChangeNo).toBe(changeNo);
    foldAssignmentEvent(board, assigned('ben', 16, assignmentOf(2, 'ben', [16, 23])));
    expect(at(16)).toEqual([]);
    expect(bed.headChangeNo).toBeGreaterThan(changeNo);
    foldAssignmentEvent(board, ended('chief', 17, 2));
    expect(noteDuties(state, board, nurseOf, hour(17))).toEqual({ noNurse: 1, overdue: 0 });
    expect(at(17)).toEqual(['No nurse is responsible since 17:00']);
  });

  it.each<[string, readonly AssignmentEvent[], number, string | undefined]>([
    ['no nurse in a ward that has never used the board', [], 8, undefined],
    ['no nurse if the bed never had an assignment', [other], 8, undefined],
    ['the nurse of the bed', anna, 8, 'anna'],
    ['the nurse if the hand-over is overdue', anna, 15, 'anna'],
    ['the cover if the nurse is away and covered', covered, 10, 'ben'],
    ['no nurse if the nurse is away without a cover', [...anna, away('anna', 50, [9, 11])], 10, undefined],
  ])('the header data of a bed name %s', (_, events, atHour, expected) => {
    const { state, bed, at } = scene(events);
    at(atHour);
    const changeNo = bed.headChangeNo;
    expect(bed.nurse).toBe(expected);
    at(atHour);
    expect(bed.headChangeNo).toBe(changeNo);
    const viewer = { userId: 'x', name: 'x', role: 'nurse', wards: ['icu'] } as const;
    expect(headOf(state, viewer, bed).nurse).toBe(expected);
  });

  it('the header data of a bed do not have the name of a nurse whose account is disabled', () => {
    const { bed, at } = scene(anna, true, otherThan('anna', { ...nurseOf('anna'), disabled: true }));
    at(8);
    expect(bed.nurse).toBeUndefined();
  });

  it('no bed has a notice before the server has read the assignments, so that a start shows no false notice', () => {
    expect(scene([other], false).at(8)).toEqual([]);
  });
});
