import { expect, it } from 'vitest';
import { newScores } from '../../../contracts/messages/scores.testing.ts';
import { foldAssociations } from './beds.ts';
import { nurse, period, table, technician } from './fold.testing.ts';
import { foldScores } from './scores.ts';
import { changesSince, wholeScreen } from './screen.ts';
import { emptyState } from './state.ts';

const ward = { ward: 'icu' };
const nowMs = Date.parse('2026-01-01T10:30:00.000Z');
const publishedAtMinute = (minute: number) => ({
  at: new Date(Date.parse('2026-01-01T10:00:00.000Z') + minute * 60_000).toISOString(),
});
const grave = { total: 7, atLeast: 7, risk: 'high', response: 'emergency' } as const;

function admitted() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}

it('the newest scores stay on the screen if older scores come after them', () => {
  const state = admitted();
  const newest = newScores('assoc-01', grave, publishedAtMinute(5));
  expect(foldScores(state, newest, nowMs)).toBe(true);
  expect(foldScores(state, newScores('assoc-01', {}, publishedAtMinute(4)), nowMs)).toBe(false);
  expect(wholeScreen(state, nurse, ward).beds[0]?.scores).toEqual(newest);
});

it('scores are sent with the header data of their bed; scores that differ only in the ages of their values are sent once a minute', () => {
  const state = admitted();
  let before = state.changeNo;
  const heads = () => changesSince(state, nurse, ward, before)?.beds.map(({ head }) => head?.scores?.at);
  foldScores(state, newScores('assoc-01', {}, publishedAtMinute(0)), nowMs);
  expect(heads()).toEqual([publishedAtMinute(0).at]);
  before = state.changeNo;
  foldScores(state, newScores('assoc-01', {}, publishedAtMinute(0.5)), nowMs);
  expect(heads()).toEqual([]);
  foldScores(state, newScores('assoc-01', {}, publishedAtMinute(1)), nowMs);
  expect(heads()).toEqual([publishedAtMinute(1).at]);
  before = state.changeNo;
  foldScores(state, newScores('assoc-01', grave, publishedAtMinute(1.1)), nowMs);
  expect(heads()).toEqual([publishedAtMinute(1.1).at]);
});

it('scores with a time in the future are replaced by the next scores, which have an earlier time', () => {
  const state = admitted();
  foldScores(state, newScores('assoc-01', grave, publishedAtMinute(120)), nowMs);
  foldScores(state, newScores('assoc-01', {}, publishedAtMinute(30)), nowMs);
  expect(wholeScreen(state, nurse, ward).beds[0]?.scores?.news2.total).toBe(0);
});

it('a technician does not see the scores', () => {
  const state = admitted();
  foldScores(state, newScores('assoc-01'), nowMs);
  expect(wholeScreen(state, technician, ward).beds[0]?.scores).toBeNull();
});
