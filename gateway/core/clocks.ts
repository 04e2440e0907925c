/**
 * What the gateway knows of a device's clock, for each start (`boot`) of the device, because a restart may change the clock. It is kept
 * when the connection ends. So readings that come late after an outage are attributed by what is known of the clock that stamped them.
 */
import {
  assess,
  clockToleranceMs,
  type DeviceClock,
  finerGrain,
  grainMsMax,
  initialClock,
  lateMsMax,
  measuredOffsetMs,
  wasSetBack,
} from '../../contracts/device-clock.ts';
import {
  type ClockError,
  isErrorKnown,
  isTooLateForLimits,
  noteError,
  restartError,
  type Span,
  whenMeasured,
} from './clock-error.ts';

/** How many starts of one device are remembered. Above it, the one unused for longest is dropped, with all that was known of its clock. */
const bootsMax = 4;

export type BootClock = {
  readonly boot: string;
  /** The estimate of its error. */
  clock: DeviceClock;
  /** The limits between which its error lies. Null while nothing is known. */
  error: ClockError | null;
  /** Number and device time of the newest reading: the one with the highest number, or the last one if readings have no number. */
  seq: number;
  timeMs: number;
  /** The clock was set before the reading of this number. For lower numbers, the error of the clock is not known. */
  setSeq: number;
  /** How coarse its times are, ms (contracts/device-clock.ts). */
  grainMs: number;
};

/** The one that was used last is the last. */
export type DeviceClocks = BootClock[];

export type Timed = {
  readonly boot: string;
  /** Undefined if the device does not number its readings. */
  readonly seq: number | undefined;
  readonly timeMs: number;
  readonly receivedAtMs: number;
  /** `birth`: the first status of a connection, sent at that moment. Only the numbers of observations give the order of readings. */
  readonly kind: 'observation' | 'status' | 'birth' | 'waveform';
};

/** Learns from the time of one more message. @returns what is known of the clock that stamped it */
export function noteTime(clocks: DeviceClocks, timed: Timed): BootClock {
  const bootClock = clockOfBoot(clocks, timed);
  bootClock.grainMs = finerGrain(bootClock.grainMs, timed.timeMs);
  switch (timed.kind) {
    case 'birth':
      noteBirth(bootClock, timed);
      break;
    case 'observation':
      if (isBeforeSet(bootClock, timed.seq)) break;
      noteNumber(bootClock, timed);
      noteMessage(bootClock, timed);
      break;
    case 'status':
      noteMessage(bootClock, timed);
      break;
    case 'waveform':
      // A waveform is sent when its last sample is taken, so the time of its first sample says little about the clock.
      break;
  }
  return bootClock;
}

function noteMessage(bootClock: BootClock, { timeMs, receivedAtMs }: Timed): void {
  const former = bootClock.error?.former ?? null;
  bootClock.clock = assess(bootClock.clock, timeMs, receivedAtMs).clock;
  bootClock.error = noteError(bootClock.error, bootClock.clock, timeMs, receivedAtMs);
  if (former !== null && bootClock.error.former === null) bootClock.setSeq = bootClock.seq;
}

/**
 * Takes a birth message, which a device sends when it connects. If it came much later than the limits explain, the clock was set back, or
 * the message was delayed on the way. Then the limits no longer hold.
 */
function noteBirth(bootClock: BootClock, timed: Timed): void {
  const { error } = bootClock;
  const { timeMs, receivedAtMs } = timed;
  if (error === null || !isTooLateForLimits(error, timeMs, receivedAtMs)) {
    noteMessage(bootClock, timed);
    return;
  }
  bootClock.clock = assess(initialClock, timeMs, receivedAtMs).clock;
  bootClock.error = restartError(error, timeMs, receivedAtMs);
}

/**
 * Notes a reading's number. If the number shows that the clock was set back, forgets what is known of the clock. Without numbers, an
 * earlier time can mean that, or a late reading. Nobody knows which of the two, so the clock is forgotten then too.
 */
function noteNumber(bootClock: BootClock, { seq, timeMs, receivedAtMs }: Timed): void {
  const isSet =
    seq === undefined ? timeMs < bootClock.timeMs - clockToleranceMs : wasSetBack(bootClock, { seq, timeMs });
  if (isSet) {
    bootClock.clock = initialClock;
    bootClock.error = null;
    bootClock.setSeq = seq ?? 0;
  }
  if (seq !== undefined && seq <= bootClock.seq) return;
  // The clock may have been set back by too little to be sure. What earlier readings say about it does not hold for this one.
  if (timeMs <= bootClock.timeMs && bootClock.error !== null)
    bootClock.error = { ...bootClock.error, newestMs: timeMs, mostMs: receivedAtMs - timeMs };
  bootClock.seq = seq ?? bootClock.seq;
  bootClock.timeMs = timeMs;
}

function isBeforeSet({ setSeq }: BootClock, seq: number | undefined): boolean {
  return seq !== undefined && seq < setSeq;
}

function clockOfBoot(clocks: DeviceClocks, { boot }: Timed): BootClock {
  const last = clocks[clocks.length - 1];
  if (last?.boot === boot) return last;
  const at = clocks.findIndex((clock) => clock.boot === boot);
  const [found] = at < 0 ? [] : clocks.splice(at, 1);
  const fresh = {
    boot,
    clock: initialClock,
    error: null,
    seq: 0,
    timeMs: Number.NEGATIVE_INFINITY,
    setSeq: 0,
    grainMs: grainMsMax,
  };
  const entry = found ?? fresh;
  clocks.push(entry);
  if (clocks.length > bootsMax) clocks.shift();
  return entry;
}

/**
 * Returns the span of time in which a reading was measured. If nothing is known of the clock of its start, the clock of the connection
 * counts: a birth message that names no start is noted there. Coarse times (in whole minutes) widen the span by their step: the reading
 * may have been measured anywhere within the step, and so may the message that set the limits.
 */
export function measuredWithin(
  clocks: DeviceClocks,
  bootClock: BootClock,
  connectionBoot: string,
  { kind, seq, timeMs, receivedAtMs }: Timed,
): Span {
  const { error, grainMs } = bootClock;
  if (kind === 'observation' && isBeforeSet(bootClock, seq))
    return widened(whenMeasured(null, timeMs, receivedAtMs), grainMs, receivedAtMs);
  if (isErrorKnown(error)) return widened(whenMeasured(error, timeMs, receivedAtMs, clocks), grainMs, receivedAtMs);
  const ofConnection = clocks.find(({ boot }) => boot === connectionBoot);
  return widened(whenMeasured(ofConnection?.error ?? error, timeMs, receivedAtMs), grainMs, receivedAtMs);
}

/** Widens a span by the step of the times. A step that counts as exact widens nothing. */
function widened(span: Span, grainMs: number, receivedAtMs: number): Span {
  if (grainMs <= clockToleranceMs) return span;
  return { fromMs: span.fromMs - grainMs, toMs: Math.min(span.toMs + grainMs, receivedAtMs) };
}

/** Whether a reading is current, as far as its clock is known: it did not wait in the device. */
export function isAboutNow({ clock }: BootClock, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - measuredOffsetMs(clock) <= lateMsMax;
}
