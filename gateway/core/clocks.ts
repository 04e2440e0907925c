/**
 * Keeps what the gateway knows about a device's clock, for each start (`boot`) of the device, because a restart may change the clock. The
 * gateway keeps this after the connection has ended. So it can attribute readings that come late, after an outage.
 */
import {
  assessReading,
  clockToleranceMs,
  type DeviceClock,
  grainMsMax,
  initialClock,
  nextGrainMs,
  wasSetBack,
} from '../../contracts/device-clock.ts';
import {
  type ClockError,
  clockErrorAfter,
  isClockErrorKnown,
  isTooLateForLimits,
  restartedClockError,
  type Span,
  spanByError,
} from './clock-error.ts';

/** Maximum number of starts of one device that are remembered. Above this number the start whose last message is oldest is forgotten. */
const bootsMax = 4;

export type BootClock = {
  readonly boot: string;
  /** Estimate of the error of the clock. */
  clock: DeviceClock;
  /** Limits of the error of the clock. Null while nothing is known. */
  error: ClockError | null;
  /** Number of the newest reading: the highest number. 0 if the readings have no numbers. */
  seq: number;
  /** Device time of the newest reading: the reading with the highest number, or the last reading if the readings have no numbers. */
  timeMs: number;
  /** Number of the first reading after the clock was set. For readings with lower numbers the error of the clock is not known. */
  firstSeqAfterSet: number;
  /** Step of the device's times, ms: 60,000 if the device sends whole minutes (contracts/device-clock.ts). */
  grainMs: number;
  /**
   * Whether the birth message of the connection says how wrong the clock is, because it came before each message of this start and the
   * clock was not set since then.
   */
  birthMessageApplies: boolean;
};

/** The clocks of one device's starts. The start with the newest message is the last entry. */
export type DeviceClocks = BootClock[];

export type TimedMessage = {
  readonly boot: string;
  /** Number of the reading; undefined if the device does not number its readings. */
  readonly seq: number | undefined;
  readonly timeMs: number;
  readonly receivedAtMs: number;
  /** `birth`: the first status of a connection, which the device sends when it connects. Only observations give the order of readings. */
  readonly kind: 'observation' | 'status' | 'birth' | 'waveform';
};

/** Uses the time of one more message to update what is known about the clock. @returns the clock of the start that sent the message */
export function noteTime(clocks: DeviceClocks, message: TimedMessage): BootClock {
  const bootClock = clockOfBoot(clocks, message);
  bootClock.grainMs = nextGrainMs(bootClock.grainMs, message.timeMs);
  switch (message.kind) {
    case 'birth':
      // The device has one clock. So the message also shows whether the clock was set after the messages of earlier starts.
      for (const each of clocks) if (each === bootClock || each.error !== null) noteBirth(each, message);
      break;
    case 'observation':
      if (isFromBeforeSet(bootClock, message.seq)) break;
      noteNumber(bootClock, message);
      noteMessage(bootClock, message);
      break;
    case 'status':
      noteMessage(bootClock, message);
      break;
    case 'waveform':
      // A waveform states the time of its first sample, but is sent after its last sample. So its delay is not known.
      break;
  }
  return bootClock;
}

function noteMessage(bootClock: BootClock, { timeMs, receivedAtMs }: TimedMessage): void {
  const former = bootClock.error?.former ?? null;
  bootClock.clock = assessReading(bootClock.clock, timeMs, receivedAtMs).clock;
  bootClock.error = clockErrorAfter(bootClock.error, bootClock.clock, timeMs, receivedAtMs);
  // The clock was set forward: messages that were written before must not count as a proof of its new error.
  const isSetForward = bootClock.error.former !== null && bootClock.error.former !== former;
  if (isSetForward) bootClock.clock = assessReading(initialClock, timeMs, receivedAtMs).clock;
  if (former !== null && bootClock.error.former === null) bootClock.firstSeqAfterSet = bootClock.seq;
}

/**
 * Notes a birth message, which a device sends when it connects. If the message came much later than the limits allow, then either the
 * clock was set back or the message was delayed. Then the limits start again.
 */
