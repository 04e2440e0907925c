/**
 * Finds whether a person could be reached through a channel, from the canaries that the delivery process recorded
 * before a given moment.
 */
import type { DeliveryRecord } from '../messages/deliveries.ts';
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import type { Logged } from './records.ts';

/**
 * The state of a person's channel. `asked`: a canary was sent, and no answer had come. `ended`: every known entry of
 * the person for this channel had ended. `not-known`: the records have no canary of this channel.
 */
export type ReachState =
  | { readonly state: 'asked' | 'reached'; readonly atMs: number }
  | { readonly state: 'down' | 'ended'; readonly atMs: number; readonly reason: string }
  | { readonly state: 'not-known' };

type Entry = Exclude<ReachState, { readonly state: 'not-known' }>;

/**
 * Returns the state of a channel after the given records. A person with several entries is reached if at least one of
 * these entries is reached.
 */
export function reachBefore(
  items: readonly Logged<DeliveryRecord>[],
  userId: string,
  channel: DeliveryChannel,
): ReachState {
  const entries = new Map<string, Entry>();
  for (const { body } of items) {
    const { event } = body;
    if (event.type !== 'reach-seen' && event.type !== 'reach-ended') continue;
    if (event.userId !== userId || event.channel !== channel) continue;
    const { atMs, reachId = '' } = event;
    if (event.type === 'reach-ended') entries.set(reachId, { state: 'ended', atMs, reason: event.reason });
    else if (event.state === 'down')
      entries.set(reachId, { state: 'down', atMs, reason: event.reason ?? 'no reason is recorded' });
    // As long as a new canary has no result, the result of the previous canary is used.
    else if (event.state === 'reached' || !entries.has(reachId)) entries.set(reachId, { state: event.state, atMs });
  }
  const all = [...entries.values()];
  for (const state of ['reached', 'asked', 'down', 'ended'] as const) {
    const found = all.findLast((entry) => entry.state === state);
    if (found !== undefined) return found;
  }
  return { state: 'not-known' };
}
