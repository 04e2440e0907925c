import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newScores } from '../../../contracts/messages/scores.testing.ts';
import type { Scores } from '../../../contracts/messages/scores.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { type LoggedScore, type LoggedScores, loggedScore, type StepsPlan, scoresOfSteps } from './score-steps.ts';
import { splitPlan } from './trend-clock.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const stepMs = 60_000;
const plan: StepsPlan = { fromMs: t0, toMs: t0 + 10 * stepMs, stepMs, pick: 'highest', shiftMs: 0, clockErrorMs: 0 };

/** A score with a total, or without one. `atMs` is the time after `t0`. */
function scored(atMs: number, points: number, isPartial = false): LoggedScore {
  const { total: _total, ...partial } = newScores('a', { atLeast: points }).news2;
  const news2 = isPartial ? partial : { ...partial, total: points };
  return loggedScore({ ...newScores('a'), at: formatInstant(t0 + atMs), news2 })!;
}

const known = (scores: readonly LoggedScore[], more: Partial<LoggedScores> = {}): LoggedScores => ({
  ...{ scores, knownFromMs: t0 - stepMs, knownToMs: plan.toMs, isWhole: true },
  ...more,
});

const shown = (logged: LoggedScores, more: Partial<StepsPlan> = {}) =>
  scoresOfSteps(logged, { ...plan, ...more }).scores.map(({ stepAtMs, atMs, total, atLeast }) => [
    (stepAtMs - t0) / 1000,
    (atMs - t0) / 1000,
    total ?? `≥${atLeast}`,
  ]);

it('a logged score has each part with its value, its points and its age at the time of the score', () => {
  const parts: Scores['news2']['parts'] = [
    { parameter: 'RR', value: 26, at: '2026-01-01T09:59:58.500Z', points: 3 },
    { parameter: 'oxygen' },
    { parameter: 'Temp', value: 38.4, at: '2026-01-01T01:00:00.000Z' },
    { parameter: 'pulse', value: 0, at: '2026-01-01T10:00:01.000Z', points: 3 },
  ];
  const { total: _total, ...news2 } = newScores('a', { parts, atLeast: 6 }).news2;
  expect(loggedScore({ ...newScores('a'), news2 })).toEqual({
    ...{ atMs: t0, scale: 1, total: null, atLeast: 6 },
    parts: [
      { parameter: 'RR', value: 26, ageMs: 1_500, points: 3 },
      { parameter: 'oxygen' },
      { parameter: 'Temp', value: 38.4, ageMs: 9 * 3_600_000 },
      { parameter: 'pulse', value: 0, ageMs: 0, points: 3 },
    ],
  });
  expect(loggedScore({ ...newScores('a'), at: 'yesterday' })).toBeUndefined();
});

describe('the scores of the steps', () => {
  const scores = [scored(1_000, 2), scored(20_000, 7), scored(59_999, 5), scored(60_000, 3), scored(70_000, 4, true)];

  it('a chart gets the highest score of each step, and a table the last one', () => {
    expect(shown(known(scores))).toEqual([
      [0, 20, 7],
      [60, 60, 3],
      [60, 70, '≥4'],
    ]);
    expect(shown(known(scores), { pick: 'last' })).toEqual([
      [0, 59.999, 5],
      [60, 60, 3],
      [60, 70, '≥4'],
    ]);
  });

  it('if a step has two equal scores, a chart gets the later one, in any order of reading', () => {
    expect(shown(known([scored(30_000, 7), scored(10_000, 7)]))).toEqual([[0, 30, 7]]);
  });

  it('a step that was not read completely has no score, because another score could be the right one', () => {
    expect(shown(known(scores, { knownFromMs: t0 + 1 }))).toEqual([
      [60, 60, 3],
      [60, 70, '≥4'],
    ]);
    const { knownFromMs, isWhole } = scoresOfSteps(known(scores, { knownFromMs: t0 + 1, isWhole: false }), plan);
    expect([knownFromMs, isWhole]).toEqual([t0 + stepMs, false]);
  });

  it('a score at the end of the span is not in it', () => {
    expect(shown(known([scored(599_999, 1), scored(600_000, 9)]))).toEqual([[540, 599.999, 1]]);
  });

  it('the steps have the times of the trend, and each score its own time by the clock of the device', () => {
    const clockErrorMs = 90_000;
    const { scores: split } = splitPlan({ ...plan, retention: 'raw', codes: ['VIGIL_NEWS2'] }, -clockErrorMs);
    expect(shown(known(scores), { clockErrorMs, shiftMs: split.shiftMs })).toEqual([
      [60, 110, 7],
      [120, 150, 3],
      [120, 160, '≥4'],
    ]);
  });

  it('each score has its own parts and the time of its own step, for any scores', () => {
    const anyScores = fc.array(fc.record({ at: fc.nat(600_000), points: fc.nat(20), isPartial: fc.boolean() }));
    fc.assert(
      fc.property(anyScores, fc.constantFrom('highest', 'last'), (list, pick) => {
        const logged = list.map(({ at, points, isPartial }) => {
          const score = scored(at, points, isPartial);
          return { ...score, parts: [{ parameter: 'pulse', value: points, points: 0 }] } as LoggedScore;
        });
        for (const score of scoresOfSteps(known(logged), { ...plan, pick }).scores) {
          expect(score.parts[0]!.value).toBe(score.atLeast);
          expect(Math.floor(score.atMs / stepMs) * stepMs).toBe(score.stepAtMs);
        }
      }),
    );
  });
});