function noteBirth(bootClock: BootClock, message: TimedMessage): void {
  const { error } = bootClock;
  bootClock.birthMessageApplies = false;
  const { timeMs, receivedAtMs } = message;
  if (error === null || !isTooLateForLimits(error, timeMs, receivedAtMs)) {
    noteMessage(bootClock, message);
    return;
  }
  bootClock.clock = assessReading(initialClock, timeMs, receivedAtMs).clock;
  bootClock.error = restartedClockError(error, timeMs, receivedAtMs);
}

/**
 * Notes the number and time of a reading. Forgets what is known about the clock if the clock was set back: a higher number has an earlier
 * time. If the device does not number its readings, an earlier time may also be a late reading. The clock is forgotten in this case too.
 */
function noteNumber(bootClock: BootClock, { seq, timeMs, receivedAtMs }: TimedMessage): void {
  const wasClockSet =
    seq === undefined ? timeMs < bootClock.timeMs - clockToleranceMs : wasSetBack(bootClock, { seq, timeMs });
  if (wasClockSet) {
    bootClock.clock = initialClock;
    bootClock.error = bootClock.error && restartedClockError(bootClock.error, timeMs, receivedAtMs);
    bootClock.birthMessageApplies = false;
    bootClock.firstSeqAfterSet = seq ?? 0;
  }
  if (seq !== undefined && seq <= bootClock.seq) return;
  // The clock may have been set back by a small step. So the upper limit from earlier readings does not hold for this reading.
  if (timeMs <= bootClock.timeMs && bootClock.error !== null)
    bootClock.error = { ...bootClock.error, newestTimeMs: timeMs, upperMs: receivedAtMs - timeMs };
  bootClock.seq = seq ?? bootClock.seq;
  bootClock.timeMs = timeMs;
}

function isFromBeforeSet({ firstSeqAfterSet }: BootClock, seq: number | undefined): boolean {
  return seq !== undefined && seq < firstSeqAfterSet;
}

function clockOfBoot(clocks: DeviceClocks, { boot }: TimedMessage): BootClock {
  const last = clocks[clocks.length - 1];
  if (last?.boot === boot) return last;
  const index = clocks.findIndex((clock) => clock.boot === boot);
  const [existing] = index < 0 ? [] : clocks.splice(index, 1);
  const newEntry = {
    boot,
    clock: initialClock,
    error: null,
    seq: 0,
    timeMs: Number.NEGATIVE_INFINITY,
    firstSeqAfterSet: 0,
    grainMs: grainMsMax,
    birthMessageApplies: true,
  };
  const entry = existing ?? newEntry;
  clocks.push(entry);
  if (clocks.length > bootsMax) clocks.shift();
  return entry;
}

/**
 * Returns the span of time in which a reading was measured. If the error of the clock is not known for the start that sent the reading,
 * uses the clock of the connection, where a birth message without a `boot` is noted, unless the clock was set since that message. If the
 * device sends coarse times (whole minutes), widens the span by one step on each side: the reading, and the message that gave the limits,
 * may lie anywhere in their steps.
 */
export function measurementSpan(
  clocks: DeviceClocks,
  bootClock: BootClock,
  connectionBoot: string,
  { kind, seq, timeMs, receivedAtMs }: TimedMessage,
): Span {
  const { error, grainMs } = bootClock;
  const canUseBirthMessage = bootClock.birthMessageApplies && !error?.former;
  if (kind === 'observation' && isFromBeforeSet(bootClock, seq))
    return widened(spanByError(null, timeMs, receivedAtMs), grainMs, receivedAtMs);
  if (isClockErrorKnown(error)) return widened(spanByError(error, timeMs, receivedAtMs, clocks), grainMs, receivedAtMs);
  const clockOfConnection = canUseBirthMessage ? clocks.find(({ boot }) => boot === connectionBoot) : undefined;
  return widened(spanByError(clockOfConnection?.error ?? error, timeMs, receivedAtMs), grainMs, receivedAtMs);
}

/** Returns the span, widened by the step of the device's times if the step is too large to count as exact. */
function widened(span: Span, grainMs: number, receivedAtMs: number): Span {
  if (grainMs <= clockToleranceMs) return span;
  return { fromMs: span.fromMs - grainMs, toMs: Math.min(span.toMs + grainMs, receivedAtMs) };
}
