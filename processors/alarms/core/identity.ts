/**
 * The detector of two devices with one certificate, each on its own gateway: their readings meet only behind the log
 * (contracts/shared-identity.ts). It reports the same notice, and so the same alarm, as a gateway that sees both devices. Pure.
 */
import { gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { noStarts, noteStart, type Starts } from '../../../contracts/shared-identity.ts';
import type { NoticeInput, ObservationInput } from './inputs.ts';

export const initialIdentity: Starts = noStarts;

/** Notes the start of a reading that is not a repeat. @returns also the notice if two devices are at work */
export function identity(
  part: Starts,
  { deviceId, start, time, receivedAt }: ObservationInput,
): { readonly part: Starts; readonly found: NoticeInput | undefined } {
  if (start === undefined) return { part, found: undefined };
  const { starts, isShared } = noteStart(part, { boot: start, timeMs: time, receivedMs: receivedAt });
  if (!isShared) return { part: starts, found: undefined };
  const forMs = gatewayNoticeForMs['shared-identity'];
  return { part: starts, found: { type: 'notice', deviceId, receivedAt, notice: 'shared-identity', forMs } };
}
