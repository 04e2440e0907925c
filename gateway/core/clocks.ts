/**
 * Keeps what the gateway knows about a device's clock, for each start (`boot`) of the device, because a restart may
 * change the clock. The gateway keeps this knowledge after the connection has ended, to attribute readings that come
 * late, after an outage.
 */
import {
  assessReading,
  clockToleranceMs,
  type DeviceClock,
  grainMsMax,
  initialClock,
  lateMsMax,
  nextGrainMs,
  wasSetBack,
} from '../../contracts/device-clock.ts';
import { type CatchUp, catchUpAfterBirth, catchUpAfterReading, earliestIfSetForward } from './catch-up.ts';
import {
  type ClockError,
  clockErrorAfter,
  isClockErrorKnown,
  isTooLateForLimits,
  type LiveReading,
  restartedClockError,
  type Span,
  spanByError,
} from './clock-error.ts';

/**
 * Maximum number of starts of one device that are remembered. If there are more, the gateway forgets the start that has
 * sent nothing for the longest time.
 */
const bootsMax = 4;

export type BootClock = Mutable<LiveReading> & {
  readonly boot: string;
  /** Estimate of the error of the clock. */
  clock: DeviceClock;
  /** Limits of the error of the clock. Null while nothing is known. */
  error: ClockError | null;
  /** Number of the newest reading: the highest number. 0 if the readings have no numbers. */
  seq: number;
  /**
   * Device time of the newest reading: the reading with the highest number, or the last reading if the readings have no
   * numbers.
   */
  timeMs: number;
  /** Receive time minus device time of the newest reading. */
  differenceMs: number;
  /**
   * A number that the device used after its clock was set. Readings with lower numbers may be from before, so for them
   * the error of the clock is not known. 0 if no such change is known.
   */
  firstSeqAfterSet: number;
  /**
   * Receive time of the last reading whose number showed that the clock was set back; undefined if no reading has shown
   * this.
   */
  setBackAtMs: number | undefined;
  /** Step of the device's times, ms: 60,000 if the device sends whole minutes (contracts/device-clock.ts). */
  grainMs: number;
  /**
   * Whether the birth message of the connection shows the error of the clock. True if the birth message came before all
   * other messages of this start, and the clock was not set since then.
   */
  birthMessageApplies: boolean;
  /** Null if no birth message has come, or the device has sent all readings that it stored before the birth message. */
  catchUp: CatchUp | null;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The clocks of one device's starts. The start with the newest message is the last entry. */
export type DeviceClocks = BootClock[];

export type TimedMessage = {
  readonly boot: string;
  /** Number of the reading; undefined if the device does not number its readings. */
  readonly seq: number | undefined;
  readonly timeMs: number;
  readonly receivedAtMs: number;
  /**
   * `birth`: the first status of a connection, which the device sends when it connects. Only the numbers of
   * observations show the order of readings.
   */
  readonly kind: 'observation' | 'status' | 'birth' | 'waveform';
};

/**
 * Uses the time of one more message to update what is known about the clock.
 * @returns the clock of the start that sent the message
 */
export function noteTime(clocks: DeviceClocks, message: TimedMessage): BootClock {
  const bootClock = clockOfBoot(clocks, message);
  bootClock.grainMs = nextGrainMs(bootClock.grainMs, message.timeMs);
  switch (message.kind) {
    case 'birth':
      // The device has one clock. So the message also shows whether the clock was set after the messages of earlier
      // starts.
      for (const each of clocks) {
        if (each === bootClock || each.error !== null) noteBirth(each, message);
        each.catchUp = catchUpAfterBirth(message.timeMs, message.receivedAtMs, each.error?.lowerMs);
      }
      break;
    case 'observation':
      if (isFromBeforeSet(bootClock, message.seq)) break;
      noteNumber(clocks, bootClock, message);
      noteMessage(bootClock, message);
      if (bootClock.catchUp !== null)
        bootClock.catchUp = catchUpAfterReading(bootClock.catchUp, message.timeMs, message.receivedAtMs);
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
  // The clock was set forward. Only messages that the device wrote after this change may prove the new error of the
  // clock.
  const isSetForward = bootClock.error.former !== null && bootClock.error.former !== former;
  if (isSetForward) bootClock.clock = assessReading(initialClock, timeMs, receivedAtMs).clock;
  if (former !== null && bootClock.error.former === null) bootClock.firstSeqAfterSet = bootClock.seq;
}

/**
 * Notes a birth message, which a device sends when it connects. If the message came much later than the limits allow,
 * then either the clock was set back or the message was delayed. In both cases the limits start again.
 */
function noteBirth(bootClock: BootClock, message: TimedMessage): void {
  const { error } = bootClock;
  bootClock.birthMessageApplies = false;
  const { timeMs, receivedAtMs } = message;
  if (error === null || !isTooLateForLimits(error, timeMs, receivedAtMs)) {
    noteMessage(bootClock, message);
    return;
  }
  // The stored readings come next. A stored reading may have the same difference as this message by chance, so the
  // estimate begins anew.
  bootClock.clock = initialClock;
  bootClock.error = restartedClockError('late birth message', error, timeMs, receivedAtMs);
}

/**
 * Notes the number and time of a reading. If a higher number has an earlier time, the clock was set back, so the
 * estimate and the limits begin anew; the old limits are kept as the former limits. If the device does not number its
 * readings, a reading with an earlier time may simply be late. The limits begin anew in this case too.
 */
function noteNumber(clocks: DeviceClocks, bootClock: BootClock, { seq, timeMs, receivedAtMs }: TimedMessage): void {
  const wasClockSet =
    seq === undefined ? timeMs < bootClock.timeMs - clockToleranceMs : wasSetBack(bootClock, { seq, timeMs });
  if (wasClockSet) {
    bootClock.clock = initialClock;
    bootClock.error = bootClock.error && restartedClockError('set back', bootClock.error, timeMs, receivedAtMs);
    bootClock.birthMessageApplies = false;
    bootClock.firstSeqAfterSet = seq ?? 0;
    // Without a number, an earlier time proves nothing: the reading may simply be late.
    if (seq !== undefined) bootClock.setBackAtMs = receivedAtMs;
  }
  if (seq !== undefined && seq <= bootClock.seq) return;
  // The clock may have been set back by a small step. So the upper limits from earlier messages do not apply to this
  // reading.
  if (timeMs <= bootClock.timeMs) {
    for (const each of clocks)
      if (each.error !== null && (each === bootClock || each.error.newestTimeMs >= timeMs))
        each.error = { ...each.error, newestTimeMs: timeMs, upperMs: receivedAtMs - timeMs };
  }
  const differenceMs = receivedAtMs - timeMs;
  if (isLive(bootClock, timeMs, differenceMs)) {
    bootClock.liveTimeMs = timeMs;
    // The first reading may be from a backlog. So its difference is used only if it is small.
    if (bootClock.timeMs !== Number.NEGATIVE_INFINITY || Math.abs(differenceMs) <= lateMsMax)
      bootClock.liveDifferenceMs = differenceMs;
  }
  bootClock.seq = seq ?? bootClock.seq;
  bootClock.timeMs = timeMs;
  bootClock.differenceMs = differenceMs;
}

/**
 * Returns whether a reading came live, so not from a backlog. The first reading is treated as live. A later reading is
 * live if its difference is close to the difference of the newest live reading, or to the smallest difference. It is
 * also live if about as much receive time as device time has passed since the reading before: stored readings come
 * faster.
 * @param before what is known about the clock from the earlier readings
 */
function isLive(before: BootClock, timeMs: number, differenceMs: number): boolean {
  const { error } = before;
  if (before.timeMs === Number.NEGATIVE_INFINITY) return true;
  if (Math.abs(differenceMs - before.liveDifferenceMs) <= clockToleranceMs) return true;
  if (isClockErrorKnown(error) && error.former === null && differenceMs - error.lowerMs <= clockToleranceMs)
    return true;
  const fallMs = before.differenceMs - differenceMs;
  return timeMs > before.timeMs && fallMs <= (timeMs - before.timeMs) / 4 && fallMs >= -clockToleranceMs;
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
    differenceMs: Number.NEGATIVE_INFINITY,
    firstSeqAfterSet: 0,
    setBackAtMs: undefined,
    grainMs: grainMsMax,
    birthMessageApplies: true,
    liveTimeMs: null,
    liveDifferenceMs: Number.NEGATIVE_INFINITY,
    catchUp: last?.catchUp ?? null,
  };
  const entry = existing ?? newEntry;
  clocks.push(entry);
  if (clocks.length > bootsMax) clocks.shift();
  return entry;
}

/**
 * Returns the span of time in which a reading was measured. If the device sends coarse times (whole minutes), widens
 * the span by one step on each side. The reason: the true time of the reading may be anywhere within one step. The time
 * of the message that gave the limits is unclear in the same way.
 */
export function measurementSpan(
  clocks: DeviceClocks,
  bootClock: BootClock,
  connectionBoot: string,
  message: TimedMessage,
): Span {
  const { timeMs, receivedAtMs } = message;
  const span = spanByClock(clocks, bootClock, connectionBoot, message);
  const earliestMs = earliestIfSetForward(bootClock.catchUp, timeMs, receivedAtMs);
  return widened(
    earliestMs < span.fromMs ? { fromMs: earliestMs, toMs: span.toMs } : span,
    bootClock.grainMs,
    receivedAtMs,
  );
}

/**
 * Returns the span that follows from the error of the clock. If the error is not known for the start that sent the
 * reading, uses the clock of the connection: a birth message without a `boot` is noted there. Does not use the clock of
 * the connection if the clock was set after the birth message.
 */
function spanByClock(
  clocks: DeviceClocks,
  bootClock: BootClock,
  connectionBoot: string,
  { kind, seq, timeMs, receivedAtMs }: TimedMessage,
): Span {
  const { error, birthMessageApplies } = bootClock;
  if (kind === 'observation' && isFromBeforeSet(bootClock, seq)) return spanByError(null, timeMs, receivedAtMs);
  if (isClockErrorKnown(error)) return spanByError(error, timeMs, receivedAtMs, clocks, bootClock);
  const canUseBirthMessage = birthMessageApplies && !bootClock.error?.former;
  const clockOfConnection = canUseBirthMessage ? clocks.find(({ boot }) => boot === connectionBoot) : undefined;
  return spanByError(clockOfConnection?.error ?? error, timeMs, receivedAtMs, [], bootClock);
}

/** Returns the span, widened by the step of the device's times if the step is so large that the times are not exact. */
function widened(span: Span, grainMs: number, receivedAtMs: number): Span {
  if (grainMs <= clockToleranceMs) return span;
  return { fromMs: span.fromMs - grainMs, toMs: Math.min(span.toMs + grainMs, receivedAtMs) };
}
