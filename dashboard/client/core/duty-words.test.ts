import { describe, expect, it } from 'vitest';
import type { Board, BoardEntry } from '../../protocol/assignments.ts';
import { assignmentText, boardChangeText, cellOf, endLabel, waitingText, wardThatWaits } from './duty-words.ts';
import { noticeText } from './notice-words.ts';
import { shortTime } from './times.ts';

const dayMs = new Date(2026, 2, 2).getTime();
const hour = (hours: number) => dayMs + hours * 3_600_000;
const instant = (hours: number) => new Date(hour(hours)).toISOString();
const by = { userId: 'chief', name: 'Chief', role: 'nurse' } as const;

function entry(name: string, from: number, until: number, fields: Partial<BoardEntry> = {}): BoardEntry {
  const assignment = {
    assignmentId: name,
    ward: 'icu',
    duty: 'nurse' as const,
    beds: ['ICU-1'],
    userId: name,
    name,
    from: instant(from),
    until: instant(until),
  };
  return { assignment, by, at: instant(6), isOver: false, ...fields };
}
const acceptedAt = instant(6.5);
const board = (entries: BoardEntry[], away: Board['away'] = []): Board => ({
  ward: 'icu',
  version: 1,
  at: instant(8),
  beds: ['ICU-1'],
  maySetOthers: false,
  noChargeNurse: true,
  entries,
  away,
  people: [],
});

/** Hour 31 is the end of the next shift. */
const times = (atHour: number) => ({ nowMs: hour(atHour), nextUntilMs: hour(31) });

describe('cellOf', () => {
  it.each<[string, Board, number, readonly string[], readonly string[]]>([
    ['a bed without a person', board([]), 8, [], []],
    ['a person who has accepted', board([entry('Anna', 7, 15, { acceptedAt })]), 8, ['Anna until 15:00'], []],
    ['a person who has not accepted', board([entry('Anna', 7, 15)]), 8, ['Anna until 15:00, has not accepted'], []],
    ['a person whose time begins now', board([entry('Anna', 7, 15, { acceptedAt })]), 7, ['Anna until 15:00'], []],
    [
      'an overdue hand-over before the person who has not accepted',
      board([entry('Ben', 15, 23), entry('Anna', 7, 15, { acceptedAt, overdue: ['ICU-1'] })]),
      16,
      ['Anna, hand-over overdue since 15:00', 'Ben until 23:00, has not accepted'],
      [],
    ],
    ['a bed that was taken over', board([entry('Anna', 7, 15, { acceptedAt, overdue: ['ICU-2'] })]), 16, [], []],
    ['an assignment that is over', board([entry('Anna', 7, 15, { acceptedAt, isOver: true })]), 8, [], []],
    [
      'everybody who begins before the end of the next shift, ordered by start, and at the end those who declined',
      board([
        entry('Dora', 31, 39),
        entry('Cleo', 20, 28, { acceptedAt }),
        entry('Ben', 15, 23),
        entry('Anna', 14, 22, { declined: { reason: 'ill', at: acceptedAt } }),
      ]),
      8,
      [],
      ['Ben 15:00 to 23:00, has not accepted', 'Cleo 20:00 to 2026-03-03 04:00', 'Anna declined: ill'],
    ],
    [
      'a person who is away, and whose cover is away too',
      board(
        [entry('Anna', 7, 15, { acceptedAt })],
        [
          {
            awayId: 'away-Anna',
            userId: 'Anna',
            name: 'Anna',
            until: instant(9),
            cover: { userId: 'Ben', name: 'Ben' },
          },
        ],
      ),
      8,
      ['Anna is away until 09:00, nobody covers'],
      [],
    ],
    [
      'a person who is away and covered',
      board(
        [entry('Anna', 7, 15, { acceptedAt, coveredBy: 'Ben' })],
        [{ awayId: 'away-Anna', userId: 'Anna', name: 'Anna', until: instant(9) }],
      ),
      8,
      ['Anna is away until 09:00, Ben covers'],
      [],
    ],
    [
      'a person who is away and has not accepted',
      board(
        [entry('Anna', 7, 15)],
        [
          {
            awayId: 'away-Anna',
            userId: 'Anna',
            name: 'Anna',
            until: instant(9),
            cover: { userId: 'Ben', name: 'Ben' },
          },
        ],
      ),
      8,
      ['Anna until 15:00, has not accepted and is away'],
      [],
    ],
    [
      'a person who is away',
      board(
        [entry('Anna', 7, 15, { acceptedAt })],
        [{ awayId: 'away-Anna', userId: 'Anna', name: 'Anna', until: instant(9) }],
      ),
      8,
      ['Anna is away until 09:00, nobody covers'],
      [],
    ],
    [
      'a person with a cover, and a person whose cover cannot cover',
      board(
        [entry('Anna', 7, 15, { acceptedAt, coveredBy: 'Cleo' }), entry('Ben', 7, 14, { acceptedAt })],
        [
          {
            awayId: 'away-Anna',
            userId: 'Anna',
            name: 'Anna',
            until: instant(9),
            cover: { userId: 'Cleo', name: 'Cleo' },
          },
          {
            ...{
              awayId: 'away-Ben',
              userId: 'Ben',
              name: 'Ben',
              until: instant(9),
              cover: { userId: 'Dora', name: 'Dora' },
            },
            fault: 'has no duty now',
          },
        ],
      ),
      8,
      ['Anna is away until 09:00, Cleo covers', 'Ben is away until 09:00, nobody covers: Dora has no duty now'],
      [],
    ],
    [
      'a person whose account is disabled',
      board([entry('Anna', 7, 15, { acceptedAt, fault: 'has a disabled account' })]),
      8,
      ['Anna until 15:00, but has a disabled account'],
      [],
    ],
    [
      'a person who declined',
      board([entry('Anna', 7, 15, { declined: { reason: 'ill', at: acceptedAt } })]),
      8,
      ['Anna declined: ill'],
      [],
    ],
  ])('cellOf returns the right texts for %s', (_, shown, atHour, now, next) => {
    const cell = cellOf(shown, 'nurse', 'ICU-1', times(atHour));
    expect([cell.now.map(({ text }) => text), cell.next.map(({ text }) => text)]).toEqual([now, next]);
  });

  it.each<[string, BoardEntry, boolean]>([
    ['true if the person has accepted', entry('Anna', 7, 15, { acceptedAt }), true],
    ['false if the person has not accepted', entry('Anna', 7, 15), false],
    ['false if the person declined', entry('Anna', 7, 15, { declined: { reason: 'ill', at: acceptedAt } }), false],
    ['false if the person is away', entry('Ben', 7, 15, { acceptedAt }), false],
    ['true if the person is away and covered', entry('Ben', 7, 15, { acceptedAt, coveredBy: 'Cleo' }), true],
  ])('`isCovering` is %s', (_, one, expected) => {
    const shown = board([one], [{ awayId: 'away-Ben', userId: 'Ben', name: 'Ben', until: instant(9) }]);
    expect(cellOf(shown, 'nurse', 'ICU-1', times(8)).now.map(({ isCovering }) => isCovering)).toEqual([expected]);
  });

  it('the cell of a bed and duty has no assignment of another bed or duty', () => {
    const shown = board([entry('Anna', 7, 15, { acceptedAt })]);
    expect(cellOf(shown, 'nurse', 'ICU-2', times(8)).now).toEqual([]);
    expect(cellOf(shown, 'buddy', 'ICU-1', times(8)).now).toEqual([]);
  });
});

