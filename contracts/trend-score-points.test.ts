import { describe, expect, it } from 'vitest';
import { newScores } from './messages/scores.testing.ts';
import type { Scores } from './messages/scores.ts';
import { scorePointsOf } from './trend-score-points.ts';

const timeMs = Date.UTC(2026, 0, 1, 10);
const values = (scores: Scores) => Object.fromEntries(scorePointsOf(scores)!.map(({ code, value }) => [code, value]));

function partial(): Scores {
  const { news2, shockIndex: _index, ...scores } = newScores('association-1', { atLeast: 3, missing: ['SpO2'] });
  const { total: _total, risk: _risk, response: _response, ...rest } = news2;
  return { ...scores, news2: rest, qsofa: { met: ['RR'], missing: ['BPsys'] } };
}

describe('scorePointsOf', () => {
  it('the time of each point is the time at which the alarm processor made the scores', () => {
    expect(scorePointsOf(newScores('association-1', { total: 4 }))).toEqual([
      { associationId: 'association-1', code: 'VIGIL_NEWS2', timeMs, value: 4, questionable: false },
      { associationId: 'association-1', code: 'VIGIL_QSOFA', timeMs, value: 0, questionable: false },
      { associationId: 'association-1', code: 'VIGIL_SHOCK_INDEX', timeMs, value: 0.54, questionable: false },
    ]);
  });

  it('if an input is missing, scorePointsOf returns no total, but the score of the known inputs (`_AT_LEAST`)', () => {
    expect(values(partial())).toEqual({ VIGIL_NEWS2_AT_LEAST: 3, VIGIL_QSOFA_AT_LEAST: 1 });
  });

  it('scorePointsOf returns a point with the value 0 for a total of 0', () => {
    expect(values(newScores('association-1'))).toMatchObject({ VIGIL_NEWS2: 0, VIGIL_QSOFA: 0 });
  });

  it('scorePointsOf returns undefined for scores whose time is on a day that does not exist', () => {
    expect(scorePointsOf({ ...partial(), at: '2026-02-30T10:00:00.000Z' })).toBeUndefined();
  });
});
