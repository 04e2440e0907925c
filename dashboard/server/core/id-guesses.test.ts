import { expect, it } from 'vitest';
import { t0 } from './fold.testing.ts';
import { forgetMs, hiddenIdsMax, type IdGuesses, mayTryId, noteHiddenId } from './id-guesses.ts';

const tried = (count: number): IdGuesses => {
  const guesses: IdGuesses = new Map();
  for (let at = 0; at < count; at += 1) noteHiddenId(guesses, 'nora', `P-${at}`, t0);
  return guesses;
};

it('an account that was refused three ids of other wards gets no further one, but may try its own three again', () => {
  expect(mayTryId(tried(0), 'nora', 'new', t0)).toBe(true);
  expect(mayTryId(tried(hiddenIdsMax - 1), 'nora', 'new', t0)).toBe(true);
  expect(mayTryId(tried(hiddenIdsMax), 'nora', 'new', t0)).toBe(false);
  expect(mayTryId(tried(hiddenIdsMax), 'nora', 'P-0', t0)).toBe(true);
  expect(mayTryId(tried(hiddenIdsMax), 'nils', 'new', t0)).toBe(true);
});

it('the same id tried again and again counts once', () => {
  const guesses: IdGuesses = new Map();
  for (let at = 0; at < 20; at += 1) noteHiddenId(guesses, 'nora', 'P-1', t0);
  expect(mayTryId(guesses, 'nora', 'new', t0)).toBe(true);
});

it('a refused id is forgotten after an hour', () => {
  expect(mayTryId(tried(hiddenIdsMax), 'nora', 'new', t0 + forgetMs - 1)).toBe(false);
  const guesses = tried(hiddenIdsMax);
  expect(mayTryId(guesses, 'nora', 'new', t0 + forgetMs)).toBe(true);
  noteHiddenId(guesses, 'nora', 'P-9', t0 + forgetMs);
  expect(mayTryId(guesses, 'nora', 'new', t0 + forgetMs)).toBe(true);
});
