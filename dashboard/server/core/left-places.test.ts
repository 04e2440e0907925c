import fc from 'fast-check';
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
import { evolve, initialState, isCovering, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import { leftKey } from '../../../contracts/left-key.ts';
import type { LeftPlace } from '../../../contracts/left-places.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { visibleText } from '../../../contracts/text.ts';
import { accountFault } from './board-context.ts';
import type { AccountOf } from './duty-notices.ts';
import { leftPlaces, leftRefusal, leftText } from './left-places.ts';

/** Returns the places at which somebody is responsible before the change, and nobody after the change, at 08:00. */
function leftBy(before: readonly AssignmentEvent[], change: readonly AssignmentEvent[], disabled = '') {
  const state = before.reduce(evolve, initialState);
  const accountOf = (userId: string) =>
    ({ userId, name: userId, role: 'nurse', wards: ['icu'], disabled: userId === disabled }) as const;
  return leftPlaces(state, change.reduce(evolve, state), { ward: 'icu', nowMs: hour(8), accountOf });
}

/** Anna has bed 1 and is away until 10:00. Ben covers, and his only duty is bed 2. */
const anna = assigned('anna', 6, assignmentOf(1, 'anna', [7, 15], ['1']));
const ben = assigned('ben', 6, assignmentOf(2, 'ben', [7, 15], ['2']));
const covered = [anna, ben, away('anna', 50, [7.5, 10], 'ben')];
const bed1 = { duty: 'nurse', bed: '1', coveredFor: 'anna' };
const bed2 = { duty: 'nurse', bed: '2' };
const cleo = assigned('cleo', 8, assignmentOf(3, 'cleo', [8, 16], ['2']));

describe('leftPlaces', () => {
  it.each<[string, readonly AssignmentEvent[], readonly AssignmentEvent[], object[]]>([
    ['the beds of an assignment that ends', [anna], [ended('chief', 8, 1)], [{ duty: 'nurse', bed: '1' }]],
    ['no bed that another nurse also has', [ben, cleo], [ended('chief', 8, 2)], []],
    ['the covered bed, if a hand-over ends the only duty of the cover', covered, [cleo, ended('cleo', 8, 2)], [bed1]],
    ['no bed, if a hand-over does not end the duty of the cover', covered, [cleo], []],
    [
      'the covered bed, if the next nurse takes over the overdue beds of the cover',
      [anna, assigned('ben', 6, assignmentOf(2, 'ben', [6, 7.9], ['2'])), away('anna', 50, [7.5, 10], 'ben')],
      [cleo],
      [bed1],
    ],
    ['own and covered beds of a person who goes away', covered, [away('ben', 51, [8, 9])], [bed1, bed2]],
    [
      'the covered bed, if the cover rejects the request to cover',
      covered,
      [coverAnswered('ben', 8, 50, 'cover-rejected')],
      [bed1],
    ],
    ['nothing, if the person is back', covered, [back('anna', 8, 50)], []],
    [
      'nothing, for an assignment that was not accepted',
      [],
      [assigned('chief', 8, assignmentOf(4, 'dora', [8, 9]))],
      [],
    ],
    [
      'nothing, for a bed that was already without a nurse before the change',
      [anna, away('anna', 50, [7.5, 10])],
      [ended('chief', 8, 1)],
      [],
    ],
  ])('leftPlaces returns %s', (_, before, change, left) => {
    expect(leftBy(before, change)).toEqual(left);
  });

  it('leftPlaces returns nothing for the end of an assignment whose person has a disabled account', () => {
    expect(leftBy([anna], [ended('chief', 8, 1)], 'anna')).toEqual([]);
  });

  it('if the next nurse accepts before her assignment begins, the cover still has the bed', () => {
    const early = [assigned('chief', 7, assignmentOf(5, 'cleo', [8.5, 16], ['2'])), accepted('cleo', 8, 5)];
    expect(leftBy(covered, early)).toEqual([]);
  });
});

/** The former, slow form of `leftPlaces`: examines every place of every assignment again. */
function slowLeftPlaces(before: DutyState, after: DutyState, nowMs: number, accountOf: AccountOf): LeftPlace[] {
  const places = new Map<string, LeftPlace>();
  const { assignments } = dutiesOf(before, 'icu');
  for (const entry of liveAssignments(dutiesOf(before, 'icu'), nowMs)) {
    if (!entry.accepted || entry.fromMs > nowMs) continue;
    const { duty, beds } = entry.assignment;
    for (const bed of beds ?? [undefined]) {
      const [person, next] = [before, after].map((state) =>
        responsibleAt(state, { ward: 'icu', duty, ...(bed === undefined ? {} : { bed }) }, nowMs).find(
          (one) => isCovering(one) && accountFault(accountOf(one.userId), 'icu', duty) === undefined,
        ),
      );
      const place = { duty, ...(bed === undefined ? {} : { bed: visibleText(bed) }) };
      if (places.has(leftKey(place)) || person === undefined || next !== undefined) continue;
      const of = assignments.find(({ assignment }) => assignment.assignmentId === person.assignmentId)?.assignment;
      const isCover = of !== undefined && of.userId !== person.userId;
      places.set(leftKey(place), { ...place, ...(isCover ? { coveredFor: visibleText(of.name) } : {}) });
    }
  }
  return [...places.values()];
}

/**
 * Random events of four persons. Two of the beds look the same on a screen: one name has the hidden character U+202E,
 * and the other name has the text `\u{202e}`, which screens show for this character.
 */
const randomEvents = fc
  .array(
    fc.record({
      kind: fc.constantFrom(
        'taken',
        'taken',
        'taken',
        'assigned',
        'accepted',
        'away',
        'back',
        'ended',
        'declined',
        'rejected',
      ),
      user: fc.constantFrom('anna', 'ben', 'cleo', 'dora'),
      other: fc.constantFrom('anna', 'ben', 'cleo', 'dora'),
      duty: fc.constantFrom('nurse' as const, 'nurse' as const, 'buddy' as const, 'charge-nurse' as const),
      beds: fc.uniqueArray(fc.constantFrom('1', '2', '3\u{202e}', '3\\u{202e}'), { minLength: 1 }),
      from: fc.integer({ min: 4, max: 9 }),
      hours: fc.integer({ min: 1, max: 8 }),
      of: fc.integer({ min: 0, max: 15 }),
    }),
    { minLength: 8, maxLength: 24, size: 'max' },
  )
  .map((drawn) =>
    drawn.map(({ kind, user, other, duty, beds, from, hours, of }, n): AssignmentEvent => {
      const hoursOf = [from, from + hours] as const;
      if (kind === 'taken' || kind === 'assigned') {
        const { beds: _beds, ...wholeWard } = assignmentOf(n, user, hoursOf, beds, duty);
        return assigned(
          kind === 'taken' ? user : other,
          from,
          duty === 'charge-nurse' ? wholeWard : { ...wholeWard, beds },
        );
      }
      if (kind === 'away') return away(user, n, hoursOf, other === user ? undefined : other);
      if (kind === 'back') return back(user, 8, of);
      if (kind === 'ended') return ended(user, from, of);
      if (kind === 'declined') return declined(user, from, of);
      return kind === 'accepted' ? accepted(user, from, of) : coverAnswered(user, 8, of, 'cover-rejected');
    }),
  );

describe('the examined places', () => {
  it('for random boards and changes, leftPlaces returns the same places as a check of every place of every assignment', () => {
    let found = 0;
    fc.assert(
      fc.property(randomEvents, fc.integer({ min: 1, max: 4 }), (events, changes) => {
        const before = events.slice(0, -changes).reduce(evolve, initialState);
        const after = events.slice(-changes).reduce(evolve, before);
        const accountOf = (userId: string) =>
          ({ userId, name: userId, role: 'nurse', wards: ['icu'], disabled: userId === 'dora' }) as const;
        const left = leftPlaces(before, after, { ward: 'icu', nowMs: hour(8), accountOf });
        expect(left).toEqual(slowLeftPlaces(before, after, hour(8), accountOf));
        found += left.length;
      }),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(0);
  });

  it('leftPlaces looks at each place at most once before and once after the change, because a full board has hundreds of assignments', () => {
    const beds = ['1', '2', '3', '4', '5'];
    const names = Array.from({ length: 30 }, (_, n) => `nurse-${n}`);
    const before = names
      .flatMap((name, n) =>
        (['nurse', 'buddy'] as const).map((duty, k) =>
          assigned(name, 7, assignmentOf(2 * n + k, name, [7, 15], beds, duty)),
        ),
      )
      .reduce(evolve, initialState);
    let looks = 0;
    const accountOf = (userId: string) => {
      looks += 1;
      return { userId, name: userId, role: 'nurse', wards: ['icu'], disabled: false } as const;
    };
    const after = evolve(before, away('nurse-0', 100, [8, 9], 'nurse-1'));
    expect(leftPlaces(before, after, { ward: 'icu', nowMs: hour(8), accountOf })).toEqual([]);
    expect(looks).toBe(beds.length * 2 * 2);
  });
});

describe('leftRefusal', () => {
  const left = leftBy(covered, [away('ben', 51, [8, 9])]);
  it.each([
    ['nothing confirmed', undefined, true],
    ['one place of two confirmed', ['nurse 1'], true],
    ['both places confirmed', ['nurse 2', 'nurse 1'], false],
    ['both places and one other place confirmed', ['nurse 2', 'nurse 1', 'nurse 3'], false],
  ])(
    'leftRefusal refuses a change unless every place that loses its last responsible person is confirmed: %s',
    (_, confirmed, isRefused) => {
      expect(leftRefusal(left, confirmed) !== undefined).toBe(isRefused);
    },
  );

  it('the audit text names the places that have no responsible person after the change, and is empty if there are none', () => {
    expect([leftText(left), leftText([])]).toEqual(['leaves nobody at: nurse 1, nurse 2', '']);
  });
});
