import { describe, expect, it } from 'vitest';
import { t0 } from './fold.testing.ts';
import {
  accountRules,
  beginGuess,
  forgetMs,
  forgiveGuess,
  type Guess,
  newGuesses,
  noteRightPassword,
  type Proof,
  placeRules,
  rowsMax,
} from './guesses.ts';

const guess = (proof: Proof, place = 'here', userId = 'nora'): Guess => ({ userId, proof, place });

/** Returns guesses with this number of tries, the last one at t0. */
function guessesAfter(times: number, { proof, place, userId }: Guess) {
  const guesses = newGuesses();
  for (let n = 1; n <= times; n += 1) guesses.places.set(`${proof} ${place} ${userId}`, row(n));
  return guesses;
}
const row = (count: number) => ({ count, atMs: t0 });

describe('tries at one place', () => {
  it.each<[Proof, number, number]>([
    ['known', 4, 0],
    ['known', 5, 15_000],
    ['known', 6, 30_000],
    ['known', 7, 60_000],
    ['known', 500, 60_000],
    ['station', 4, 0],
    ['station', 5, 30_000],
    ['station', 500, 60_000],
    ['none', 4, 0],
    ['none', 5, 30_000],
    ['none', 6, 60_000],
    ['none', 500, 900_000],
  ])('a try with the proof %s after %i tries waits %i ms', (proof, times, waitMs) => {
    expect(beginGuess(guessesAfter(times, guess(proof)), guess(proof), t0)).toBe(waitMs);
    const again = beginGuess(guessesAfter(times, guess(proof)), guess(proof), t0 + waitMs - 1);
    expect(again).toBe(waitMs === 0 ? 0 : 1);
    expect(beginGuess(guessesAfter(times, guess(proof)), guess(proof), t0 + waitMs)).toBe(0);
    expect(beginGuess(guessesAfter(times, guess(proof)), guess(proof), t0 + forgetMs)).toBe(0);
  });

  it('each try is counted before its password is checked, so of 58 tries at the same time only five passwords are checked', () => {
    for (const proof of ['known', 'station', 'none'] as const) {
      const guesses = newGuesses();
      const begun = Array.from({ length: 58 }, () => beginGuess(guesses, guess(proof), t0));
      expect(begun.filter((leftMs) => leftMs === 0)).toHaveLength(placeRules[proof].freeTries);
    }
  });

  it('a try that is taken back does not count, and a right password sets the number of counted tries to 0', () => {
    const guesses = newGuesses();
    for (let index = 0; index < 50; index += 1) {
      expect(beginGuess(guesses, guess('none'), t0)).toBe(0);
      forgiveGuess(guesses, guess('none'));
    }
    for (let index = 0; index < 4; index += 1) beginGuess(guesses, guess('none'), t0);
    expect(beginGuess(guesses, guess('none'), t0)).toBe(0);
    noteRightPassword(guesses, guess('none'));
    for (let index = 0; index < 5; index += 1) expect(beginGuess(guesses, guess('none'), t0)).toBe(0);
    expect(beginGuess(guesses, guess('none'), t0)).toBeGreaterThan(0);
  });
});

describe('tries of others', () => {
  const flood = (proof: Proof, places: number) => {
    const guesses = newGuesses();
    for (let index = 0; index < places; index += 1)
      for (let times = 0; times < 5; times += 1) beginGuess(guesses, guess(proof, `place-${index}`), t0);
    return guesses;
  };

  it('tries of others never delay a person at a browser at which the person has logged in before', () => {
    for (const proof of ['none', 'station', 'known'] as const)
      expect(beginGuess(flood(proof, 1000), guess('known', 'her own'), t0)).toBe(0);
  });

  it('a try with the proof `none` never delays a try at a browser at which somebody has logged in before', () => {
    expect(beginGuess(flood('none', 1000), guess('station', 'on the ward'), t0)).toBe(0);
  });

  it('all tries of one account are counted together, even if they come from many places', () => {
    for (const proof of ['none', 'station'] as const) {
      const guesses = newGuesses();
      const begun = Array.from({ length: 400 }, (_, at) => beginGuess(guesses, guess(proof, `place-${at}`), t0));
      expect(begun.filter((leftMs) => leftMs === 0)).toHaveLength(accountRules[proof].freeTries);
      // The tries do not count for another account.
      expect(beginGuess(guesses, guess(proof, 'place-1', 'nils'), t0)).toBe(0);
    }
  });
});

it('at most rowsMax rows are remembered', () => {
  const guesses = newGuesses();
  for (let index = 0; index < rowsMax + 5; index += 1) beginGuess(guesses, guess('none', 'here', `u${index}`), t0);
  expect([guesses.places.size, guesses.accounts.size]).toEqual([rowsMax, rowsMax]);
  expect(guesses.places.has('none here u0')).toBe(false);
});
