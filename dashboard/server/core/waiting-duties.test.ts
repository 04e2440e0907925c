import { describe, expect, it } from 'vitest';
import {
  accepted,
  assigned,
  assignmentOf,
  away,
  back,
  coverAnswered,
  declined,
  ended,
  hour,
} from '../../../contracts/duties.testing.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { waitingCovers, waitingDuties } from './waiting-duties.ts';

function waitingFor(userId: string, events: readonly AssignmentEvent[], atHour: number, wards = ['icu', 'other']) {
  const board = emptyBoard();
  for (const event of events) foldAssignmentEvent(board, event);
  return waitingDuties(board.duties, userId, wards, hour(atHour));
}
const anna = assigned('chief', 5, assignmentOf(1, 'anna', [7, 15]));

describe('waitingDuties', () => {
  it.each<[string, readonly AssignmentEvent[], number, object[]]>([
    ['nothing without an assignment', [], 6, []],
    ['an assignment that begins in 1 h as one for now', [anna], 6, [{ ward: 'icu', now: 1, later: 0 }]],
    [
      'an assignment that begins in 1 h and 1 ms as one for later',
      [anna],
      6 - 1 / 3_600_000,
      [{ ward: 'icu', now: 0, later: 1 }],
    ],
    ['an assignment until 1 ms before its end', [anna], 15 - 1 / 3_600_000, [{ ward: 'icu', now: 1, later: 0 }]],
    ['no assignment from its end on', [anna], 15, []],
    ['no accepted assignment', [anna, accepted('anna', 6.5, 1)], 8, []],
    ['no declined assignment', [anna, declined('anna', 6.5, 1)], 8, []],
    ['no ended assignment', [anna, ended('chief', 6.5, 1)], 8, []],
    ['no assignment of another person', [assigned('chief', 5, assignmentOf(1, 'ben', [7, 15]))], 8, []],
    [
      'two assignments, one for now and one for later',
      [anna, assigned('chief', 5, assignmentOf(2, 'anna', [15, 23], ['ICU-2']))],
      8,
      [{ ward: 'icu', now: 1, later: 1 }],
    ],
  ])('waitingDuties counts %s', (_, events, atHour, expected) =>
    expect(waitingFor('anna', events, atHour)).toEqual(expected),
  );

  it('waitingDuties counts only assignments in wards that the person may see', () =>
    expect(waitingFor('anna', [anna], 8, ['other'])).toEqual([]));
});

describe('waitingCovers', () => {
  const until = new Date(hour(9)).toISOString();
  const cover = { ward: 'icu', name: 'ben', beds: ['ICU-1'], until };
  const own = assigned('anna', 7, assignmentOf(2, 'anna', [7, 15], ['ICU-2']));
  const covered = [assigned('ben', 7, assignmentOf(1, 'ben', [7, 15])), own, away('ben', 50, [8, 9], 'anna')];
  const twoBeds = assigned('ben', 7, assignmentOf(1, 'ben', [7, 8.25], ['ICU-1', 'ICU-3']));
  const taken = (beds: readonly string[]) => assigned('dora', 8, assignmentOf(3, 'dora', [8.25, 15], beds));
  it.each<[string, readonly AssignmentEvent[], number, readonly string[], object[]]>([
    ['an absence that has begun', covered, 8, ['icu'], [cover]],
    ['1 ms before its end', covered, 9 - 1 / 3_600_000, ['icu'], [cover]],
    ['its end', covered, 9, ['icu'], []],
    ['a person who is back', [...covered, back('ben', 8.2, 50)], 8.5, ['icu'], []],
    ['a cover who has seen it', [...covered, coverAnswered('anna', 8.1, 50, 'cover-seen')], 8.5, ['icu'], []],
    ['a cover who cannot cover', [...covered, coverAnswered('anna', 8.1, 50, 'cover-rejected')], 8.5, ['icu'], []],
    ['a ward that the person may not see', covered, 8, ['other'], []],
    ['another cover', [covered[0]!, away('ben', 50, [8, 9], 'cleo')], 8, ['icu'], []],
    ['a cover whose own duty was ended', [...covered, ended('chief', 8.1, 2)], 8.5, ['icu'], []],
    [
      'a cover whose own bed was taken over',
      [covered[0]!, covered[2]!, assigned('anna', 7, assignmentOf(2, 'anna', [7, 8.25], ['ICU-3'])), taken(['ICU-3'])],
      8.5,
      ['icu'],
      [],
    ],
    ['a cover who is away too', [...covered, away('anna', 51, [8.1, 9])], 8.5, ['icu'], []],
    ['a person who is away and whose duty was ended', [...covered, ended('chief', 8.1, 1)], 8.5, ['icu'], []],
    [
      'a person who is away and whose beds were taken over',
      [twoBeds, own, away('ben', 50, [8, 9], 'anna'), taken(['ICU-1', 'ICU-3'])],
      8.5,
      ['icu'],
      [],
    ],
    [
      'a person who is away and one of whose beds was taken over',
      [twoBeds, own, away('ben', 50, [8, 9], 'anna'), taken(['ICU-1'])],
      8.5,
      ['icu'],
      [{ ...cover, beds: ['ICU-3'] }],
    ],
  ])(
    'waitingCovers returns the persons that the person covers and has not confirmed: %s',
    (_, events, at, wards, expected) => {
      const board = emptyBoard();
      for (const event of events) foldAssignmentEvent(board, event);
      expect(waitingCovers(board.duties, 'anna', wards, hour(at))).toEqual(expected);
    },
  );
});
