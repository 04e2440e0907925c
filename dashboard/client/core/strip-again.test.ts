import { describe, expect, it } from 'vitest';
import type { StripAnswer } from '../../protocol/strip.ts';
import { askStripAgainIn, hasNewerSamples } from './strip-again.ts';

const onsetWallAt = '2026-01-01T10:00:00.000Z';
const t0 = Date.parse(onsetWallAt);
const answer = (strip: { isComplete: boolean; rev?: number } | null, missing: StripAnswer['missing'] = null) =>
  ({ strip: strip && { rev: 1, onsetWallAt, ...strip }, missing }) as StripAnswer;

describe('when the page of a strip asks again', () => {
  it.each([
    ['a complete strip: never', answer({ isComplete: true }), 100_000, undefined],
    ['no strip yet: soon', answer(null, 'not-yet'), 20_000, 15_000],
    ['a strip that is overdue: never by itself', answer(null, 'overdue'), 200_000, undefined],
    ['samples are missing: after the last attempt of the strip writer', answer({ isComplete: false }), 80_000, 550_000],
    ['just before that time', answer({ isComplete: false }), 629_999, 1],
    ['at that time: once more, 150 s later', answer({ isComplete: false }), 630_000, 150_000],
    ['after both times: never', answer({ isComplete: false }), 780_000, undefined],
  ])('%s', (_what, given, atMs, expected) => {
    expect(askStripAgainIn(given, t0 + atMs)).toBe(expected);
  });

  it('only a higher revision has newer samples', () => {
    const [first, second] = [answer({ isComplete: false }), answer({ isComplete: true, rev: 2 })];
    expect(hasNewerSamples(first, second)).toBe(true);
    expect(hasNewerSamples(second, second)).toBe(false);
    expect(hasNewerSamples(undefined, second)).toBe(false);
    expect(hasNewerSamples(answer(null, 'not-yet'), second)).toBe(false);
  });
});
