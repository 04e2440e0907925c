import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  actor,
  assigned,
  assignmentOf,
  away,
  back,
  coverAnswered,
  declined,
  ended,
  hour,
} from './duties.testing.ts';
import { assignmentFault, evolve, initialState, isCovering, responsibleAt } from './duties.ts';
import { type DutyAssignment, type DutyState, dutiesOf, liveAssignments, liveAssignmentsMax } from './duty-state.ts';
import { AssignmentEvent } from './messages/assignments.ts';

const stateOf = (events: readonly AssignmentEvent[]) => events.reduce(evolve, initialState);
/** Returns `anna accepted, ben away` for the nurse of a bed. */
const nursesAt = (state: DutyState, atMs: number, bed = 'ICU-1') =>
  responsibleAt(state, { ward: 'icu', bed, duty: 'nurse' }, atMs)
    .map(({ userId, standing }) => `${userId} ${standing}`)
    .join(', ');

/** Anna has ICU-1 from 07:00 to 15:00 and accepted. */
const anna = [assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 6.5, 1)];
/** Ben has ICU-1 from 15:00 to 23:00 and has not accepted. */
const ben = assigned('chief', 6, assignmentOf(2, 'ben', [15, 23]));

/** Dora and Emil have other beds, so they may cover. */
const [dora, emil] = [
  assigned('dora', 7, assignmentOf(60, 'dora', [7, 15], ['ICU-8'])),
  assigned('emil', 7, assignmentOf(61, 'emil', [7, 15], ['ICU-9'], 'buddy')),
];
const { beds: _beds, ...technicianDuty } = assignmentOf(62, 'tom', [7, 15], ['ICU-1'], 'technician');
const tom = assigned('tom', 7, technicianDuty);

