/** Says whether a person could be reached through a channel, from the canaries that the delivery process recorded before a moment. */
import type { DeliveryRecord } from '../messages/deliveries.ts';
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import type { Logged } from './records.ts';

/**
 * The state of a person's channel. `asked`: a canary was sent, and nothing had come back. `ended`: every entry of the person for this channel
 * that the records name had ended. `not-known`: the records have no canary of the channel.
 */
export type ReachState =
  | { readonly state: 'asked' | 'reached'; readonly atMs: number }
  | { readonly state: 'down' | 'ended'; readonly atMs: number; readonly reason: string }
  | { readonly state: 'not-known' };

type Entry = Exclude<ReachState, { readonly state: 'not-known' }>;

/** Returns the state of a channel after some records. A person with several entries is reached if one of them is. */
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
    // While a new canary is asked, the result of the one before still counts.
    else if (event.state === 'reached' || !entries.has(reachId)) entries.set(reachId, { state: event.state, atMs });
  }
  const all = [...entries.values()];
  for (const state of ['reached', 'asked', 'down', 'ended'] as const) {
    const found = all.findLast((entry) => entry.state === state);
    if (found !== undefined) return found;
  }
  return { state: 'not-known' };
}
