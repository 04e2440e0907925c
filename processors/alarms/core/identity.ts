/**
 * The detector of two devices with one certificate, each on a gateway of its own: only behind the log do their readings meet
 * (contracts/shared-identity.ts). What it finds is said as the gateway's notice would say it: it is the same alarm. Pure.
 */
import { gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { noStarts, noteStart, type Starts } from '../../../contracts/shared-identity.ts';
import type { NoticeInput, ObservationInput } from './inputs.ts';

export const initialIdentity: Starts = noStarts;

/** Notes the start of a reading that is no repeat. @returns also the notice where two devices are at work */
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
