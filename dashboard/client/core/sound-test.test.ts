import { expect, it } from 'vitest';
import { heartbeatMs, serverLostMs } from '../../protocol/pace.ts';
import type { SoundTest } from '../../protocol/sound-test.ts';
import { heardAfterMs, signalsMsMin, soundTestMs } from '../../protocol/sound-test-times.ts';
import { soundTable, testMark } from './sound-table.ts';
import { lengthMs, namedTests, testSteps, testsAfter } from './sound-test.ts';
import { fullTuning } from './volume.ts';

it('a sound test plays low, medium and high once each, between two marks, one after the other', () => {
  const steps = testSteps(fullTuning);
  const { low, medium, high } = soundTable;
  expect(steps.map(({ burst }) => burst)).toEqual([testMark, low, medium, high, testMark]);
  for (const [at, { burst, atMs }] of steps.entries()) {
    const next = steps[at + 1];
    if (next) expect(next.atMs).toBeGreaterThanOrEqual(atMs + lengthMs(burst) + 1_000);
  }
});

it('the screens say that a test runs until its signals have ended, even if a heartbeat comes 3 s late', () => {
  const last = testSteps(fullTuning).at(-1)!;
  expect(last.atMs + lengthMs(last.burst) + 3_000).toBeLessThanOrEqual(soundTestMs);
});

it('a person can answer "heard all signals" only after the last signal, which is high, has ended', () => {
  const high = testSteps(fullTuning)[3]!;
  const endMs = high.atMs + lengthMs(high.burst);
  expect(endMs).toBeGreaterThanOrEqual(signalsMsMin);
  // The page begins the signals when the next heartbeat comes after the beginning of the test.
  expect(heardAfterMs).toBeGreaterThanOrEqual(endMs + heartbeatMs);
  expect(heardAfterMs).toBeLessThan(soundTestMs);
});

it('the high signal of a test is as loud as the first burst of a high alarm, and not softer than a medium alarm', () => {
  const high = testSteps(fullTuning)[3]!;
  expect(high.gain * soundTable.high.loudness).toBeGreaterThanOrEqual(soundTable.medium.loudness);
});

it('the mark of a test is no alarm signal: its pitch rises and its pulses are shorter than those of all alarms', () => {
  expect(testMark.pitchesHz).toEqual([...testMark.pitchesHz].sort((a, b) => a - b));
  expect(new Set(testMark.pitchesHz).size).toBe(4);
  for (const burst of Object.values(soundTable)) expect(testMark.pulseMs).toBeLessThan(burst.pulseMs);
});

const inIcu: SoundTest = { test: 'a', ward: 'ICU', person: 'Nora', plays: true };
const inStep: SoundTest = { test: 'b', ward: 'Step', person: 'Otto', plays: true };

it('the page names a test only while the heartbeats come and no alarm and no failure should sound', () => {
  const news = { beat: 1, wards: [], tests: [inIcu] };
  expect(namedTests(news, 1_000, false)).toEqual([inIcu]);
  expect(namedTests(news, 1_000, true)).toEqual([]);
  expect(namedTests(news, serverLostMs + 1, false)).toEqual([]);
  expect(namedTests(undefined, 0, false)).toEqual([]);
});

it('each test is played once, even if the tests of two wards run at one page', () => {
  let played: readonly string[] = [];
  const begins = [[inIcu], [inIcu, inStep], [inIcu, inStep], [inStep], [], [inStep]].map((tests) => {
    const after = testsAfter(played, tests);
    played = after.played;
    return after.begins;
  });
  expect(begins).toEqual([true, true, false, false, false, false]);
  const { plays: _plays, ...elsewhere } = inIcu;
  expect(testsAfter([], [elsewhere]).begins).toBe(false);
});
