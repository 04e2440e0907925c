/**
 * The clocks of one device as the gateway knows them, one for each of its starts (`boot`): a device may come back with another
 * clock. They outlive its connection, so that a backlog after an outage is attributed by the clock that wrote it.
 */
import {
  assess,
  type DeviceClock,
  exactMs,
  initialClock,
  lateMsMax,
  measuredOffsetMs,
  wasSetBack,
} from '../../contracts/device-clock.ts';
import { type ClockError, isDoubtedBy, isKnown, noteDoubt, noteError, type Span, whenMeasured } from './clock-error.ts';

/** Starts of one device that are remembered. Past it the longest unused is forgotten: of its clock nothing is known then. */
const bootsMax = 4;

export type BootClock = {
  readonly boot: string;
  /** What its error is about. */
  clock: DeviceClock;
  /** Between which limits its error lies; null while nothing is known. */
  error: ClockError | null;
  /** The newest reading by its number, or by its receipt where it has none. */
  seq: number;
  timeMs: number;
  /** Number of the first reading after the clock was set back. Of the clock that wrote the readings before it nothing is known. */
  setSeq: number;
};

/** The last used one is the last. */
export type DeviceClocks = BootClock[];

export type Timed = {
  readonly boot: string;
  /** Undefined where the device does not number. */
  readonly seq: number | undefined;
  readonly timeMs: number;
  readonly receivedAtMs: number;
  /** `birth`: the first status of a connection, sent at that moment. What is no observation teaches nothing by its number. */
  readonly kind: 'observation' | 'status' | 'birth' | 'waveform';
};

/** Takes the time of one more message. @returns the clock of the start that sent it */
export function noteTime(clocks: DeviceClocks, timed: Timed): BootClock {
  const bootClock = clockOfBoot(clocks, timed);
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
      // It is sent when its last sample is there: its start says little of the clock.
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
 * Notes a reading's number, and forgets the clock where it was set back. Without numbers an earlier time may be a backlog as well:
 * nobody knows, so the clock is forgotten, too.
 */
function noteNumber(bootClock: BootClock, { seq, timeMs, receivedAtMs }: Timed): void {
  const isSet = seq === undefined ? timeMs < bootClock.timeMs - exactMs : wasSetBack(bootClock, { seq, timeMs });
  if (isSet) {
    bootClock.clock = initialClock;
    bootClock.error = null;
    bootClock.setSeq = seq ?? 0;
  }
  if (seq !== undefined && seq <= bootClock.seq) return;
  // Set back by less than a reading shows: what came before says nothing of this one.
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
  const fresh = { boot, clock: initialClock, error: null, seq: 0, timeMs: Number.NEGATIVE_INFINITY, setSeq: 0 };
  const entry = known ?? fresh;
  clocks.push(entry);
  if (clocks.length > bootsMax) clocks.shift();
  return entry;
}

/**
 * When a reading was measured. Where nothing is known of the clock that wrote it, that of the connection counts: a birth message
 * may come without numbers.
 */
export function measuredWithin(
  clocks: DeviceClocks,
  bootClock: BootClock,
  connectionBoot: string,
  { kind, seq, timeMs, receivedAtMs }: Timed,
): Span {
  if (kind === 'observation' && isBeforeSet(bootClock, seq)) return whenMeasured(null, timeMs, receivedAtMs);
  const { error } = bootClock;
  if (isKnown(error)) return whenMeasured(error, timeMs, receivedAtMs, clocks);
  const ofConnection = clocks.find(({ boot }) => boot === connectionBoot);
  return whenMeasured(ofConnection?.error ?? error, timeMs, receivedAtMs);
}

/** Whether a reading is about now, as far as its clock is known: not of a backlog. */
export function isAboutNow({ clock }: BootClock, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - measuredOffsetMs(clock) <= lateMsMax;
}
