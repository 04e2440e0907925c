/**
 * The detector of two devices that use one certificate (contracts/shared-identity.ts). If the devices are connected to
 * different gateways, only the engine sees the readings of both devices. The engine then makes the same notice as a
 * gateway that sees both devices. Pure.
 */
import { gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { noStarts, noteStart, type Starts } from '../../../contracts/shared-identity.ts';
import type { NoticeInput, ObservationInput } from './inputs.ts';

export const initialIdentity: Starts = noStarts;

/**
 * Handles the start id of a reading that is not a repeat.
 * @returns the new part, and a notice if two devices use one certificate
 */
export function noteStartId(
  part: Starts,
  { deviceId, start, time, receivedAt }: ObservationInput,
): { readonly part: Starts; readonly notice: NoticeInput | undefined } {
  if (start === undefined) return { part, notice: undefined };
  const { starts, isShared } = noteStart(part, { boot: start, timeMs: time, receivedMs: receivedAt });
  if (!isShared) return { part: starts, notice: undefined };
  const forMs = gatewayNoticeForMs['shared-identity'];
  return { part: starts, notice: { type: 'notice', deviceId, receivedAt, notice: 'shared-identity', forMs } };
}
