/** Tests of the scores after a clock was set back. */
import { expect, it } from 'vitest';
import type { Tracker } from '../track.ts';
import { restartScoreDelays, type ScoreTrackers } from './judged-scores.ts';

const tracker: Tracker = {
  ...{ tier: 'high', limit: 6, priority: 'high', onset: 1_000, countedMs: 2_000, dose: 0, determined: 4_000, value: 9 },
  ...{ valueAt: 5_000, questionable: false, late: false, lastAt: 6_000, noDataMs: 20_000, insideSince: 5_500 },
};

it('restartScoreDelays keeps scores that have an alarm, and drops scores whose delay still runs', () => {
  const trackers: ScoreTrackers = {
    'NEWS2.high': { tracker, text: 'NEWS2 9 ≥ 7' },
    qSOFA: { tracker: { ...tracker, determined: null }, text: 'qSOFA 2 ≥ 2' },
  };
  expect(restartScoreDelays(trackers)).toEqual({
    'NEWS2.high': { tracker: { ...tracker, lastAt: null, insideSince: null }, text: 'NEWS2 9 ≥ 7' },
  });
});
