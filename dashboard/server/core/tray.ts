/**
 * What belongs to the tray in which a device without a bed stands (docs/decisions/005-unassigned-devices.md). The
 * device's association is the same in every tray, so its measurements in the tray of one ward would come along to the
 * next. A value, an alarm or a trace is for the people of the present tray only if it is from the time since the device
 * came there. If the tray's beginning lies ahead of the clock, the clock was set back since; then nothing is hidden.
 */
import { measuredOffsetMs, sampledMs } from '../../../contracts/device-clock.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { AlarmHeld, BedState, LiveState } from './state.ts';

/**
 * Whether a device without a bed measured this before it came into its present tray. Always false for a device with a
 * bed.
 */
export function isBeforeTray({ tray }: BedState, atMs: number, nowMs: number): boolean {
  return tray !== undefined && tray.endedAtMs <= nowMs && atMs < tray.endedAtMs;
}

/**
 * The same for a trace, by its first sample.
 * @param startMs by the device's own clock, ms since 1970
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
 * Whether an alarm may be shown in the present tray: it began there, or it holds and an event mentioned it there. A
 * technical alarm that holds is about the device and reveals no measurement.
 */
export function isAlarmOfTray(
  state: LiveState,
  bed: BedState,
  { alarm, saidAtMs }: Pick<AlarmHeld, 'alarm' | 'saidAtMs'>,
): boolean {
  const isBefore = (atMs: number) => isBeforeTray(bed, atMs, state.nowMs);
  if (bed.tray === undefined) return true;
  if (alarm.present && alarm.kind === 'technical') return true;
  const onsetMs = (parseInstant(alarm.onsetAt) ?? saidAtMs) + offsetMsOf(state, bed);
  return !isBefore(onsetMs) || (alarm.present && !alarm.late && !isBefore(saidAtMs));
}

function offsetMsOf(state: LiveState, bed: BedState): number {
  const device = state.devices.get(bed.deviceId);
  return device === undefined ? 0 : measuredOffsetMs(device.clock.clock);
}
