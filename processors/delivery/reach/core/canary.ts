/**
 * The canaries of persons: silent messages that show, for each channel, whether a person on duty can be reached now.
 * Pure: only events change the state. Not all of these events are written (noted.ts), so a restarted process has no
 * state and tries each channel again.
 */
import { minuteMs, secondMs } from '../../../../contracts/durations.ts';
import type { ReachEnded, ReachSeen, ReceiptStage } from '../../../../contracts/messages/deliveries.ts';
import { receiptStages } from '../../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../../contracts/messages/delivery-policy.ts';
import type { AskedPage } from '../../../../contracts/messages/delivery-progress.ts';
import { reachCheckEveryMsMax } from '../../../../contracts/reach-pace.ts';

/**
 * A canary is due this long before the longest allowed interval has passed, so that a busy process still sends it in
 * time (ours).
 */
const earlyMs = 30 * secondMs;
/** The canaries of different persons are spread over this time (ours). */
const spreadMs = 90 * secondMs;
/**
 * Time until a channel that is down is tried again, ms (ours): so Vigil notices soon when the channel works again. The
 * time doubles with each failure in a row.
 */
const downCheckMs = minuteMs;
/** A channel counts as down for this time after a failed canary, ms (ours). */
export const downMsMax = 2 * minuteMs;
/** Longest wait for the answer to a canary, ms. */
export const answerMsMax = minuteMs;
/** If a stored time is this far in the future, the clock was set back, ms (contracts/steady-time.ts). */
export const aheadMsMax = 5 * secondMs;
/** Maximum number of targets in the state (ours). The oldest targets are removed. */
export const reachStatesMax = 20_000;

/** A target of canaries: one entry of the topic `reach`, or the pages of a person on duty (on-duty.ts). */
export type ReachTarget = {
  readonly userId: string;
  readonly name: string;
  readonly channel: DeliveryChannel;
  /** Absent for the channel `screen`. */
  readonly reachId?: string;
};

export type TargetState = {
  readonly target: ReachTarget;
  readonly checkId: string;
  /** When the newest canary was sent. */
  readonly askedAtMs: number;
  readonly state: 'asked' | 'reached' | 'down';
  /**
   * Number of failures in a row, and the time of the last failure. Only the result of a canary changes these fields.
   */
  readonly failures: number;
  readonly failedAtMs: number;
  readonly stage?: ReceiptStage;
  readonly reason?: string;
};

export type ReachCheckState = {
  readonly targets: ReadonlyMap<string, TargetState>;
  /** Entries that do not exist any more. Nothing is sent to them. */
  readonly ended: ReadonlySet<string>;
};

export const initialReach: ReachCheckState = { targets: new Map(), ended: new Set() };

export type ReachEvent = ReachSeen | ReachEnded;

/** Returns the key of a target in the state. */
export function targetKey({ userId, channel, reachId }: Pick<ReachTarget, 'userId' | 'channel' | 'reachId'>): string {
  return reachId ?? `${channel} ${userId}`;
}

/** Returns the state after an event. An event about an older canary changes nothing. */
export function evolveReach(state: ReachCheckState, event: ReachEvent): ReachCheckState {
  if (event.type === 'reach-ended') {
    const targets = new Map(state.targets);
    targets.delete(event.reachId);
    return { targets, ended: withinMax(new Set(state.ended).add(event.reachId)) };
  }
  const key = targetKey(event);
  if (state.ended.has(key)) return state;
  const former = state.targets.get(key);
  const isOld = event.state !== 'asked' && former !== undefined && former.checkId !== event.checkId;
  if (isOld) return state;
  const { userId, name, channel, reachId, checkId, atMs, stage, reason } = event;
  const targets = new Map(state.targets);
  // Moves the target to the end, so that the oldest target is the first.
  targets.delete(key);
  targets.set(key, {
    target: { userId, name, channel, ...(reachId === undefined ? {} : { reachId }) },
    checkId,
    askedAtMs: event.state === 'asked' || former === undefined ? atMs : former.askedAtMs,
    state: event.state,
    ...failuresAfter(former, event.state, atMs),
    ...(stage === undefined ? {} : { stage }),
    ...(reason === undefined ? {} : { reason }),
  });
  return { targets: withinMax(targets), ended: state.ended };
}

function failuresAfter(former: TargetState | undefined, state: TargetState['state'], atMs: number) {
  const { failures = 0, failedAtMs = 0 } = former ?? {};
  if (state === 'down') return { failures: failures + 1, failedAtMs: atMs };
  return state === 'reached' ? { failures: 0, failedAtMs: 0 } : { failures, failedAtMs };
}

export function withinMax<Collection extends Map<string, unknown> | Set<string>>(collection: Collection): Collection {
  for (const key of collection.keys()) {
    if (collection.size <= reachStatesMax) break;
    collection.delete(key);
  }
  return collection;
}

/**
 * Returns the targets that need a canary now. A target about which nothing is known is tried at once. After its first
 * canary, a target is tried every 8 to 9.5 minutes. While it is down, it is tried after 1, 2, 4 minutes and so on. A
 * canary to an entry that has no result after 60 s is repeated, for instance because its service asked for fewer
 * messages.
 * @param targets the result of `targetsOf`; this function leaves out the entries that have ended
 * @param isChanged returns whether an entry was written since its newest canary; such an entry is tried at once
 * @param spreadOf returns a number from 0 to 1 for a target, always the same for the same target
 */
