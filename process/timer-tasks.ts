/**
 * Runs the tasks of timers. An error in a task never ends the process and never stops the timer: it is counted by the
 * name of the task, and logged once a minute. An error about one item (a bed, a device, a connection) does not stop the
 * work for the other items. The counts are of the whole process: each process has them in its metrics (metrics.ts).
 */
import type { Logger } from 'pino';
import { thrownAtText } from './thrown-at.ts';

/** A failure of the same task, thrown at the same place, is logged again after this time. */
const logAgainMs = 60_000;
/**
 * Maximum number of places in the code whose last line in the log is remembered. Above this number, the place with the
 * oldest line is forgotten.
 */
const placesMax = 1_000;
/**
 * How long a task counts as failing after its last failure, ms (ours). So a fault that comes and goes is a single
 * notice on the screens. A task that runs less often than every 10 s counts as failing for three of its intervals.
 */
const failingMs = 30_000;

type Task = { failures: number; failedAtMs: number; failingMs: number };

const tasks = new Map<string, Task>();
/** When a failure was last logged, by task and place in the code. */
const loggedAtMs = new Map<string, number>();
let log: Pick<Logger, 'error'> | undefined;

/** Sets the log of the process; undefined: failures are only counted. */
export function logTimerFailuresTo(logger: Pick<Logger, 'error'> | undefined): void {
  log = logger;
  loggedAtMs.clear();
}

/**
 * Calls `work` every `everyMs`, as `setInterval` does.
 * @param task the name of the task in the metrics and in the log: small letters and hyphens
 */
export function runEvery(task: string, everyMs: number, work: () => unknown): NodeJS.Timeout {
  return setInterval(() => attempt(task, work, everyMs), everyMs);
}

/** Calls `work` once after `ms`, as `setTimeout` does. */
export function runAfter(task: string, ms: number, work: () => unknown): NodeJS.Timeout {
  return setTimeout(() => attempt(task, work), ms);
}

/** Calls `work` and notes an error that it throws, or with which its promise rejects. Does not throw. */
export function attempt(task: string, work: () => unknown, everyMs = 0): void {
  try {
    const result = work();
    if (result instanceof Promise) result.catch((error: unknown) => noteTaskFailure(task, error, everyMs));
  } catch (error) {
    noteTaskFailure(task, error, everyMs);
  }
}

/** Calls `work` for each item. An error about one item does not stop the work for the other items. Does not throw. */
export function attemptEach<T>(task: string, items: Iterable<T>, work: (item: T) => unknown): void {
  for (const item of items) attempt(task, () => work(item));
}

/** Returns the number of failures since the start of the process, by task. */
export function timerFailures(): ReadonlyMap<string, number> {
  return new Map([...tasks].map(([name, { failures }]) => [name, failures]));
}

/** Forgets all failures. For tests: all tests of a worker share this module. */
export function forgetTimerFailures(): void {
  tasks.clear();
  loggedAtMs.clear();
}

/** Returns the names of the tasks that fail now. */
export function failingTasks(nowMs: number = performance.now()): string[] {
  return [...tasks].filter(([, task]) => nowMs - task.failedAtMs < task.failingMs).map(([name]) => name);
}

/**
 * Counts and logs an error of a task that the caller has caught.
 * @param everyMs how often the task runs; 0 if it does not run regularly
 */
export function noteTaskFailure(name: string, error: unknown, everyMs = 0): void {
  const nowMs = performance.now();
  const failures = (tasks.get(name)?.failures ?? 0) + 1;
  tasks.set(name, { failures, failedAtMs: nowMs, failingMs: Math.max(failingMs, 3 * everyMs) });
  const thrownAt = thrownAtText(error);
  const key = `${name}${thrownAt}`;
  if (nowMs - (loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < logAgainMs) return;
  loggedAtMs.delete(key);
  loggedAtMs.set(key, nowMs);
  if (loggedAtMs.size > placesMax) loggedAtMs.delete(loggedAtMs.keys().next().value!);
  // The log may fail, too, for example because its disk is full.
  try {
    log?.error({ task: name, failures, reason: `The code failed${thrownAt}.` }, 'a fault of Vigil: a task failed');
  } catch {
    // The failure is counted.
  }
}
