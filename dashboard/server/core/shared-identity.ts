/**
 * Shows a notice at a bed if two devices use the same certificate at the same time, on different gateways
 * (contracts/shared-identity.ts).
 */
import { gatewayNoticeForMs, gatewayNotices } from '../../../contracts/bed-notices.ts';
import { noteStart, type StartReading } from '../../../contracts/shared-identity.ts';
import { noteNotice } from './notices.ts';
import type { BedState, DeviceState, LiveState } from './state.ts';

const code = 'shared-identity';
/** A reading that was received this long before the newest reading of the device is old history and is ignored. */
const historyMs = 60_000;

/** Notes the device start (`boot`) of a reading, in the order of the log. The alarm engine uses the same rule. */
export function noteDeviceStart(
  state: LiveState,
  bed: BedState,
  device: DeviceState,
  reading: StartReading,
  nowMs: number,
): void {
  const { receivedMs } = reading;
  if (receivedMs < device.clock.newestReceivedMs - historyMs) return;
  const { starts, isShared } = noteStart(device.starts, reading);
  device.starts = starts;
  const untilMs = receivedMs + gatewayNoticeForMs[code];
  if (!isShared || untilMs <= nowMs) return;
  noteNotice(state, bed, { code, text: gatewayNotices[code].text, sinceMs: receivedMs, untilMs });
}