it('boardChangeText names who changed what', () => {
  const change = { version: 2, at: instant(7.25), by, person: 'Ben', duty: 'nurse', beds: ['ICU-1', 'ICU-2'] } as const;
  expect(boardChangeText({ ...change, beds: [...change.beds], type: 'assigned' }, hour(8))).toBe(
    'Chief assigned Ben (nurse, ICU-1, ICU-2) at 07:15',
  );
  expect(boardChangeText({ version: 3, at: instant(7), by, person: 'Chief', type: 'away' }, hour(8))).toBe(
    'Chief went away at 07:00',
  );
});

it('shortTime has the date if the time is on another day', () => {
  expect(shortTime(instant(7), hour(8))).toBe('07:00');
  expect(shortTime(instant(31), hour(8))).toBe('2026-03-03 07:00');
});

it('noticeText adds the start to a notice about responsibility, and does not change other notices', () => {
  const since = instant(7);
  expect(noticeText({ code: 'no-nurse', text: 'No nurse is responsible: Anna is away', since }, hour(8))).toBe(
    'No nurse is responsible since 07:00: Anna is away',
  );
  expect(noticeText({ code: 'hand-over-overdue', text: 'Hand-over overdue: still with Anna', since }, hour(8))).toBe(
    'Hand-over overdue since 07:00: still with Anna',
  );
  expect(noticeText({ code: 'held-back', text: 'Readings come late: x', since }, hour(8))).toBe(
    'Readings come late: x',
  );
});

describe('the button that ends an assignment', () => {
  const withBeds = (beds: string[]) => {
    const single = entry('Anna', 7, 15);
    return { ...single, assignment: { ...single.assignment, beds } };
  };
  it('the button has the number of beds if there are several; its text for screen readers has the duty and the beds', () => {
    expect([endLabel(withBeds(['ICU-1'])), assignmentText(withBeds(['ICU-1']))]).toEqual([
      'End',
      'Anna (nurse, ICU-1)',
    ]);
    expect(endLabel(withBeds(['ICU-1', 'ICU-2']))).toBe('End for 2 beds');
  });
  it.each([
    ['wait, after the person has accepted the other beds', { remaining: ['ICU-2'] }],
    ['are overdue, after a successor has taken over the other beds', { overdue: ['ICU-2'] }],
  ])('the button and its text for screen readers have only the beds that %s', (_, fields) => {
    const partly = { ...withBeds(['ICU-1', 'ICU-2']), ...fields };
    expect([endLabel(partly), assignmentText(partly)]).toEqual(['End', 'Anna (nurse, ICU-2)']);
  });
  it('the button names no bed for a duty of the whole ward', () => {
    const { beds: _, ...assignment } = entry('Anna', 7, 15).assignment;
    const charge = { ...entry('Anna', 7, 15), assignment: { ...assignment, duty: 'charge-nurse' as const } };
    expect([endLabel(charge), assignmentText(charge)]).toEqual(['End', 'Anna (charge nurse)']);
    expect(assignmentText({ ...charge, overdue: [] })).toBe('Anna (charge nurse)');
  });
});

describe('waitingText and wardThatWaits', () => {
  it.each([
    [[], undefined, undefined],
    [[{ ward: 'icu', now: 0, later: 3 }], undefined, undefined],
    [[{ ward: 'icu', now: 1, later: 0 }], 'An assignment waits for you to accept or decline.', 'icu'],
    [
      [
        { ward: 'ccu', now: 0, later: 1 },
        { ward: 'icu', now: 2, later: 0 },
        { ward: 'step-down', now: 1, later: 0 },
      ],
      '3 assignments wait for you to accept or decline.',
      'icu',
    ],
  ])('the sentence and the ward are right for the waiting assignments %o', (wards, text, ward) =>
    expect([waitingText(wards), wardThatWaits(wards)]).toEqual([text, ward]),
  );
});
