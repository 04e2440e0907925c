/**
 * Decides which results of canaries are written into the topic `deliveries`. The topic is kept for 400 days, and nearly
 * every canary has the same result as the canary before. So a result is written at once only if it differs from the
 * former result. An equal result is written only from time to time, so that pages see that canaries still run. Pure.
 */
import type { ReachSeen, ReceiptSeen } from '../../../../contracts/messages/deliveries.ts';
import { reachNotedEveryMs } from '../../../../contracts/reach-pace.ts';
import {
  aheadMsMax,
  answerMsMax,
  type ReachCheckState,
  type ReachEvent,
  stageOf,
  targetKey,
  withinMax,
} from './canary.ts';

/** For each target, its last event in the topic. */
export type NotedReach = ReadonlyMap<string, ReachSeen>;

/** Returns whether an event must be written. */
export function mustNote(noted: NotedReach, event: ReachEvent): boolean {
  if (event.type === 'reach-ended') return true;
  const last = noted.get(targetKey(event));
  if (event.state === 'asked') return last === undefined;
  if (last?.state !== event.state) return true;
  // The phone may still answer. `lessThanNoted` handles a phone that does not answer.
  if (event.state === 'reached' && rankOf(event) < rankOf(last)) return false;
  const ageMs = event.atMs - last.atMs;
  if (ageMs >= reachNotedEveryMs || ageMs < -aheadMsMax) return true;
  return event.state === 'reached' ? rankOf(event) > rankOf(last) : event.reason !== last.reason;
}

const rankOf = ({ stage = 'sent' }: ReachSeen) => stageOf(stage);

/** Returns the last events in the topic after this event was written. */
export function noteReach(noted: NotedReach, event: ReachEvent): NotedReach {
  const after = new Map(noted);
  const key = event.type === 'reach-ended' ? event.reachId : targetKey(event);
  const last = after.get(key);
  // As long as a canary has no result, the result of the previous canary counts.
  if (event.type === 'reach-seen' && event.state === 'asked' && last !== undefined) return noted;
  after.delete(key);
  return event.type === 'reach-ended' ? after : withinMax(after.set(key, event));
}

/**
 * Returns the last events after the receipt of a call: the receipt is the newest result. So a later canary with another
 * result is written at once. A receipt does not name the entry that confirmed the call, so the receipt counts for all
 * entries of the channel. Two exceptions: a receipt changes nothing for an entry (not a page) whose last result got as
 * far or further. And the receipt does not count for an entry whose last event in the topic is a canary without a
 * result. The result of this canary is always written, because an operator may wait for the result.
 */
export function noteReceipt(
  noted: NotedReach,
  { userId, channel, stage, atMs }: Pick<ReceiptSeen, 'userId' | 'channel' | 'stage' | 'atMs'>,
): NotedReach {
  if (stage === undefined || stage === 'sent') return noted;
  const after = new Map(noted);
  for (const [key, last] of noted) {
    if (last.userId !== userId || last.channel !== channel || last.state === 'asked') continue;
    const isLess = channel !== 'screen' && last.state === 'reached' && stageOf(stage) <= rankOf(last);
    const { reason: _, ...rest } = last;
    if (!isLess) after.set(key, { ...rest, state: 'reached', stage, atMs });
  }
  return after;
}

/** Returns the last events in the topic without the event of one entry. So the next result of this entry is written. */
export function withoutReach(noted: NotedReach, reachId: string): NotedReach {
  const after = new Map(noted);
  after.delete(reachId);
  return after;
}

/**
 * Returns an event for each target whose last canary got less far than the topic says, after the time for an answer is
 * over. Example: the push service has taken the canary, and the phone has not answered.
 */
export function lessThanNoted(state: ReachCheckState, noted: NotedReach, nowMs: number): readonly ReachSeen[] {
  return [...noted].flatMap(([key, last]): ReachSeen[] => {
    const checked = state.targets.get(key);
    if (last.state !== 'reached' || checked?.state !== 'reached' || nowMs - checked.askedAtMs < answerMsMax) return [];
    const { target, checkId, askedAtMs, stage = 'sent' } = checked;
    // A receipt came after this canary.
    if (askedAtMs < last.atMs) return [];
    const less = { type: 'reach-seen', atMs: askedAtMs, ...target, checkId, state: 'reached', stage } as const;
    return rankOf(less) < rankOf(last) ? [less] : [];
  });
}
