/** Decides what a sound test plays, and when. Also decides when the page says that a test runs. */
import { serverLostMs } from '../../protocol/pace.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import type { SoundTest } from '../../protocol/sound-test.ts';
import { pulseStarts } from './burst.ts';
import { type Burst, soundTable, testMark } from './sound-table.ts';
import { highGains, steadyGain, type Tuning } from './volume.ts';

export type TestStep = { readonly burst: Burst; readonly atMs: number; readonly gain: number };

/** The pause between two signals of the test, ms (ours). It is so long that people hear separate signals. */
const betweenMs = 1_000;

/**
 * Returns the signals of the test: a mark, the signals low, medium and high once, and the mark again. Each signal has
 * the loudness with which its alarm begins at the present volume.
 */
export function testSteps(tuning: Tuning): readonly TestStep[] {
  const mark = { burst: testMark, gain: steadyGain('low', tuning) };
  const bursts = [
    mark,
    { burst: soundTable.low, gain: steadyGain('low', tuning) },
    { burst: soundTable.medium, gain: steadyGain('medium', tuning) },
    { burst: soundTable.high, gain: highGains(0, tuning)[0] ?? 1 },
    mark,
  ];
  let atMs = 0;
  return bursts.map(({ burst, gain }) => {
    const step = { burst, gain, atMs };
    atMs += lengthMs(burst) + betweenMs;
    return step;
  });
}

/** Returns the length of a burst without the silence at its end, ms. */
export function lengthMs(burst: Burst): number {
  return (pulseStarts(burst).at(-1) ?? 0) + burst.pulseMs;
}

const noTests: readonly SoundTest[] = [];

/**
 * Returns the tests that the page names as "not an alarm". While an alarm or failure should sound, the page names no
 * test, so that nobody mistakes the alarm for a test. The server also ends the test, but up to a second late, and not
 * for an alarm of a different ward. After a lost heartbeat the page names no test, because the test may be over.
 * @param isSounding whether a sound plays here, or an alarm of this screen should sound here or at a different screen
 */
export function namedTests(news: SoundNews | undefined, newsAgeMs: number, isSounding: boolean): readonly SoundTest[] {
  return isSounding || newsAgeMs > serverLostMs ? noTests : (news?.tests ?? noTests);
}

/** Maximum number of ids of played tests that the page keeps. */
const playedMax = 400;

/**
 * Returns whether the page must begin to play a test, and the ids of the tests that the page has begun to play. The
 * page plays each test once, even if the tests of two wards run at this page.
 */
export function testsAfter(
  played: readonly string[],
  tests: readonly SoundTest[],
): { begins: boolean; played: string[] } {
  const due = tests.flatMap(({ test, plays }) => (plays && test !== undefined && !played.includes(test) ? [test] : []));
  return { begins: due.length > 0, played: [...played, ...due].slice(-playedMax) };
}
