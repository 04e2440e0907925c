/**
 * Computes the state of one alarm's delivery after an event. An event about an unknown alarm, round or call has no
 * effect. Pure.
 */
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import type { RoundCause } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import type { AlarmDecision } from './events.ts';
import { type AlarmDelivery, type Call, callsMax, type Round } from './state.ts';
import { resumeMsMax } from './waits.ts';

/** Returns the state of the alarm after an event; undefined if the alarm is over. */
export function evolveAlarm(before: AlarmDelivery | undefined, event: AlarmDecision): AlarmDelivery | undefined {
  if (event.type === 'alarm-cleared') return undefined;
  if (event.type === 'alarm-seen') {
    const { type: _, atMs: __, ...facts } = event;
    if (before && facts.rev <= before.rev) return before;
    const isSameCall = before && facts.quiet === null && facts.priority === before.priority;
    const notSent = isSameCall ? before.notSent : null;
    return { ...facts, round: before?.round ?? null, notSent };
  }
  if (!before) return undefined;
  if (event.type === 'not-sent') return { ...before, notSent: event.reason };
  if (event.type === 'round-started') {
    const isRepeat = before.round !== null && event.round <= before.round.round;
    return isRepeat ? before : { ...before, notSent: null, round: newRound(before.round, event) };
  }
  return before.round === null ? before : { ...before, round: evolveRound(before.round, event) };
}

type RoundDecision = Exclude<
  AlarmDecision,
  { readonly type: 'alarm-seen' | 'alarm-cleared' | 'not-sent' | 'round-started' }
>;

function newRound(before: Round | null, event: Extract<AlarmDecision, { type: 'round-started' }>): Round {
  const { round, priority, policyVersion, chain, dueAtMs, atMs, cause } = event;
  // An answer to an earlier call counts, unless that call was about a less urgent alarm or about another occurrence.
  const isSameMatter =
    before !== null &&
    (cause === 'not-acknowledged' ||
      cause === 'fresh-again' ||
      cause === 'all-rejected' ||
      (cause === 'new' && isRecentEnd(before, atMs))) &&
    priorityRank[priority] <= priorityRank[before.priority];
  return {
    ...{ round, priority, policyVersion, chain, dueAtMs },
    phase: dueAtMs === null ? 'calling' : 'beginning',
    calls: [],
    callCount: 0,
    waitMs: dueAtMs === null ? 0 : dueAtMs - atMs,
    notice: keepsNotice(before, cause) ? before.notice : null,
    acceptedBy: [],
    rejectedBy: [],
    ...(isSameMatter && cause === 'all-rejected' && { informedBefore: informedPersons(before) }),
    answersFrom: isSameMatter ? before.answersFrom : round,
    calledBefore: isSameMatter ? personsOfRound(before) : [],
    acceptedBefore: isSameMatter ? [...before.acceptedBefore, ...before.acceptedBy].slice(-calledBeforeMax) : [],
    stopped: null,
  };
}

/** Returns whether the ward's technical alarm goes on in the next round, because still nobody goes to the patient. */
function keepsNotice(before: Round | null, cause: RoundCause): before is Round {
  return before !== null && (cause === 'all-rejected' || (cause === 'more-urgent' && before.phase !== 'accepted'));
}

/**
 * Returns whether a round was stopped a short time ago because the alarm ended. If the alarm begins again, answers to
 * the calls of this round still count.
 */
function isRecentEnd({ stopped }: Round, atMs: number): boolean {
  return stopped !== null && stopped.why === 'ended' && Math.abs(atMs - stopped.atMs) <= resumeMsMax;
}

/** Maximum length of a list of persons from earlier rounds. */
const calledBeforeMax = 64;

function personsOfRound({ calls, calledBefore }: Round): readonly string[] {
  return [...new Set([...calledBefore, ...calls.map(({ userId }) => userId)])].slice(-calledBeforeMax);
}

