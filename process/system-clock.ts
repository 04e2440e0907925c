/**
 * The clock of a process. `Date.now` itself is replaced by steady time (contracts/steady-time.ts), because libraries
 * call `Date.now` too. Without steady time, kafkajs would send no heartbeats after the clock was set back. After the
 * clock was set forward, kafkajs would time out every request. `new Date()` still reads the machine's clock.
 */
import { uptime } from 'node:os';
import { followClock, type SteadyTime, startSteadyTime, wallAheadOf } from '../contracts/steady-time.ts';
import type { Metrics } from './metrics.ts';
import type { Manifest } from './settings.ts';
import { runEvery } from './timer-tasks.ts';

export const clockSettings = {
  clockAheadMs: {
    kind: 'integer',
    env: 'VIGIL_CLOCK_AHEAD_MS',
    help: 'how far the machine’s clock is ahead of the time of the other processes, ms; `npm start` sets this',
    min: -1e12,
    max: 1e12,
    fallback: 0,
  },
} as const satisfies Manifest;

const checkEveryMs = 500;
const machineNow = Date.now;

/** The machine's clock, ms since 1970. It jumps when somebody sets it. */
const wallMs = (): number => machineNow();

/**
 * Returns how far the machine's clock is ahead of `Date.now`, ms: about 0, unless somebody has set the machine's clock.
 */
export const wallAheadMs = (): number => wallMs() - Date.now();

/**
 * Returns the timestamp for a record in Kafka, ms since 1970: the later of steady time and the machine's clock. Kafka
 * compares timestamps with the broker's clock to delete old records. If the timestamp of a record is too late, Kafka
 * only keeps the record longer.
 */
export const logNowMs = (): number => Math.max(Date.now(), wallMs());

/** Returns how far the timestamps of `logNowMs` are ahead of `Date.now`, ms. */
export const logAheadMs = (): number => Math.max(0, wallAheadMs());

export type ClockStep = {
  /** How far the machine's clock is ahead of the time that the process keeps, ms; negative if the clock is behind. */
  readonly aheadMs: number;
  /** When the process noticed the step, in steady time. */
  readonly atMs: number;
};

export type ClockLog = {
  warn(fields: { readonly stepMs: number; readonly aheadMs: number }, text: string): void;
  info(fields: object, text: string): void;
};

export type SystemClock = {
  /** Returns the current step; undefined while the machine's clock agrees with the process's time. */
  currentStep(): ClockStep | undefined;
  /** Returns how often somebody set the clock since the start of the process. */
  stepCount(): number;
  close(): void;
};

const readClocks = () => ({ wallMs: wallMs(), monotonicMs: performance.now(), uptimeMs: uptime() * 1000 });

/**
 * Makes `Date.now` a clock that never jumps, until `close` is called. Call this function before anything else reads the
 * time.
 * @param options.aheadMs how far the machine's clock is ahead of the time of the other processes, ms
 * @param options.replace whether to replace `Date.now`; if false, only watches the machine's clock
 */
export function startSteadyClock(options: {
  readonly log: ClockLog;
  readonly aheadMs?: number;
  readonly replace?: boolean;
}): SystemClock {
  const { log, aheadMs = 0, replace = true } = options;
  let time: SteadyTime = startSteadyTime(readClocks(), aheadMs);
  let steps = 0;
  const steadyNow = () => Math.floor(time.baseMs + performance.now());
  let step: ClockStep | undefined = aheadMs === 0 ? undefined : { aheadMs, atMs: steadyNow() };
  if (replace) Date.now = steadyNow;

  const timer = runEvery('system-clock', checkEveryMs, () => {
    const { time: next, stepMs } = followClock(time, readClocks());
    time = next;
    const currentAheadMs = wallAheadOf(time);
    if (currentAheadMs === 0) {
      if (step !== undefined) log.info({}, 'the machine’s clock agrees with the time of this process again');
      step = undefined;
    } else if (stepMs !== 0 || step === undefined) step = { aheadMs: currentAheadMs, atMs: steadyNow() };
    if (stepMs === 0) return;
    steps += 1;
    log.warn(
      { stepMs, aheadMs: currentAheadMs },
      'the machine’s clock was set: this process keeps its own time; restart all processes to take the new time',
    );
  });
  timer.unref();

  return {
    currentStep: () => step,
    stepCount: () => steps,
    close() {
      clearInterval(timer);
      if (replace) Date.now = machineNow;
    },
  };
}

export function addClockMetrics(metrics: Metrics, clock: SystemClock | undefined): void {
  metrics.gauge(
    'vigil_clock_ahead_seconds',
    'How far the machine’s clock was set ahead of the time that the process keeps; 0 while they agree',
    () => (clock?.currentStep()?.aheadMs ?? 0) / 1000,
  );
  metrics.counter(
    'vigil_clock_steps_total',
    'How often somebody set the machine’s clock since the start of the process',
    () => clock?.stepCount() ?? 0,
  );
}
