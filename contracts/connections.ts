/**
 * Decides which messages about a device's connections are out of date. The alarm engine and the dashboard use the same
 * rules. Pure.
 */
import type { ConnectionEndReason } from './messages/records.ts';

/**
 * Returns whether a message is about an old connection: Vigil knows a newer connection of the device. False for a
 * message without a claim.
 * @param claim the claim of the connection in the message
 * @param newestClaim the claim of the newest known connection
 */
export function isOlderConnection(claim: number | undefined, newestClaim: number | undefined): boolean {
  return claim !== undefined && newestClaim !== undefined && claim < newestClaim;
}

type Will = { readonly claim?: number | undefined; readonly reason: ConnectionEndReason };

/**
 * Returns whether a will is of a connection that is older than the newest known connection. Readers must ignore such a
 * will. A connection without a claim is older than each connection with a claim.
 */
export function isOldWill({ claim, reason }: Will, newestClaim: number | undefined): boolean {
  return (
    reason === 'taken-over' || (claim === undefined ? newestClaim !== undefined : isOlderConnection(claim, newestClaim))
  );
}

const handOverReasons: readonly (ConnectionEndReason | undefined)[] = ['taken-over', 'refused', 'drained'];

/**
 * Returns whether the end of a connection does not count as a disconnection: usually the device has a new connection or
 * soon gets one. But `refused` also stands for a broken protocol and for a certificate that expired or was revoked. A
 * device that then stays away becomes silent.
 */
export function isHandOver(reason: ConnectionEndReason | undefined): boolean {
  return handOverReasons.includes(reason);
}