/**
 * Returns the persons who were informed, each with the channel. A message that has not left or has failed does not
 * count: the next round sends it.
 */
function informedPersons({ calls, informedBefore = [] }: Round): readonly string[] {
  const ofCalls = calls
    .filter(({ outcome }) => outcome === 'informed')
    .flatMap(({ userId, sent, failed }) =>
      sent.filter((channel) => !failed.includes(channel)).map((channel) => `${userId} ${channel}`),
    );
  return [...new Set([...informedBefore, ...ofCalls])].slice(-calledBeforeMax);
}

function evolveRound(round: Round, event: RoundDecision): Round {
  const { atMs } = event;
  switch (event.type) {
    case 'called':
      return withCall(round, event);
    case 'confirmed':
      return withChangedCall(round, event.callId, (call) => ({ ...call, confirmDueAtMs: null }));
    case 'channel-failed':
      return withChangedCall(round, event.callId, (call) => ({
        ...call,
        failed: [...call.failed.filter((channel) => channel !== event.channel), event.channel],
      }));
    case 'call-ended':
      if (event.outcome === 'gone') return withoutGone(round, event.callId);
      return withChangedCall(round, event.callId, (call) =>
        call.outcome === 'waiting' ? { ...call, outcome: event.outcome, confirmDueAtMs: null } : call,
      );
    case 'accepted':
      return waiting({ ...withAnswer(round, event.userId, 'accepted'), phase: 'accepted' }, event);
    case 'rejected': {
      // If a person takes an acceptance back, the acceptance still counts towards the maximum (`acceptancesMax` in
      // core/answers.ts). Otherwise the person could stop the calls again and again.
      const acceptedBefore = round.acceptedBy.includes(event.userId)
        ? [...round.acceptedBefore, event.userId].slice(-calledBeforeMax)
        : round.acceptedBefore;
      const after = withAnswer({ ...round, acceptedBefore }, event.userId, 'rejected');
      return round.phase === 'accepted' && after.acceptedBy.length === 0
        ? { ...after, phase: 'calling', dueAtMs: null }
        : after;
    }
    case 'chain-ended':
      return waiting({ ...round, phase: 'repeating', notice: event.notice }, event);
    case 'repeat-skipped':
      return waiting(round, event);
    case 'wait-restarted':
      return { ...round, dueAtMs: event.dueAtMs };
    case 'expired':
      return { ...withoutUnsent(round), phase: 'expired', notice: 'too-old', dueAtMs: null };
    case 'stopped':
      if (round.phase === 'stopped') return round;
      return {
        ...withoutUnsent(round),
        phase: 'stopped',
        stopped: { atMs, phase: round.phase, why: event.why },
      };
    case 'resumed':
      return round.stopped === null ? round : { ...round, phase: round.stopped.phase, stopped: null };
  }
}

/**
 * Ends a call because its person left the duty. Channels through which nothing was sent are forgotten. A person who
 * comes back is called again, because `nextCall` does not count calls with the outcome `gone`. If the person had
 * accepted and nobody else has accepted, the round calls again.
 */
function withoutGone(round: Round, callId: string): Round {
  const call = round.calls.find((other) => other.callId === callId);
  if (call?.outcome !== 'waiting' && call?.outcome !== 'accepted') return round;
  const { userId } = call;
  const gone = { ...call, channels: call.sent, outcome: 'gone', confirmDueAtMs: null } as const;
  const after = withChangedCall(round, callId, () => gone);
  if (call.outcome === 'waiting') return after;
  const acceptedBy = round.acceptedBy.filter((id) => id !== userId);
  const isAlone = round.phase === 'accepted' && acceptedBy.length === 0;
  return { ...after, acceptedBy, ...(isAlone && { phase: 'calling', dueAtMs: null }) };
}

function waiting(round: Round, { atMs, dueAtMs }: { readonly atMs: number; readonly dueAtMs: number }): Round {
  return { ...round, dueAtMs, waitMs: dueAtMs - atMs };
}