describe('responsibleAt', () => {
  it.each<[string, readonly AssignmentEvent[], number, string]>([
    ['nobody in a ward without events', [], hour(8), ''],
    ['nobody 1 ms before the start', anna, hour(7) - 1, ''],
    ['the person at the start', anna, hour(7), 'anna accepted'],
    ['the person 1 ms before the end', anna, hour(15) - 1, 'anna accepted'],
    ['the person as overdue at the end', anna, hour(15), 'anna overdue'],
    ['the person as overdue a week later', anna, hour(7 * 24), 'anna overdue'],
    [
      'a successor who has not accepted, after the former person',
      [...anna, ben],
      hour(16),
      'anna overdue, ben not-accepted',
    ],
    [
      'only the former person when the time of a successor who never accepted is over',
      [...anna, ben],
      hour(23),
      'anna overdue',
    ],
    ['only the successor who accepted in advance', [...anna, ben, accepted('ben', 14.5, 2)], hour(15), 'ben accepted'],
    [
      'the former person until the successor begins',
      [...anna, ben, accepted('ben', 14.5, 2)],
      hour(15) - 1,
      'anna accepted',
    ],
    ['the successor who accepted late', [...anna, ben, accepted('ben', 16, 2)], hour(16), 'ben accepted'],
    [
      'the former person if another person accepted for the successor',
      [...anna, ben, accepted('chief', 15, 2)],
      hour(16),
      'anna overdue, ben not-accepted',
    ],
    ['the former person if the successor declined', [...anna, ben, declined('ben', 14, 2)], hour(16), 'anna overdue'],
    [
      'a person who declined and then accepted',
      [...anna, ben, declined('ben', 14, 2), accepted('ben', 15, 2)],
      hour(16),
      'ben accepted',
    ],
    ['the person who accepted and declines later', [...anna, declined('anna', 8, 1)], hour(9), 'anna accepted'],
    [
      'the former person if the assignment of the successor was ended before its start',
      [...anna, ben, accepted('ben', 14.5, 2), ended('chief', 14.7, 2)],
      hour(16),
      'anna overdue',
    ],
    [
      'nobody if the assignment of the successor was ended after its start',
      [...anna, ben, accepted('ben', 14.5, 2), ended('chief', 15.5, 2)],
      hour(16),
      '',
    ],
    ['nobody after a person has ended the assignment', [...anna, ended('chief', 16, 1)], hour(16), ''],
    [
      'the person whose assignment began later first, if two overlap',
      [...anna, assigned('chief', 7, assignmentOf(3, 'cleo', [9, 15])), accepted('cleo', 9, 3)],
      hour(10),
      'cleo accepted, anna accepted',
    ],
    [
      'the person who accepted later first, if both begin together',
      [...anna, assigned('chief', 6, assignmentOf(3, 'cleo', [7, 14])), accepted('cleo', 7, 3)],
      hour(10),
      'cleo accepted, anna accepted',
    ],
    [
      'only the person who accepted later, if the times of two persons ended together',
      [...anna, assigned('chief', 6, assignmentOf(3, 'cleo', [7, 15])), accepted('cleo', 7, 3)],
      hour(15),
      'cleo overdue',
    ],
    [
      'a person with two assignments once',
      [...anna, assigned('anna', 7, assignmentOf(3, 'anna', [7, 15]))],
      hour(8),
      'anna accepted',
    ],
    [
      'nobody for another bed',
      [assigned('chief', 6, assignmentOf(1, 'anna', [7, 15], ['ICU-2'])), accepted('anna', 7, 1)],
      hour(8),
      '',
    ],
    [
      'nobody for another duty',
      [assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['ICU-1'], 'buddy'))],
      hour(8),
      '',
    ],
  ])('responsibleAt lists %s', (_, events, atMs, expected) => expect(nursesAt(stateOf(events), atMs)).toBe(expected));

  it.each<[string, readonly AssignmentEvent[], number, string]>([
    ['last, without a cover', [...anna, ben, away('anna', 50, [9, 10])], 9, 'anna away'],
    ['as accepted before the absence', [...anna, away('anna', 50, [9, 10])], 8.999, 'anna accepted'],
    [
      'as accepted after the absence, even if nobody reported that the person is back',
      [...anna, away('anna', 50, [9, 10])],
      10,
      'anna accepted',
    ],
    [
      'as accepted after the person is back',
      [...anna, away('anna', 50, [9, 10]), back('anna', 9.2, 50)],
      9.5,
      'anna accepted',
    ],
    [
      'as away, even if another person reports that the person is back',
      [...anna, away('anna', 50, [9, 10]), back('ben', 9.2, 50)],
      9.5,
      'anna away',
    ],
    [
      'after the cover, who is listed as accepted',
      [...anna, dora, away('anna', 50, [9, 10], 'dora')],
      9.5,
      'dora accepted, anna away',
    ],
    ['alone, if the cover has no duty', [...anna, away('anna', 50, [9, 10], 'dora')], 9.5, 'anna away'],
    [
      'alone, if the duty of the cover was ended',
      [...anna, dora, away('anna', 50, [9, 10], 'dora'), ended('chief', 9.2, 60)],
      9.5,
      'anna away',
    ],
    [
      'after a cover who was assigned and has not accepted',
      [...anna, assigned('chief', 7, assignmentOf(60, 'dora', [7, 15])), away('anna', 50, [9, 10], 'dora')],
      9.5,
      'dora not-accepted, anna away',
    ],
    [
      'after a cover whose hand-over is overdue',
      [...anna, assigned('dora', 7, assignmentOf(60, 'dora', [7, 9], ['ICU-8'])), away('anna', 50, [9, 10], 'dora')],
      9.5,
      'dora accepted, anna away',
    ],
    ['alone, if the cover is a technician', [...anna, tom, away('anna', 50, [9, 10], 'tom')], 9.5, 'anna away'],
    [
      'alone, if the cover is away, too',
      [...anna, dora, away('dora', 51, [9, 10]), away('anna', 50, [9, 10], 'dora')],
      9.5,
      'anna away',
    ],
    [
      'after the cover of the newest absence',
      [...anna, dora, emil, away('anna', 50, [9, 10], 'dora'), away('anna', 51, [9, 10], 'emil')],
      9.5,
      'emil accepted, anna away',
    ],
    [
      'as accepted, if the absence is longer than 4 hours, because it then has no effect',
      [...anna, away('anna', 50, [9, 13.001])],
      9.5,
      'anna accepted',
    ],
    ['as accepted, if the absence ends when it begins', [...anna, away('anna', 50, [9, 9])], 9, 'anna accepted'],
    [
      'alone, if the cover has said that she cannot cover',
      [...anna, dora, away('anna', 50, [9, 10], 'dora'), coverAnswered('dora', 9.1, 50, 'cover-rejected')],
      9.5,
      'anna away',
    ],
    [
      'after a cover who could not cover and now can',
      [
        ...[...anna, dora, away('anna', 50, [9, 10], 'dora')],
        ...[coverAnswered('dora', 9.1, 50, 'cover-rejected'), coverAnswered('dora', 9.2, 50, 'cover-seen')],
      ],
      9.5,
      'dora accepted, anna away',
    ],
    [
      'after the cover, even if another person says that the cover cannot cover',
      [...anna, dora, away('anna', 50, [9, 10], 'dora'), coverAnswered('anna', 9.1, 50, 'cover-rejected')],
      9.5,
      'dora accepted, anna away',
    ],
    ['as accepted, if she named herself as cover', [...anna, away('anna', 50, [9, 10], 'anna')], 9.5, 'anna accepted'],
  ])('responsibleAt lists a person with an absence %s', (_, events, atHour, expected) =>
    expect(nursesAt(stateOf(events), hour(atHour))).toBe(expected),
  );

  it('responsibleAt keeps each bed with the former person until a successor has accepted this bed', () => {
    const state = stateOf([
      assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['ICU-1', 'ICU-2'])),
      assigned('ben', 15, assignmentOf(2, 'ben', [15, 23], ['ICU-1'])),
    ]);
    expect(nursesAt(state, hour(16), 'ICU-1')).toBe('ben accepted');
    expect(nursesAt(state, hour(16), 'ICU-2')).toBe('anna overdue');
  });

  it('responsibleAt lists a duty of the whole ward for every bed', () => {
    const state = stateOf([assigned('paul', 7, assignmentOf(1, 'paul', [7, 15], undefined, 'physician'))]);
    // Without an explicit list, `assignmentOf` names ICU-1, which a physician must not have.
    expect(responsibleAt(state, { ward: 'icu', bed: 'ICU-9', duty: 'physician' }, hour(8))).toEqual([]);
    const { beds: _, ...whole } = assignmentOf(1, 'paul', [7, 15], undefined, 'physician');
    const right = stateOf([assigned('paul', 7, whole)]);
    expect(responsibleAt(right, { ward: 'icu', bed: 'ICU-9', duty: 'physician' }, hour(8))).toHaveLength(1);
    expect(responsibleAt(right, { ward: 'icu', duty: 'physician' }, hour(8))).toHaveLength(1);
    expect(responsibleAt(right, { ward: 'stepdown', duty: 'physician' }, hour(8))).toEqual([]);
  });
});

