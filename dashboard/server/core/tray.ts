/**
 * Decides what a ward's screens may show of a device without a bed (docs/decisions/005-unassigned-devices.md). Such a
 * device is in the tray of the ward where it was last. The association id of the device stays the same when the device
 * comes into the tray of another ward. So values, alarms and traces from before that time must be hidden from the new
 * ward. If the device came into the tray at a time in the future, the clock was set back, and nothing is hidden.
 */
import { measuredOffsetMs, sampledMs } from '../../../contracts/device-clock.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { BedState, LiveState, ShownAlarm } from './state.ts';

/** Returns whether `atMs` is before the device came into its present tray. Always false for a device in a bed. */
export function isBeforeTray({ tray }: BedState, atMs: number, nowMs: number): boolean {
  return tray !== undefined && tray.sinceMs <= nowMs && atMs < tray.sinceMs;
}

/**
 * Returns whether a chunk of a waveform began before the device came into its present tray.
 * @param startMs time of the first sample by the device's clock, ms since 1970
 */
export function isWaveBeforeTray(
  state: LiveState,
  bed: BedState,
  startMs: number,
  receivedMs: number,
  nowMs: number,
): boolean {
  if (bed.tray === undefined) return false;
  return isBeforeTray(bed, sampledMs(startMs, receivedMs, offsetMsOf(state, bed)), nowMs);
}

/**
 * Returns whether an alarm may be shown in the present tray. The alarm must have begun there; or it must be present and
 * not late, and have been published since the device came there. A present technical alarm may always be shown, because
 * it is about the device and reveals no measurement.
 */
export function isAlarmOfTray(
  state: LiveState,
  bed: BedState,
  { alarm, publishedAtMs }: Pick<ShownAlarm, 'alarm' | 'publishedAtMs'>,
): boolean {
  const isBefore = (atMs: number) => isBeforeTray(bed, atMs, state.nowMs);
  if (bed.tray === undefined) return true;
  if (alarm.present && alarm.kind === 'technical') return true;
  const onsetMs = (parseInstant(alarm.onsetAt) ?? publishedAtMs) + offsetMsOf(state, bed);
  return !isBefore(onsetMs) || (alarm.present && !alarm.late && !isBefore(publishedAtMs));
}

function offsetMsOf(state: LiveState, bed: BedState): number {
  const device = state.devices.get(bed.deviceId);
  return device === undefined ? 0 : measuredOffsetMs(device.clock.clock);
}
