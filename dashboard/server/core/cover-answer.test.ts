import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf, away, coverAnswered, ended, hour, idOf } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import type { BoardContext } from './board-context.ts';
import { decideCover } from './cover-answer.ts';

const anna = assigned('anna', 7, assignmentOf(1, 'anna', [7, 15]));
const ben = assigned('ben', 7, assignmentOf(2, 'ben', [7, 15], ['ICU-2']));
const covered = [anna, ben, away('anna', 50, [8, 11], 'ben')];

/** Returns `ok`, or the text of the refusal. */
function answer(events: readonly AssignmentEvent[], isRejected: boolean, userId = 'ben', atHour = 9): string {
  const context: BoardContext = {
    ward: 'icu',
    viewer: { userId, name: userId, role: 'nurse', wards: ['icu'] },
    nowMs: hour(atHour),
    registry: { wards: [{ ward: 'icu', beds: ['ICU-1'] }] },
    members: [],
    newId: () => idOf(700_000),
  };
  const decision = decideCover({ awayId: idOf(50), isRejected }, events.reduce(evolve, initialState), context);
  return decision.ok ? 'ok' : decision.message;
}

describe('decideCover', () => {
  const hasNoDuty = 'Not saved: you do not cover. Vigil says that the named cover has no duty now.';
  const isTaken = 'Not saved: you do not cover. Somebody else has taken over these beds or this duty.';
  it.each<[string, readonly AssignmentEvent[], string]>([
    ['allows the answer of a cover who covers', covered, 'ok'],
    [
      'allows the answer of a cover who could not cover, and can now',
      [...covered, coverAnswered('ben', 8.5, 50, 'cover-rejected')],
      'ok',
    ],
    [
      'refuses a second answer of a cover',
      [...covered, coverAnswered('ben', 8.5, 50, 'cover-seen')],
      'You have already answered this.',
    ],
    ['refuses the answer of a cover whose own duty was ended', [...covered, ended('chief', 8.5, 2)], hasNoDuty],
    [
      'refuses the answer of a cover whose own bed was taken over',
      [
        ...covered.slice(0, 1),
        assigned('ben', 7, assignmentOf(2, 'ben', [7, 8.5], ['ICU-2'])),
        covered[2]!,
        assigned('cleo', 8, assignmentOf(3, 'cleo', [8.5, 15], ['ICU-2'])),
      ],
      hasNoDuty,
    ],
    [
      'refuses the answer of a cover who is away too',
      [...covered, away('ben', 51, [8.5, 10])],
      'Not saved: you do not cover. Vigil says that the named cover is away too.',
    ],
    [
      'refuses the answer of a cover if the duty of the covered person was ended',
      [...covered, ended('chief', 8.5, 1)],
      isTaken,
    ],
  ])('decideCover %s', (_, events, expected) => {
    expect(answer(events, false)).toBe(expected);
  });

  it.each<[string, readonly AssignmentEvent[]]>([
    ['who covers', covered],
    ['whose own duty was ended', [...covered, ended('chief', 8.5, 2)]],
    ['who is away too', [...covered, away('ben', 51, [8.5, 10])]],
  ])('decideCover lets a cover %s say that she or he cannot cover', (_, events) => {
    expect(answer(events, true)).toBe('ok');
  });

  it('decideCover refuses another person, and an absence that is over', () => {
    expect(answer(covered, false, 'cleo')).toContain('Only the person who was named as cover answers');
    expect(answer(covered, false, 'ben', 11)).toContain('This absence is over.');
  });
});