describe('evolve', () => {
  it.each([
    ['a person who assigns herself 1 h before the start has accepted', 6, 'anna accepted'],
    ['a person who assigns herself earlier than 1 h before the start must still accept', 5.999, 'anna not-accepted'],
  ])('%s', (_, atHour, expected) => {
    const state = stateOf([assigned('anna', atHour, assignmentOf(1, 'anna', [7, 15]))]);
    expect(nursesAt(state, hour(8))).toBe(expected);
  });

  const events = [
    ...anna,
    ben,
    declined('ben', 14, 2),
    away('anna', 50, [9, 10]),
    back('anna', 9.5, 50),
    ended('x', 16, 1),
  ];
  it('a repeated event does not change the state', () => {
    const state = stateOf(events);
    for (const event of events) expect(evolve(state, event)).toBe(state);
    expect(dutiesOf(state, 'icu').version).toBe(events.length);
  });

  it('evolve uses the order of the log, not the times in the events', () => {
    const state = stateOf([
      assigned('chief', 8, assignmentOf(1, 'anna', [7, 15])),
      accepted('anna', 6, 1),
      ended('x', 5, 1),
    ]);
    expect(nursesAt(state, hour(8))).toBe('');
  });

  it.each<[string, AssignmentEvent]>([
    ['an end before the start', assigned('x', 6, assignmentOf(3, 'cleo', [15, 7]))],
    ['an end at the start', assigned('x', 6, assignmentOf(3, 'cleo', [7, 7]))],
    ['more than 24 h', assigned('x', 6, assignmentOf(3, 'cleo', [0, 24.001]))],
    ['an assignment of another ward', assigned('x', 6, { ...assignmentOf(3, 'cleo', [7, 15]), ward: 'stepdown' })],
    ['a known assignment', assigned('x', 6, assignmentOf(1, 'cleo', [7, 15]))],
    [
      'a date that does not exist',
      assigned('x', 6, { ...assignmentOf(3, 'cleo', [7, 15]), from: '2026-02-30T07:00:00.000Z' }),
    ],
    ['an unknown assignment to accept', accepted('cleo', 7, 99)],
    ['an unknown assignment to end', ended('cleo', 7, 99)],
    ['an absence that somebody else reports', { ...away('anna', 50, [9, 10]), userId: 'ben' } as AssignmentEvent],
  ])('evolve ignores %s', (_, event) => {
    const state = stateOf(anna);
    expect(evolve(state, event)).toBe(state);
  });

  it(`evolve accepts at most ${liveAssignmentsMax} assignments of a ward that are not over`, () => {
    const full = Array.from({ length: liveAssignmentsMax }, (_, n) =>
      assigned('x', 6, assignmentOf(n, `p${n}`, [7, 15])),
    );
    const state = stateOf(full);
    expect(dutiesOf(state, 'icu').assignments).toHaveLength(liveAssignmentsMax);
    expect(evolve(state, assigned('x', 6, assignmentOf(5000, 'late', [7, 15])))).toBe(state);
    // At 15:00 all these assignments are over, because nobody accepted them.
    expect(evolve(state, assigned('x', 15, assignmentOf(5000, 'late', [15, 23])))).not.toBe(state);
  });

  it('evolve drops an assignment 48 h after its end, and keeps an assignment that nobody took over', () => {
    const state = stateOf([
      ...anna,
      ben,
      accepted('ben', 15, 2),
      assigned('chief', 20, assignmentOf(3, 'cleo', [23, 31])),
      assigned('chief', 15 + 48 + 1, assignmentOf(4, 'dora', [72, 80])),
    ]);
    const left = dutiesOf(state, 'icu').assignments.map(({ assignment }) => assignment.userId);
    expect(left).toEqual(['ben', 'cleo', 'dora']);
    expect(nursesAt(state, hour(72))).toBe('ben overdue, dora not-accepted');
  });

  it('a bed does not return to the former person when evolve drops the old assignment of the successor', () => {
    const state = stateOf([
      assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['ICU-1', 'ICU-2'])),
      assigned('ben', 15, assignmentOf(2, 'ben', [15, 23], ['ICU-1'])),
      ended('chief', 16, 2),
      assigned('chief', 24 * 5, assignmentOf(3, 'cleo', [24 * 5, 24 * 5 + 8], ['ICU-3'])),
    ]);
    expect(nursesAt(state, hour(24 * 5), 'ICU-1')).toBe('');
    expect(nursesAt(state, hour(24 * 5), 'ICU-2')).toBe('anna overdue');
  });
});

