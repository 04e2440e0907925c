/**
 * The clocks of one device as the gateway knows them, one for each of its starts (`boot`): a device may come back with another
 * clock. They outlive its connection, so that a backlog after an outage is attributed by the clock that wrote it.
 */
import {
  assess,
  assessBirth,
  type DeviceClock,
  exactMs,
  initialClock,
  isKnown,
  lateMsMax,
  measuredOffsetMs,
  type Span,
  whenMeasured,
} from '../../contracts/device-clock.ts';

/** Starts of one device that are remembered. Past it the longest unused is forgotten: of its clock nothing is known then. */
const bootsMax = 4;

export type BootClock = {
  readonly boot: string;
  clock: DeviceClock;
  /** The newest reading by its number, or by its time where it has none. */
  seq: number;
  timeMs: number;
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

/** Takes the time of one more message. @returns the clock that wrote it */
export function noteTime(clocks: DeviceClocks, timed: Timed): BootClock {
  const known = clockOfBoot(clocks, timed);
  const { timeMs, receivedAtMs } = timed;
  switch (timed.kind) {
    case 'birth':
      known.clock = assessBirth(known.clock, timeMs, receivedAtMs);
      break;
    case 'observation':
      forgetWhenSetBack(known, timed);
      known.clock = assess(known.clock, timeMs, receivedAtMs).clock;
      break;
    case 'status':
      known.clock = assess(known.clock, timeMs, receivedAtMs).clock;
      break;
    case 'waveform':
      // It is sent when its last sample is there: its start says little of the clock.
      break;
  }
  return known;
}

/** A later number with an earlier time: the clock was set back. Without numbers it may be a backlog as well: nobody knows. */
function forgetWhenSetBack(known: BootClock, { seq, timeMs }: Timed): void {
  if (seq !== undefined && seq <= known.seq) return;
  if (timeMs < known.timeMs - exactMs) known.clock = initialClock;
  known.seq = seq ?? known.seq;
  known.timeMs = timeMs;
}

function clockOfBoot(clocks: DeviceClocks, { boot }: Timed): BootClock {
  const last = clocks[clocks.length - 1];
  if (last?.boot === boot) return last;
  const at = clocks.findIndex((one) => one.boot === boot);
  const [known] = at < 0 ? [] : clocks.splice(at, 1);
  const entry = known ?? { boot, clock: initialClock, seq: 0, timeMs: Number.NEGATIVE_INFINITY };
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
  { clock }: BootClock,
  connectionBoot: string,
  timeMs: number,
  receivedAtMs: number,
): Span {
  const ofConnection = isKnown(clock) ? undefined : clocks.find((one) => one.boot === connectionBoot);
  return whenMeasured(ofConnection?.clock ?? clock, timeMs, receivedAtMs);
}

/** Whether a reading is about now, as far as its clock is known: not of a backlog. */
export function isAboutNow({ clock }: BootClock, timeMs: number, receivedAtMs: number): boolean {
  return receivedAtMs - timeMs - measuredOffsetMs(clock) <= lateMsMax;
}
