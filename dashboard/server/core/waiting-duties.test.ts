import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, declined, ended, hour } from '../../../contracts/duties.testing.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { waitingDuties } from './waiting-duties.ts';

function waitingFor(userId: string, events: readonly AssignmentEvent[], atHour: number, wards = ['icu', 'other']) {
  const board = emptyBoard();
  for (const event of events) foldAssignmentEvent(board, event);
  return waitingDuties(board.duties, userId, wards, hour(atHour));
}
const anna = assigned('chief', 5, assignmentOf(1, 'anna', [7, 15]));

describe('waitingDuties', () => {
  it.each<[string, readonly AssignmentEvent[], number, object[]]>([
    ['nothing', [], 6, []],
    ['1 h before the start', [anna], 6, [{ ward: 'icu', now: 1, later: 0 }]],
    ['1 ms more than 1 h before the start', [anna], 6 - 1 / 3_600_000, [{ ward: 'icu', now: 0, later: 1 }]],
    ['1 ms before the end', [anna], 15 - 1 / 3_600_000, [{ ward: 'icu', now: 1, later: 0 }]],
    ['the end', [anna], 15, []],
    ['an accepted assignment', [anna, accepted('anna', 6.5, 1)], 8, []],
    ['a declined assignment', [anna, declined('anna', 6.5, 1)], 8, []],
    ['an ended assignment', [anna, ended('chief', 6.5, 1)], 8, []],
    ['the assignment of another person', [assigned('chief', 5, assignmentOf(1, 'ben', [7, 15]))], 8, []],
    [
      'two assignments',
      [anna, assigned('chief', 5, assignmentOf(2, 'anna', [15, 23], ['ICU-2']))],
      8,
      [{ ward: 'icu', now: 1, later: 1 }],
    ],
  ])('%s', (_, events, atHour, expected) => expect(waitingFor('anna', events, atHour)).toEqual(expected));

  it('looks only at the wards of the person', () => expect(waitingFor('anna', [anna], 8, ['other'])).toEqual([]));
});
