/** Two devices with one certificate, each on a gateway of its own: only behind the log do their readings meet (contracts/shared-identity.ts). */
import { gatewayNoticeForMs } from '../../contracts/bed-notices.ts';
import { noStarts, noteStart } from '../../contracts/shared-identity.ts';
import { count, type Draft } from './draft.ts';
import type { ObservationInput } from './inputs.ts';
import { notice } from './notices.ts';

/** Notes the start of a reading that is no repeat. Tells as the gateway's notice would: it is the same alarm. */
export function watchIdentity(d: Draft, { deviceId, start, time, receivedAt }: ObservationInput): void {
  if (start === undefined) return;
  const { starts, isShared } = noteStart(d.s.starts ?? noStarts, { boot: start, timeMs: time, receivedMs: receivedAt });
  d.s.starts = starts;
  if (!isShared) return;
  count(d, 'sharedIdentity');
  const forMs = gatewayNoticeForMs['shared-identity'];
  notice(d, { type: 'notice', deviceId, receivedAt, notice: 'shared-identity', forMs });
}
