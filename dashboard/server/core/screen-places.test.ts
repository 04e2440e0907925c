import { describe, expect, it } from 'vitest';
import { type Place, placeFor, placesMax } from './screen-places.ts';

type NumberedPlace = Place & { readonly n: number };
const bounds = { session: 3, account: 5, all: 8 };
const place = (account: string, session = account, address = '10.0.0.1'): Place => ({ account, session, address });
const openPlaces = (...places: Place[]): NumberedPlace[] => places.map((place, n) => ({ ...place, n }));
const times = (count: number, repeated: Place) => new Array<Place>(count).fill(repeated);
const outcome = (before: NumberedPlace[], newcomer: Place) => {
  const judged = placeFor(before, newcomer, bounds);
  return judged.taken ? (judged.goes?.n ?? 'taken') : 'full';
};

describe('placeFor', () => {
  it.each<[string, NumberedPlace[], Place, number | 'taken' | 'full']>([
    ['a first screen is accepted', [], place('nora'), 'taken'],
    [
      'the last allowed screen of a session is accepted',
      openPlaces(...times(2, place('nora'))),
      place('nora'),
      'taken',
    ],
    [
      'a screen of a full session replaces its oldest screen',
      openPlaces(place('x'), ...times(3, place('nora'))),
      place('nora'),
      1,
    ],
    [
      'a screen of a full account replaces the oldest screen of its session with most screens',
      openPlaces(place('nora', 's1'), place('nora', 's1'), ...times(3, place('nora', 's2'))),
      place('nora', 's3'),
      2,
    ],
    [
      'a screen on a full server replaces the oldest screen of the account with most screens',
      openPlaces(
        place('nils'),
        ...times(3, place('flood', 'f1')),
        ...times(2, place('flood', 'f2')),
        ...times(2, place('x')),
      ),
      place('nora'),
      1,
    ],
    [
      'a full server refuses a screen of an account that has as many as the others',
      openPlaces(...times(2, place('a')), ...times(2, place('b')), ...times(2, place('c')), ...times(2, place('d'))),
      place('d'),
      'full',
    ],
    [
      'a full server refuses a screen of an account that would then have as many as the others',
      openPlaces(...times(2, place('a')), ...times(2, place('b')), ...times(2, place('c')), place('d'), place('nora')),
      place('nora'),
      'full',
    ],
    [
      'a full server refuses a screen if each account has one',
      openPlaces(...[...'abcdefgh'].map((name) => place(name))),
      place('nora'),
      'full',
    ],
    [
      'among accounts with equally many screens, a screen of the address with most screens is replaced',
      openPlaces(
        ...times(2, place('a', 'a', '10.0.0.2')),
        ...times(2, place('b')),
        ...times(2, place('c')),
        ...times(2, place('d', 'd', '10.0.0.3')),
      ),
      place('nora', 'nora', '10.0.0.4'),
      2,
    ],
  ])('%s', (_name, before, newcomer, expected) => {
    expect(outcome(before, newcomer)).toBe(expected);
  });

  it('a flood of screens of other accounts does not stop a new screen, and no account loses its only screen', () => {
    let places: NumberedPlace[] = [];
    let n = 0;
    const open = (wanted: Place) => {
      const judged = placeFor(places, wanted);
      if (!judged.taken) return false;
      places = [...places.filter((other) => other !== judged.goes), { ...wanted, n: n++ }];
      return true;
    };
    open(place('nora'));
    for (let login = 0; login < 43; login += 1)
      for (let tab = 0; tab < 12; tab += 1) expect(open(place('flood', `f${login}`))).toBe(true);
    expect(places.filter(({ account }) => account === 'flood')).toHaveLength(placesMax.account);
    // If many accounts open too many screens, the accounts with most screens lose some.
    for (let account = 0; account < 60; account += 1)
      for (let tab = 0; tab < 12; tab += 1) open(place(`flood-${account}`));
    expect(places.length).toBe(placesMax.all);
    expect(open(place('nils'))).toBe(true);
    expect(places.filter(({ account }) => account === 'nora')).toHaveLength(1);
  });
});