describe('assignmentFault', () => {
  const base = assignmentOf(1, 'anna', [7, 15]);
  it.each([
    ['beds for a nurse', base, undefined],
    ['24 h', assignmentOf(1, 'anna', [0, 24]), undefined],
    ['no beds for a nurse', { ...base, beds: [] }, 'Name the beds of the nurse.'],
    [
      'beds for a physician',
      { ...base, duty: 'physician' as const },
      'The duty physician is for the whole ward: name no beds.',
    ],
    ['a bed twice', { ...base, beds: ['ICU-1', 'ICU-1'] }, 'A bed is named twice.'],
    ['65 beds', { ...base, beds: Array.from({ length: 65 }, (_, n) => `B${n}`) }, 'An assignment has at most 64 beds.'],
  ])('assignmentFault checks %s', (_, assignment, expected) => expect(assignmentFault(assignment)).toBe(expected));
});

describe('AssignmentEvent', () => {
  const check = Compile(AssignmentEvent);
  it.each([...anna, declined('b', 7, 1), ended('b', 7, 1), away('b', 5, [7, 8], 'c'), back('b', 8, 5)])(
    'AssignmentEvent accepts an event of type $type',
    (event) => expect(check.Check(event)).toBe(true),
  );
  it('AssignmentEvent refuses an unknown member, and an id that is not a UUID', () => {
    expect(check.Check({ ...anna[1], more: 1 })).toBe(false);
    expect(check.Check({ ...anna[1], eventId: 'x' })).toBe(false);
  });
});

/** Random events of four nurses at two beds within three days. */
const people = ['anna', 'ben', 'cleo', 'dora'];
const someEvents = fc.array(
  fc.record({
    act: fc.constantFrom('assign', 'assign-self', 'accept', 'decline', 'end', 'away', 'back'),
    n: fc.nat(11),
    who: fc.constantFrom(...people),
    atHour: fc.integer({ min: 0, max: 72 }),
    length: fc.integer({ min: -1, max: 25 }),
    bed: fc.constantFrom('ICU-1', 'ICU-2'),
  }),
  { minLength: 20, maxLength: 60 },
);

