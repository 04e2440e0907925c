import { describe, expect, it } from 'vitest';
import { alarm } from './fixtures.ts';
import { pageSound } from './sound.ts';

const now = Date.parse('2026-01-01T10:00:00.000Z');

describe('pageSound', () => {
  const high = [alarm('a', { priority: 'high' })];
  const medium = [alarm('a')];
  it.each([
    ['is silent if Vigil works and there is no alarm', false, true, 0, [], undefined],
    ['sounds the alarm if Vigil works', false, true, 0, medium, 'medium'],
    ['sounds "lost" if the server is lost, even if there is a high alarm', true, true, 0, high, 'lost'],
    ['is silent if the server is lost and the sound is paused', true, true, now + 1, high, undefined],
    ['sounds "lost" at the end of the pause if the server is lost', true, true, now, [], 'lost'],
    ['sounds "lost" if a part of Vigil failed', false, false, 0, [], 'lost'],
    ['sounds "lost" if a part of Vigil failed and there is a medium alarm', false, false, 0, medium, 'lost'],
    ['sounds a high alarm if a part of Vigil failed', false, false, 0, high, 'high'],
    [
      'sounds a medium alarm if a part of Vigil failed and the failure sound is paused',
      false,
      false,
      now + 1,
      medium,
      'medium',
    ],
    ['sounds an alarm although the failure sound is paused', false, true, now + 1, medium, 'medium'],
  ] as const)('the page %s', (_name, lost, healthy, pausedUntilMs, alarms, level) => {
    expect(pageSound({ lost, healthy, pausedUntilMs }, alarms, now)).toBe(level);
  });
});
