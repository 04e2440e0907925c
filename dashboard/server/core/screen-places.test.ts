import { describe, expect, it } from 'vitest';
import { type Place, placeFor, placesMax } from './screen-places.ts';

type Held = Place & { readonly n: number };
const bounds = { session: 3, account: 5, all: 8 };
const place = (account: string, session = account, address = '10.0.0.1'): Place => ({ account, session, address });
const openPlaces = (...places: Place[]): Held[] => places.map((place, n) => ({ ...place, n }));
const times = (count: number, one: Place) => new Array<Place>(count).fill(one);
const outcome = (before: Held[], newcomer: Place) => {
  const judged = placeFor(before, newcomer, bounds);
  return judged.taken ? (judged.goes?.n ?? 'taken') : 'full';
};

describe('a new screen', () => {
  it.each<[string, Held[], Place, number | 'taken' | 'full']>([
    ['of nobody else', [], place('nora'), 'taken'],
    ['as the last of its session', openPlaces(...times(2, place('nora'))), place('nora'), 'taken'],
    ['of a session that has all', openPlaces(place('x'), ...times(3, place('nora'))), place('nora'), 1],
    [
      'of an account that has all: the oldest of its session with most goes',
      openPlaces(place('nora', 's1'), place('nora', 's1'), ...times(3, place('nora', 's2'))),
      place('nora', 's3'),
      2,
    ],
    [
      'in a full house: the oldest of the account with most goes',
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
      'in a full house, of who has nearly as many as the most',
      openPlaces(...times(2, place('a')), ...times(2, place('b')), ...times(2, place('c')), ...times(2, place('d'))),
      place('d'),
      'full',
    ],
    [
      'in a full house, of who has one: one more would be as many',
      openPlaces(...times(2, place('a')), ...times(2, place('b')), ...times(2, place('c')), place('d'), place('nora')),
      place('nora'),
      'full',
    ],
    ['in a full house of one each', openPlaces(...[...'abcdefgh'].map((name) => place(name))), place('nora'), 'full'],
    [
      'in a full house of equals: one of the address with most goes',
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

  it('always has a place while one account has 43 logins with 12 screens, and nobody loses their only one', () => {
    let places: Held[] = [];
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
    // And where many accounts flood, those that have most give way.
    for (let account = 0; account < 60; account += 1)
      for (let tab = 0; tab < 12; tab += 1) open(place(`flood-${account}`));
    expect(places.length).toBe(placesMax.all);
    expect(open(place('nils'))).toBe(true);
    expect(places.filter(({ account }) => account === 'nora')).toHaveLength(1);
  });
});
