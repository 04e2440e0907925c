import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf, away, ended, hour } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import { dutiesOf } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { coverEndMs, nobodyFromMs, uncoveredFromMs, warnAheadMs } from './cover-end.ts';

const ben = (n: number, hours: [number, number]) => assigned('ben', hours[0], assignmentOf(n, 'ben', hours, ['2']));
const minute = 1 / 60;

describe('coverEndMs', () => {
  it.each<[string, readonly AssignmentEvent[], number, number | undefined]>([
    ['the end of the duty', [ben(2, [7, 9])], 10, 9],
    ['nothing, if the person is back at the end of the duty', [ben(2, [7, 9])], 9, undefined],
    ['nothing, if the duty ends later', [ben(2, [7, 9])], 8.5, undefined],
    ['the end of the duty that follows', [ben(2, [7, 9]), ben(3, [9, 9.75])], 10, 9.75],
    ['the first end, if a gap follows', [ben(2, [7, 9]), ben(3, [9.5, 12])], 10, 9],
    ['a past end, if the hand-over of the cover is overdue', [ben(2, [6, 7.5])], 10, 7.5],
    ['nothing, if the cover has no duty', [ben(2, [7, 9]), ended('chief', 8, 2)], 10, undefined],
    [
      'nothing for a duty of another role',
      [assigned('ben', 7, assignmentOf(2, 'ben', [7, 9], undefined, 'technician'))],
      10,
      undefined,
    ],
  ])('coverEndMs returns %s', (_, events, untilHour, endHour) => {
    const ward = dutiesOf(events.reduce(evolve, initialState), 'icu');
    const endMs = coverEndMs(ward, { userId: 'ben', duty: 'nurse' }, hour(untilHour), hour(8));
    expect(endMs).toBe(endHour === undefined ? undefined : hour(endHour));
  });
});

const place = { ward: 'icu', bed: '1', duty: 'nurse' } as const;

describe('uncoveredFromMs', () => {
  const anna = assigned('anna', 6, assignmentOf(1, 'anna', [7, 15], ['1']));
  const cleo = assigned('cleo', 8, assignmentOf(4, 'cleo', [9, 16], ['2']));
  const cleoUntil9 = assigned('cleo', 8, assignmentOf(4, 'cleo', [8, 9], ['3']));
  const dora = (hours: [number, number]) => assigned('dora', 8, assignmentOf(7, 'dora', hours, ['1']));
  const covered = [anna, ben(2, [7, 9]), away('anna', 50, [8, 11], 'ben')];
  it.each<[string, readonly AssignmentEvent[], number, number | undefined]>([
    ['the end of the duty of a cover, if it is 15 min away', [...covered, cleo], 8.75, 9],
    ['nothing, if the end of the duty is more than 15 min away', [...covered, cleo], 8.75 - minute, undefined],
    ["the end of the duty of a cover, even if nobody takes over the cover's own bed", covered, 8.75, 9],
    ['nothing, if the next nurse begins when the duty of the cover ends', [...covered, dora([9, 17])], 8.75, undefined],
    [
      'the end of the duty of a cover, if the next nurse begins a minute after this end',
      [...covered, dora([9 + minute, 17])],
      8.75,
      9,
    ],
    ['nothing, if a second nurse has the bed', [...covered, dora([8, 17])], 8.75, undefined],
    [
      'the end of the duty of the second nurse, if the next nurse is away',
      [
        ...covered,
        dora([8, 9.1]),
        assigned('fay', 8, assignmentOf(8, 'fay', [9, 17], ['1'])),
        away('fay', 53, [8.2, 11]),
      ],
      8.9,
      9.1,
    ],
    [
      'the end of the duties of two covers that end together',
      [...covered, cleoUntil9, dora([8, 17]), away('dora', 54, [8.2, 11], 'cleo')],
      8.9,
      9,
    ],
    [
      'nothing, if the duty of another cover goes on',
      [...covered, cleo, dora([8, 17]), away('dora', 54, [9, 11], 'cleo')],
      9 - minute,
      undefined,
    ],
    [
      'nothing at the end of an assignment, if the next nurse has begun',
      [ben(2, [7, 9]), assigned('cleo', 8, assignmentOf(4, 'cleo', [8.9, 16], ['1'])), anna],
      14.9,
      undefined,
    ],
    [
      'the end of an assignment, if the next nurse is away',
      [
        assigned('anna', 6, assignmentOf(1, 'anna', [7, 9], ['1'])),
        assigned('cleo', 8, assignmentOf(4, 'cleo', [8.5, 16], ['1'])),
        away('cleo', 51, [8.6, 10]),
      ],
      8.8,
      9,
    ],
  ])('uncoveredFromMs returns %s', (_, events, atHour, fromHour) => {
    const state = events.reduce(evolve, initialState);
    const fromMs = uncoveredFromMs(state, place, () => true, hour(atHour) + warnAheadMs, hour(atHour));
    expect(fromMs).toBe(fromHour === undefined ? undefined : hour(fromHour));
  });

  it('a person who may not act is not responsible for a place', () => {
    const state = [...covered, assigned('dora', 8, assignmentOf(7, 'dora', [8, 16], ['1']))].reduce(
      evolve,
      initialState,
    );
    const mayAct = ({ userId }: { userId: string }) => userId !== 'dora' && userId !== 'ben';
    expect(uncoveredFromMs(state, place, mayAct, hour(8.9) + warnAheadMs, hour(8.9))).toBe(hour(9));
  });
});

describe('nobodyFromMs', () => {
  const anna = assigned('anna', 6, assignmentOf(1, 'anna', [7, 15], ['1']));
  const dora = (hours: [number, number]) => assigned('dora', 8, assignmentOf(7, 'dora', hours, ['1']));
  const covered = [anna, ben(2, [7, 9]), away('anna', 50, [8, 11], 'ben')];
  it.each<[string, readonly AssignmentEvent[], number, number | undefined]>([
    ['the end of the duty of the cover', covered, 8, 9],
    ['nothing, if the duty of the cover lasts until the person is back', [...covered, ben(3, [9, 11])], 8, undefined],
    [
      'nothing, if another nurse has the bed from the end of the duty of the cover',
      [...covered, dora([9, 17])],
      8,
      undefined,
    ],
    ['a past end, if the duty of the cover is over', covered, 10, 9],
    [
      'nothing, if the duty of the cover is over and another nurse has the bed',
      [...covered, dora([9, 17])],
      10,
      undefined,
    ],
  ])('nobodyFromMs returns %s', (_, events, atHour, fromHour) => {
    const fromMs = nobodyFromMs(events.reduce(evolve, initialState), place, 'ben', () => true, hour(11), hour(atHour));
    expect(fromMs).toBe(fromHour === undefined ? undefined : hour(fromHour));
  });
});