describe('the rule that a bed stays with a person', () => {
  it('a bed that a nurse has accepted has a responsible person until somebody ends exactly this assignment', () => {
    let judged = 0;
    fc.assert(
      fc.property(someEvents, fc.integer({ min: 0, max: 200 }), (steps, laterHours) => {
        let state = initialState;
        let clock = 0;
        /**
         * The beds that a nurse has accepted. A bed leaves the set if somebody ends exactly the assignment of its last
         * nurse.
         */
        const hadNurse = new Set<string>();
        for (const { act, n, who, atHour, length, bed } of steps) {
          clock = Math.max(clock, atHour);
          const user = people[n % 4]!;
          const assignment = assignmentOf(n, user, [clock, clock + length], [bed]);
          const event =
            act === 'assign'
              ? assigned('chief', clock, assignment)
              : act === 'assign-self'
                ? assigned(user, clock, assignment)
                : act === 'accept'
                  ? accepted(user, clock, n)
                  : act === 'decline'
                    ? declined(user, clock, n)
                    : act === 'end'
                      ? ended('chief', clock, n)
                      : act === 'away'
                        ? away(user, 100 + n, [clock, clock + Math.max(1, length % 5)], who)
                        : back(user, clock, 100 + n);
          const before = state;
          state = evolve(state, event);
          for (const place of ['ICU-1', 'ICU-2']) {
            const people = responsibleAt(state, { ward: 'icu', bed: place, duty: 'nurse' }, hour(clock));
            if (people.some(isCovering)) hadNurse.add(place);
            else if (event.type === 'ended' && before !== state) hadNurse.delete(place);
            // An absent nurse is still listed, so somebody is responsible.
            if (hadNurse.has(place)) {
              judged += 1;
              expect(people.length).toBeGreaterThan(0);
            }
          }
        }
        for (const place of hadNurse)
          expect(
            responsibleAt(state, { ward: 'icu', bed: place, duty: 'nurse' }, hour(clock + laterHours)),
          ).not.toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(judged).toBeGreaterThan(10_000);
  });
});

describe('the assignments that are not over', () => {
  /** The rule for each pair of assignments, as in the comments of contracts/duty-state.ts. */
  function isLive(all: readonly DutyAssignment[], entry: DutyAssignment, atMs: number): boolean {
    if (entry.ended) return entry.ended.atMs > atMs;
    if (entry.untilMs > atMs || !entry.accepted) return entry.untilMs > atMs;
    const order = entry.accepted.order;
    return (entry.assignment.beds ?? []).some(
      (bed) =>
        !all.some(({ assignment, accepted, untilMs, fromMs, ended }) => {
          if (!accepted || !assignment.beds?.includes(bed)) return false;
          if (untilMs < entry.untilMs || (untilMs === entry.untilMs && accepted.order <= order)) return false;
          const startMs = Math.max(fromMs, entry.untilMs);
          return startMs <= atMs && (ended === undefined || ended.atMs > startMs);
        }),
    );
  }
  const history = fc.array(
    fc.record({
      from: fc.nat(20),
      length: fc.integer({ min: 1, max: 12 }),
      beds: fc.constantFrom(['ICU-1'], ['ICU-2'], ['ICU-1', 'ICU-2']),
      isAccepted: fc.boolean(),
      end: fc.option(fc.nat(30)),
    }),
    { minLength: 1, maxLength: 12 },
  );
  it('for random events, liveAssignments returns the same assignments as a check of each pair of assignments', () => {
    fc.assert(
      fc.property(history, fc.nat(40), (entries, atHour) => {
        const events = entries.flatMap(({ from, length, beds, isAccepted, end }, n) => [
          assigned('chief', 0, assignmentOf(n, 'anna', [from, from + length], beds)),
          ...(isAccepted ? [accepted('anna', 0, n)] : []),
          ...(end === null ? [] : [ended('chief', end, n)]),
        ]);
        const ward = dutiesOf(stateOf(events), 'icu');
        const expected = ward.assignments.filter((entry) => isLive(ward.assignments, entry, hour(atHour)));
        expect(liveAssignments(ward, hour(atHour))).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('liveAssignments looks at each assignment once for each bed, and not at each pair of assignments', () => {
    let looks = 0;
    const entry = (n: number): DutyAssignment => ({
      assignment: assignmentOf(n, 'anna', [n / 4, n / 4 + 0.25]),
      fromMs: hour(n / 4),
      get untilMs() {
        looks += 1;
        return hour(n / 4 + 0.25);
      },
      by: { userId: 'x', name: 'x', role: 'nurse' },
      at: '',
      accepted: { order: n, at: '' },
      changed: { version: n, type: 'accepted', at: '', by: actor('anna') },
    });
    const assignments = Array.from({ length: 2_000 }, (_, n) => entry(n));
    const ward = { ...dutiesOf(initialState, 'icu'), assignments };
    expect(liveAssignments(ward, hour(600))).toHaveLength(1);
    expect(looks).toBeLessThan(20 * assignments.length);
  });
});
