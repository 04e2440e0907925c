import { expect, it } from 'vitest';
import { t0 } from './fold.testing.ts';
import { forgetMs, hiddenIdsMax, type IdGuesses, mayTryId, noteHiddenId } from './id-guesses.ts';

const guessesAfter = (count: number): IdGuesses => {
  const guesses: IdGuesses = new Map();
  for (let index = 0; index < count; index += 1) noteHiddenId(guesses, 'nora', `P-${index}`, t0);
  return guesses;
};

it('after three refused ids of other wards an account may try no further id, but may retry these three', () => {
  expect(mayTryId(guessesAfter(0), 'nora', 'new', t0)).toBe(true);
  expect(mayTryId(guessesAfter(hiddenIdsMax - 1), 'nora', 'new', t0)).toBe(true);
  expect(mayTryId(guessesAfter(hiddenIdsMax), 'nora', 'new', t0)).toBe(false);
  expect(mayTryId(guessesAfter(hiddenIdsMax), 'nora', 'P-0', t0)).toBe(true);
  expect(mayTryId(guessesAfter(hiddenIdsMax), 'nils', 'new', t0)).toBe(true);
});

it('an id that is tried several times counts once', () => {
  const guesses: IdGuesses = new Map();
  for (let index = 0; index < 20; index += 1) noteHiddenId(guesses, 'nora', 'P-1', t0);
  expect(mayTryId(guesses, 'nora', 'new', t0)).toBe(true);
});

it('refused ids are forgotten after an hour', () => {
  expect(mayTryId(guessesAfter(hiddenIdsMax), 'nora', 'new', t0 + forgetMs - 1)).toBe(false);
  const guesses = guessesAfter(hiddenIdsMax);
  expect(mayTryId(guesses, 'nora', 'new', t0 + forgetMs)).toBe(true);
  noteHiddenId(guesses, 'nora', 'P-9', t0 + forgetMs);
  expect(mayTryId(guesses, 'nora', 'new', t0 + forgetMs)).toBe(true);
});
