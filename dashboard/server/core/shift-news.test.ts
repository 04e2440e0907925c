import { describe, expect, it } from 'vitest';
import { newScores } from '../../../contracts/messages/scores.testing.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { highestNews, nearStartMs, newsAtStart, newsNow, newsQuery } from './shift-news.ts';

const t0 = Date.UTC(2026, 0, 1, 7);
const score = (value: number, timeMs: number, code = 'VIGIL_NEWS2') => ({ code, value, timeMs, questionable: false });

describe('newsAtStart', () => {
  it.each([
    ['no score', [], null],
    ['a score of another code', [score(3, t0, 'VIGIL_QSOFA')], null],
    ['the last score before the beginning', [score(2, t0 - 60_000), score(5, t0 - 1), score(9, t0 + 1)], 5],
    ['a score at the beginning', [score(4, t0), score(9, t0 + 1)], 4],
    ['the first score after the beginning', [score(8, t0 + 9_000), score(7, t0 + 1_000)], 7],
    ['a score of exactly an hour before the beginning', [score(6, t0 - nearStartMs)], 6],
    ['a score of more than an hour before the beginning', [score(6, t0 - nearStartMs - 1)], null],
    ['a score of 0', [score(0, t0)], 0],
  ])('newsAtStart returns the expected points for %s', (_, stored, points) => {
    expect(newsAtStart(stored, t0)?.atLeast ?? null).toBe(points);
  });

  it('newsAtStart returns no total if an input was missing', () => {
    expect(newsAtStart([score(3, t0, 'VIGIL_NEWS2_AT_LEAST')], t0)).toEqual({ total: null, atLeast: 3, atMs: t0 });
  });
});

it('newsQuery asks for no scores of the future', () => {
  expect(newsQuery(t0, t0 + 5_000)).toMatchObject({ fromMs: t0 - nearStartMs, toMs: t0 + 5_000 });
});

describe('newsNow', () => {
  const scores = newScores('assoc-01', {}, { at: formatInstant(t0), validUntil: formatInstant(t0 + 60_000) });
  it('newsNow returns `not-scored` without a score, and `too-old` from the instant at which an input is too old', () => {
    expect(newsNow(undefined, t0)).toBe('not-scored');
    expect(newsNow(scores, t0 + 59_999)).toMatchObject({ atMs: t0 });
    expect(newsNow(scores, t0 + 60_000)).toBe('too-old');
    const { validUntil: _none, ...outdated } = scores;
    expect(newsNow(outdated, t0)).toBe('too-old');
  });
  it('newsNow says that no input has points', () => {
    const parts = scores.news2.parts.map(({ parameter }) => ({ parameter }));
    expect(newsNow({ ...scores, news2: { ...scores.news2, parts } }, t0)).toBe('no-input');
  });
});

it('highestNews returns the highest score of several devices, or the most helpful reason', () => {
  const of = (atLeast: number) => ({ total: atLeast, atLeast, atMs: t0 });
  expect(highestNews(['too-old', of(2), of(7), of(3)])).toEqual(of(7));
  expect(highestNews(['not-scored', 'too-old'])).toBe('too-old');
  expect(highestNews([])).toBe('not-scored');
});
