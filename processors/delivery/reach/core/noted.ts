/**
 * Decides which results of canaries are written into the topic `deliveries`. The topic is kept for ever, and nearly every canary finds what the one
 * before has found. So a result is written when it differs, and otherwise now and then, so that pages can tell a result from a forgotten one. Pure.
 */
import { type ReachSeen, reachNotedEveryMs } from '../../../../contracts/messages/deliveries.ts';
import {
  aheadMsMax,
  answerMsMax,
  type ReachCheckState,
  type ReachEvent,
  stageOf,
  targetKey,
  withinMax,
} from './canary.ts';

/** What the topic says last about each channel of a person. */
export type NotedReach = ReadonlyMap<string, ReachSeen>;

/** Returns whether an event must be written. */
export function mustNote(noted: NotedReach, event: ReachEvent): boolean {
  if (event.type === 'reach-ended') return true;
  const last = noted.get(targetKey(event));
  // The pages read from the topic that they are asked.
  if (event.state === 'asked') return event.channel === 'screen' || last === undefined;
  if (last?.state !== event.state) return true;
  // The phone may still answer: see `lessThanNoted`.
  if (event.state === 'reached' && rankOf(event) < rankOf(last)) return false;
  const ageMs = event.atMs - last.atMs;
  if (ageMs >= reachNotedEveryMs || ageMs < -aheadMsMax) return true;
  return event.state === 'reached' ? rankOf(event) > rankOf(last) : event.reason !== last.reason;
}

const rankOf = ({ stage = 'sent' }: ReachSeen) => stageOf(stage);

/** Returns what the topic says after an event was written. */
export function noteReach(noted: NotedReach, event: ReachEvent): NotedReach {
  const after = new Map(noted);
  const key = event.type === 'reach-ended' ? event.reachId : targetKey(event);
  const last = after.get(key);
  // While a canary is asked, the result of the one before still counts.
  if (event.type === 'reach-seen' && event.state === 'asked' && last !== undefined) return noted;
  after.delete(key);
  return event.type === 'reach-ended' ? after : withinMax(after.set(key, event));
}

/**
 * Returns the events for channels whose last canary came less far than the topic says, and did not come further within the time for an answer: the
 * push service has taken it, and the phone is silent.
 */
export function lessThanNoted(state: ReachCheckState, noted: NotedReach, nowMs: number): readonly ReachSeen[] {
  return [...noted].flatMap(([key, last]): ReachSeen[] => {
    const known = state.targets.get(key);
    if (last.state !== 'reached' || known?.state !== 'reached' || nowMs - known.askedAtMs < answerMsMax) return [];
    const { target, checkId, askedAtMs, stage = 'sent' } = known;
    const less = { type: 'reach-seen', atMs: askedAtMs, ...target, checkId, state: 'reached', stage } as const;
    return rankOf(less) < rankOf(last) ? [less] : [];
  });
}