export function dueChecks(
  state: ReachCheckState,
  targets: readonly ReachTarget[],
  spreadOf: (key: string) => number,
  isChanged: (target: ReachTarget) => boolean,
  nowMs: number,
): readonly ReachTarget[] {
  return targets.filter((target) => {
    const key = targetKey(target);
    if (state.ended.has(key)) return false;
    const targetState = state.targets.get(key);
    if (!targetState || isChanged(target)) return true;
    const ageMs = nowMs - targetState.askedAtMs;
    if (ageMs < -aheadMsMax) return true;
    if (targetState.state === 'asked' && target.channel !== 'screen') return ageMs >= answerMsMax;
    const regularMs = reachCheckEveryMsMax - earlyMs - spreadMs * spreadOf(key);
    const waitMs =
      targetState.state === 'down' ? Math.min(downCheckMs * 2 ** (targetState.failures - 1), regularMs) : regularMs;
    return ageMs >= waitMs;
  });
}

/**
 * Returns the event for a canary that was sent to a target.
 * @param testedAt when an operator last asked for a test of the entry; undefined if no operator asked
 */
export function asked(target: ReachTarget, checkId: string, nowMs: number, testedAt?: string): ReachSeen {
  const test = testedAt === undefined ? {} : { testedAt };
  return { type: 'reach-seen', atMs: nowMs, ...target, checkId, state: 'asked', ...test };
}

/** The result of a canary: the result of a channel, or the answer of a page or a service worker. */
export type CheckResult =
  | { readonly kind: 'reached'; readonly stage: ReceiptStage }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'ended'; readonly reason: string };

/**
 * Returns the event for a result. Undefined if the result changes nothing, because it is about an older canary, or
 * because more is known already.
 * @param userId the person that the canary was sent to; the answer of another person has no effect
 */
export function checkEvent(
  state: ReachCheckState,
  checkId: string,
  userId: string,
  result: CheckResult,
  nowMs: number,
): ReachEvent | undefined {
  const targetState = [...state.targets.values()].find(
    (candidate) => candidate.checkId === checkId && candidate.target.userId === userId,
  );
  if (!targetState) return undefined;
  const { target } = targetState;
  const reason = 'reason' in result ? result.reason.slice(0, 200) : undefined;
  if (result.kind === 'ended' && target.reachId !== undefined)
    return {
      type: 'reach-ended',
      atMs: nowMs,
      reachId: target.reachId,
      userId: target.userId,
      channel: target.channel,
      reason: reason ?? '',
    };
  const seen = { type: 'reach-seen', atMs: nowMs, ...target, checkId } as const;
  if (result.kind !== 'reached') {
    // If the device has answered already, the failure of its service changes nothing.
    return targetState.state === 'reached' ? undefined : { ...seen, state: 'down', reason: reason ?? '' };
  }
  const isFurther = targetState.stage === undefined || stageOf(result.stage) > stageOf(targetState.stage);
  return targetState.state === 'reached' && !isFurther ? undefined : { ...seen, state: 'reached', stage: result.stage };
}

/** Returns the canaries that pages must answer now, the newest last. */
export function waitingPages(state: ReachCheckState, nowMs: number): readonly AskedPage[] {
  return [...state.targets.values()]
    .filter(({ target, state: present, askedAtMs }) => {
      return target.channel === 'screen' && present === 'asked' && Math.abs(nowMs - askedAtMs) < answerMsMax;
    })
    .map(({ target: { userId }, checkId, askedAtMs }) => ({ userId, checkId, atMs: askedAtMs }));
}

export const stageOf = (stage: ReceiptStage) => receiptStages.indexOf(stage);

/**
 * Returns the events for pages that have not answered in time. Returns no events for phones: if a push service has
 * accepted a canary, the target stays `reached` with the stage `taken`, because the phone may be asleep. Pages then
 * show that only the push service has confirmed.
 */
export function silentPages(state: ReachCheckState, nowMs: number): readonly ReachSeen[] {
  return [...state.targets.values()]
    .filter(({ target, state: present, askedAtMs }) => {
      const ageMs = nowMs - askedAtMs;
      return target.channel === 'screen' && present === 'asked' && (ageMs >= answerMsMax || ageMs < -aheadMsMax);
    })
    .map(({ target, checkId }) => ({
      type: 'reach-seen',
      atMs: nowMs,
      ...target,
      checkId,
      state: 'down',
      reason: 'No page of this person is open.',
    }));
}

/**
 * Returns whether a channel cannot reach a person now. If so, Vigil calls the next person at once. True if the person
 * has no entry, or only entries that have ended, or if the canary of each entry failed in the last two minutes. Never
 * true for `screen`, and never because a phone did not answer. A wrong `true` would leave out the person. A wrong
 * `false` costs only 5 s: if no confirmation comes in this time, Vigil calls the next person.
 * @param entries the entries of the person in this channel
 */
export function isChannelDown(
  state: ReachCheckState,
  channel: DeliveryChannel,
  entries: readonly { readonly reachId: string }[],
  nowMs: number,
): boolean {
  if (channel === 'screen') return false;
  return entries.every(({ reachId }) => {
    if (state.ended.has(reachId)) return true;
    const targetState = state.targets.get(reachId);
    if (!targetState || targetState.failures === 0) return false;
    const ageMs = nowMs - targetState.failedAtMs;
    return ageMs >= -aheadMsMax && ageMs <= downMsMax;
  });
}
