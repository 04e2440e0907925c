import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import {
  attempt,
  attemptEach,
  failingTasks,
  forgetTimerFailures,
  logTimerFailuresTo,
  runEvery,
  timerFailures,
} from './timer-tasks.ts';

const lines: Record<string, unknown>[] = [];
const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });

afterEach(() => {
  logTimerFailuresTo(undefined);
  forgetTimerFailures();
  lines.length = 0;
});

/** Throws an error whose message has data of a patient. */
const fail = () => {
  throw new RangeError('patient Made Up');
};

it('a timer goes on after its work throws or rejects; each failure is counted, and logged once', async () => {
  logTimerFailuresTo(log);
  let calls = 0;
  const timer = runEvery('test-timer', 1, () => {
    calls += 1;
    if (calls % 3 === 1) fail();
    return calls % 3 === 2 ? Promise.reject(new Error('patient Made Up')) : undefined;
  });
  await expect.poll(() => calls).toBeGreaterThan(6);
  clearInterval(timer);
  await expect.poll(() => timerFailures().get('test-timer')).toBe(calls - Math.floor(calls / 3));
  expect(failingTasks()).toContain('test-timer');
  expect(await createMetrics().text()).toMatch(/^vigil_timer_failures_total\{task="test-timer"\} [1-9]/m);
  // The error is thrown at two places, and each of them has a line.
  expect(lines.length).toBe(2);
  expect(lines[0]).toMatchObject({ task: 'test-timer', failures: 1, level: 50 });
  expect(JSON.stringify(lines)).not.toContain('Made Up');
});

it('an item for which the work throws does not stop the work for the other items', () => {
  const done: number[] = [];
  attemptEach('test-items', [1, 2, 3], (item) => (item === 2 ? fail() : done.push(item)));
  expect(done).toEqual([1, 3]);
  expect(timerFailures().get('test-items')).toBe(1);
});

it('a task counts as failing until 30 s, or three of its intervals, after its last failure', () => {
  attempt('test-often', fail, 1_000);
  attempt('test-seldom', fail, 60_000);
  const failingAfter = (ms: number) => failingTasks(performance.now() + ms).filter((name) => name.startsWith('test-'));
  expect(failingAfter(29_000)).toEqual(expect.arrayContaining(['test-often', 'test-seldom']));
  expect(failingAfter(31_000)).not.toContain('test-often');
  expect(failingAfter(179_000)).toContain('test-seldom');
  expect(failingAfter(181_000)).not.toContain('test-seldom');
});

it('a log that fails does not end the work', () => {
  logTimerFailuresTo({ error: fail });
  expect(() => attempt('test-log', fail)).not.toThrow();
});
