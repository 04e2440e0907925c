/**
 * What of a device without a bed belongs to the tray in which it stands (docs/decisions/005-unassigned-devices.md). Its association is the same in
 * every tray, so what it measured in the tray of one ward would come along to the next: a value, an alarm or a trace is for the people of
 * the present tray only where it is of the time since then. Where the tray's beginning lies ahead of the clock, the clock was set back
 * since; nothing can be said then, and nothing is hidden.
 */
import { bornAtMs, measuredOffsetMs } from '../../../contracts/device-clock.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { AlarmHeld, BedState, LiveState } from './state.ts';

/** Whether a device without a bed measured this before it came into its present tray. True of nothing that has a bed. */
export function isBeforeTray({ tray }: BedState, atMs: number, nowMs: number): boolean {
  return tray !== undefined && tray.endedAtMs <= nowMs && atMs < tray.endedAtMs;
}

/** The same of a trace, by its first sample. @param startMs by the device's own clock, ms since 1970 */
export function isWaveBeforeTray(
  state: LiveState,
  bed: BedState,
  startMs: number,
  receivedMs: number,
  nowMs: number,
): boolean {
  if (bed.tray === undefined) return false;
  return isBeforeTray(bed, bornAtMs(startMs, receivedMs, offsetMsOf(state, bed)), nowMs);
}

/**
 * Whether an alarm may be shown in the present tray: it began there, or it holds and something was said of it there. A technical one that holds is about
 * the device and says nothing that was measured.
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
