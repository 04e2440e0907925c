/** Measures the error of each device's clock from the device's readings, and shows the error at the bed. */
import {
  assessReading,
  clockErrorShownMsMin,
  clockErrorText,
  clockToleranceMs,
  initialClock,
  measuredOffsetMs,
  nextGrainMs,
  wasSetBack,
} from '../../../contracts/device-clock.ts';
import { noteDeviceEvent } from './device-events.ts';
import { clockNoticeCode, endNotice, noteNotice } from './notices.ts';
import type { BedState, DeviceClockState, DeviceState, LiveState, StartNumbered } from './state.ts';

/** The text of the notice changes only when the error changes by this much. */
const noticeStepMs = 1_000;
/** The notice at the bed stays this long after the last sign of coarse times. */
const coarseForMs = 120_000;
/**
 * Maximum number of other starts of a device whose clocks are kept; above it, the clock used longest ago is forgotten.
 */
const otherBootsMax = 3;
/** A reading that was received this long before the newest reading is old history; its device time is not corrected. */
const historyMs = 60_000;

/**
 * Measures the clock of a device with one more reading. A reading that was received before the newest reading is not
 * used: the server reads old records after the newest records. After the device's clock was set back, the measurement
 * begins again.
 * @param number the device's number of the reading; undefined if the device does not number its readings
 * @returns the error of the clock in ms, to be added to the device time of the reading
 */
export function noteClock(
  device: DeviceState | undefined,
  timeMs: number,
  receivedMs: number,
  number: StartNumbered | undefined,
): number {
  if (device === undefined) return 0;
  const clockState = device.clock;
  if (receivedMs >= clockState.newestReceivedMs) {
    clockState.newestReceivedMs = receivedMs;
    useClockOf(clockState, number?.boot);
    if (showsSetBack(clockState.newest, number)) {
      clockState.clock = initialClock;
      noteDeviceEvent(device, receivedMs, 'clock-set-back');
    }
    if (!isOlder(clockState.newest, number)) clockState.newest = number;
    clockState.clock = assessReading(clockState.clock, timeMs, receivedMs).clock;
    clockState.grainMs = nextGrainMs(clockState.grainMs, timeMs);
    if (timeMs !== clockState.statedMs) {
      clockState.statedMs = timeMs;
      clockState.statedAtMs = receivedMs;
    }
  }
  return receivedMs < clockState.newestReceivedMs - historyMs ? 0 : Math.round(measuredOffsetMs(clockState.clock));
}

/**
 * The clock is measured separately for each start (`boot`) of the device. Switches to the measurement of this start.
 * For a start that is not known yet, begins with the measurement of the start before it.
 */
function useClockOf(clockState: DeviceClockState, boot: string | undefined): void {
  if (boot === clockState.boot) return;
  clockState.others.set(clockState.boot, clockState.clock);
  clockState.clock = clockState.others.get(boot) ?? clockState.clock;
  clockState.others.delete(boot);
  clockState.boot = boot;
  if (clockState.others.size > otherBootsMax) clockState.others.delete(clockState.others.keys().next().value);
}

/**
 * Returns whether the clock was set back between the reading `earlier` and the reading `came`
 * (contracts/device-clock.ts).
 */
export function showsSetBack(earlier: StartNumbered | undefined, came: StartNumbered | undefined): boolean {
  return earlier !== undefined && came !== undefined && earlier.boot === came.boot && wasSetBack(earlier, came);
}

function isOlder(newest: StartNumbered | undefined, came: StartNumbered | undefined): boolean {
  return newest !== undefined && came !== undefined && came.boot === newest.boot && came.seq <= newest.seq;
}

/**
 * Shows a notice at a bed if its device cuts its times, for example to whole minutes. Then several readings have the
 * same time. Such readings look older than they are, and the screens show dashes for most of them. There is no notice
 * if the device measures so seldom that each reading has a different time.
 */
export function noteCoarseTimes(
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

/** Shows at a bed the error of its device's clock, and ends the notice when the clock is right. */
export function updateClockNotice(state: LiveState, bed: BedState, device: DeviceState, receivedMs: number): void {
  const clockState = device.clock;
  const errorMs = measuredOffsetMs(clockState.clock);
  if (Math.abs(errorMs) < clockErrorShownMsMin) {
    clockState.shownErrorMs = 0;
    if (bed.notices.size > 0) endNotice(state, bed, clockNoticeCode);
    return;
  }
  if (Math.abs(errorMs - clockState.shownErrorMs) >= noticeStepMs) clockState.shownErrorMs = errorMs;
  const text = `Device clock is ${clockErrorText(clockState.shownErrorMs)}`;
  noteNotice(state, bed, { code: clockNoticeCode, text, sinceMs: receivedMs, untilMs: Number.POSITIVE_INFINITY });
}
