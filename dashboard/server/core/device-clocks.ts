/** The clock of each device, measured from what it sends, and what the screens say about it. */
import {
  assess,
  clockErrorShownMsMin,
  clockToleranceMs,
  finerGrain,
  initialClock,
  measuredOffsetMs,
  wasSetBack,
} from '../../../contracts/device-clock.ts';
import { clockNotice, endNotice, noteNotice } from './notices.ts';
import type { BedState, DeviceClockState, DeviceState, LiveState, StartNumbered } from './state.ts';

/** The notice keeps its text while the error changes by less than this. */
const retellMs = 1_000;
/** The notice at the bed stays this long after the last sign of coarse times. */
const coarseForMs = 120_000;
/** Former starts of one device whose clocks are kept; past it the clock that was used longest ago is forgotten. */
const otherBootsMax = 3;
/**
 * A reading that was received this long before the newest reading is history that is read again: its own time counts.
 */
const historyMs = 60_000;

/**
 * Measures a device's clock by one more reading. A reading that was received before the last one teaches nothing: the
 * history is read after the present. A clock that was set back is measured anew.
 * @param number undefined if the device does not number its readings
 * @returns the measured error in ms, to be added to the reading's own time
 */
export function noteClock(
  device: DeviceState | undefined,
  timeMs: number,
  receivedMs: number,
  number: StartNumbered | undefined,
): number {
  if (device === undefined) return 0;
  const of = device.clock;
  if (receivedMs >= of.heardMs) {
    of.heardMs = receivedMs;
    useClockOf(of, number?.boot);
    if (showsSetBack(of.newest, number)) of.clock = initialClock;
    if (!isOlder(of.newest, number)) of.newest = number;
    of.clock = assess(of.clock, timeMs, receivedMs).clock;
    of.grainMs = finerGrain(of.grainMs, timeMs);
    if (timeMs !== of.statedMs) {
      of.statedMs = timeMs;
      of.statedAtMs = receivedMs;
    }
  }
  return receivedMs < of.heardMs - historyMs ? 0 : Math.round(measuredOffsetMs(of.clock));
}

/** Switches to the clock of a start of the device; a start that is new takes over the present clock. */
function useClockOf(of: DeviceClockState, boot: string | undefined): void {
  if (boot === of.boot) return;
  of.others.set(of.boot, of.clock);
  of.clock = of.others.get(boot) ?? of.clock;
  of.others.delete(boot);
  of.boot = boot;
  if (of.others.size > otherBootsMax) of.others.delete(of.others.keys().next().value);
}

/** Whether `came` shows that the clock was set back after `before` (contracts/device-clock.ts). */
export function showsSetBack(before: StartNumbered | undefined, came: StartNumbered | undefined): boolean {
  return before !== undefined && came !== undefined && before.boot === came.boot && wasSetBack(before, came);
}

function isOlder(newest: StartNumbered | undefined, came: StartNumbered | undefined): boolean {
  return newest !== undefined && came !== undefined && came.boot === newest.boot && came.seq <= newest.seq;
}

/**
 * Says at a bed that its device gives one time to the readings of a while (cut to whole minutes): they look older than
 * they are, and most of its numbers are dashes. A device whose times are coarse but never the same for two readings
 * measures seldom, and gets no notice.
 */
export function tellCoarse(
  state: LiveState,
  bed: BedState,
  { clock }: DeviceState,
  receivedMs: number,
  nowMs: number,
): void {
  const untilMs = receivedMs + coarseForMs;
  if (clock.grainMs <= clockToleranceMs || receivedMs - clock.statedAtMs <= clockToleranceMs || untilMs <= nowMs)
    return;
  const text = `Device times are in steps of ${Math.round(clock.grainMs / 1000)} s: numbers look too old`;
  noteNotice(state, bed, { code: 'device-times', text, sinceMs: receivedMs, untilMs });
}

/** Says at a bed by how much its device's clock is wrong; ends the notice when the clock is right. */
export function tellClock(state: LiveState, bed: BedState, device: DeviceState, receivedMs: number): void {
  const of = device.clock;
  const errorMs = measuredOffsetMs(of.clock);
  if (Math.abs(errorMs) < clockErrorShownMsMin) {
    of.toldMs = 0;
    if (bed.notices.size > 0) endNotice(state, bed, clockNotice);
    return;
  }
  if (Math.abs(errorMs - of.toldMs) >= retellMs) of.toldMs = errorMs;
  const text = `Device clock is ${Math.round(Math.abs(of.toldMs) / 1000)} s ${of.toldMs > 0 ? 'behind' : 'ahead'}`;
  noteNotice(state, bed, { code: clockNotice, text, sinceMs: receivedMs, untilMs: Number.POSITIVE_INFINITY });
}