function withCall(round: Round, event: Extract<AlarmDecision, { type: 'called' }>): Round {
  const { call, dueAtMs } = event;
  if (event.round !== round.round || round.calls.some(({ callId }) => callId === call.callId)) return round;
  const outcome = call.waitMs === 0 ? 'informed' : 'waiting';
  const added: Call = { ...call, sent: [], failed: [], confirmDueAtMs: null, outcome };
  const after = withinMax({ ...round, calls: [...round.calls, added], callCount: round.callCount + 1 });
  if (outcome === 'informed') return after;
  return waiting(round.phase === 'repeating' && call.repeat > 0 ? after : { ...after, phase: 'calling' }, {
    atMs: event.atMs,
    dueAtMs,
  });
}

/**
 * Drops the oldest call that is over if there are too many. Repeated calls are dropped first, because the first calls
 * show who was called already. The person of a dropped call may still answer.
 */
function withinMax(round: Round): Round {
  if (round.calls.length <= callsMax) return round;
  const over = round.calls.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'accepted');
  const dropped = over.find(({ repeat }) => repeat > 0) ?? over[0];
  if (!dropped) return round;
  const { userId, outcome } = dropped;
  const calls = round.calls.filter((call) => call !== dropped);
  const isKnown = outcome === 'informed' || calls.some((call) => call.userId === userId && call.outcome !== 'informed');
  return { ...round, calls, ...(!isKnown && { calledBefore: newest(round.calledBefore, userId) }) };
}

/** Returns the list with a further person at its end. */
function newest(persons: readonly string[], userId: string): readonly string[] {
  return [...persons.filter((id) => id !== userId), userId].slice(-calledBeforeMax);
}

function withChangedCall(round: Round, callId: string, change: (call: Call) => Call): Round {
  return { ...round, calls: round.calls.map((call) => (call.callId === callId ? change(call) : call)) };
}

function withAnswer(round: Round, userId: string, answer: 'accepted' | 'rejected'): Round {
  const others = round.acceptedBy.filter((id) => id !== userId);
  const calls = round.calls.map((call) =>
    call.userId === userId && call.outcome !== 'informed' ? { ...call, outcome: answer, confirmDueAtMs: null } : call,
  );
  const rejecting = round.rejectedBy ?? [];
  const after = {
    ...round,
    calls,
    acceptedBy: answer === 'accepted' ? [...others, userId] : others,
    rejectedBy: answer === 'accepted' ? rejecting.filter((id) => id !== userId) : newest(rejecting, userId),
  };
  return answer === 'accepted' ? withoutUnsent(after) : after;
}

/**
 * Removes the channels through which nothing was sent. Nothing is sent through these channels after an answer or an
 * end, and a later call may use them.
 */
function withoutUnsent(round: Round): Round {
  const calls = round.calls
    .map((call) => ({ ...call, channels: call.channels.filter((channel) => call.sent.includes(channel)) }))
    .filter(({ channels }) => channels.length > 0);
  return { ...round, calls };
}

/**
 * Returns the round after a message with one of its calls has left. The wait for the person's answer starts with the
 * first message that can be answered.
 */
export function withSentCall(
  round: Round,
  callId: string,
  channel: DeliveryChannel,
  { dueAtMs, confirmDueAtMs }: { readonly dueAtMs: number; readonly confirmDueAtMs: number },
): Round {
  const call = round.calls.find((other) => other.callId === callId);
  if (!call || call.sent.includes(channel)) return round;
  const isFirst = call.outcome === 'waiting' && canAnswer(channel) && !call.sent.some(canAnswer);
  const sent = { ...call, sent: [...call.sent, channel], ...(isFirst && { confirmDueAtMs }) };
  const after = withChangedCall(round, callId, () => sent);
  return isFirst ? { ...after, dueAtMs: Math.max(round.dueAtMs ?? 0, dueAtMs) } : after;
}
