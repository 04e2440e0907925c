/**
 * What the gateway knows of a device's clock, kept for each start (`boot`) of the device, because the clock may be another one after a
 * restart. It is kept when the connection ends: the readings that come late after an outage are then attributed by what is known of
 * the clock that stamped them.
 */
import {
  assess,
  type DeviceClock,
  exactMs,
  finerGrain,
  grainMsMax,
  initialClock,
  lateMsMax,
  measuredOffsetMs,
  wasSetBack,
} from '../../contracts/device-clock.ts';
import { type ClockError, isDoubtedBy, isKnown, noteDoubt, noteError, type Span, whenMeasured } from './clock-error.ts';

/** Starts of one device that are remembered. Past it the one unused for longest is forgotten, with all that was known of its clock. */
const bootsMax = 4;

export type BootClock = {
  readonly boot: string;
  /** The estimate of its error. */
  clock: DeviceClock;
  /** The limits of its error: it lies between them. Null while nothing is known. */
  error: ClockError | null;
  /** Number and device time of the newest reading: of the highest number, or of the last that came where readings have no number. */
  seq: number;
  timeMs: number;
  /** The clock was set before the reading of this number. How wrong it was when readings of lower numbers were stamped is not known. */
  setSeq: number;
  /** How coarse its times are, ms (contracts/device-clock.ts). */
  grainMs: number;
};

/** The one that was used last is the last. */
export type DeviceClocks = BootClock[];

export type Timed = {
  readonly boot: string;
  /** Undefined if the device does not number. */
  readonly seq: number | undefined;
  readonly timeMs: number;
  readonly receivedAtMs: number;
  /** `birth`: the first status of a connection, sent at that moment. Only the numbers of observations tell the order of readings. */
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
 * A birth message is sent when the device connects. One that came much later than the limits explain shows that the clock was set back,
 * or that the message was kept on the way: the limits no longer hold.
 */
function noteBirth(bootClock: BootClock, timed: Timed): void {
  const { error } = bootClock;
  const { timeMs, receivedAtMs } = timed;
  if (error === null || !isDoubtedBy(error, timeMs, receivedAtMs)) {
    noteMessage(bootClock, timed);
    return;
  }
  bootClock.clock = assess(initialClock, timeMs, receivedAtMs).clock;
  bootClock.error = noteDoubt(error, timeMs, receivedAtMs);
}

/**
 * Notes a reading's number, and forgets what is known of the clock where the number shows that it was set back. Without numbers an
 * earlier time may also mean a reading that comes late. Which of the two it is nobody knows, so the clock is forgotten then as well.
 */
function noteNumber(bootClock: BootClock, { seq, timeMs, receivedAtMs }: Timed): void {
  const isSet = seq === undefined ? timeMs < bootClock.timeMs - exactMs : wasSetBack(bootClock, { seq, timeMs });
  if (isSet) {
    bootClock.clock = initialClock;
    bootClock.error = null;
    bootClock.setSeq = seq ?? 0;
  }
  if (seq !== undefined && seq <= bootClock.seq) return;
  // The clock may have been set back by too little to be sure: what earlier readings say of it does not hold for this one.
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
  const at = clocks.findIndex((one) => one.boot === boot);
  const [known] = at < 0 ? [] : clocks.splice(at, 1);
  const fresh = {
    boot,
    clock: initialClock,
    error: null,
    seq: 0,
    timeMs: Number.NEGATIVE_INFINITY,
    setSeq: 0,
    grainMs: grainMsMax,
  };
  const entry = known ?? fresh;
  clocks.push(entry);
  if (clocks.length > bootsMax) clocks.shift();
  return entry;
}

/**
 * Returns the span of time in which a reading was measured. Where nothing is known of the clock of its start, the clock of the
 * connection counts: a birth message that names no start is noted there. Coarse times (in whole minutes) widen the span by their step,
 * for the reading may be anywhere in it, and so may the message that the limits of the error are of.
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
  if (isKnown(error)) return widened(whenMeasured(error, timeMs, receivedAtMs, clocks), grainMs, receivedAtMs);
  const ofConnection = clocks.find(({ boot }) => boot === connectionBoot);
  return widened(whenMeasured(ofConnection?.error ?? error, timeMs, receivedAtMs), grainMs, receivedAtMs);
}

/** Steps that are no wider than what counts as exact widen nothing. */
function widened(span: Span, grainMs: number, receivedAtMs: number): Span {
  if (grainMs <= exactMs) return span;
  return { fromMs: span.fromMs - grainMs, toMs: Math.min(span.toMs + grainMs, receivedAtMs) };
}

/** Whether a reading is current, as far as its clock is known: it did not wait in the device. */
export function isAboutNow({ clock }: BootClock, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - measuredOffsetMs(clock) <= lateMsMax;
}
