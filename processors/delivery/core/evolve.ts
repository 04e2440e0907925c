/** Computes the state after an event: the state of the alarm, and the messages that wait. Pure. */
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { AlarmDecision, DeliveryEvent, MessageDecision } from './events.ts';
import { evolveAlarm, withSentCall } from './evolve-alarm.ts';
import { groupMs } from './grouping.ts';
import { wholeAfterMessage } from './rate.ts';
import type { AlarmDelivery, PendingCall, Slot, State } from './state.ts';
import { unsentCalls } from './wanted.ts';

/** Returns the state after an event. If the log has an event twice in a row, the second event has no effect. */
export function evolve(state: State, event: DeliveryEvent): State {
  if (event.type === 'message') return withMessage(state, event);
  const { alarmId } = event;
  const alarms = new Map(state.alarms);
  const before = alarms.get(alarmId) ?? (event.type === 'alarm-seen' ? overBefore(state, event) : undefined);
  const after = evolveAlarm(before, event);
  if (after) alarms.set(alarmId, after);
  else alarms.delete(alarmId);
  return {
    alarms,
    over: overAfter(state, event, after),
    slots: event.type === 'called' ? withPending(state.slots, alarms, event) : withoutPending(state.slots, event),
  };
}

/**
 * How long an alarm that is over is remembered, ms, and the maximum number of such alarms (ours). Only a recent alarm
 * can begin again with the same id.
 */
const overMs = 3_600_000;
const overMax = 2_000;

/** If the event has a newer revision of an alarm that is over, returns this alarm as it was at its end. */
function overBefore({ over }: State, { alarmId, rev }: Extract<AlarmDecision, { type: 'alarm-seen' }>) {
  const alarm = over.get(alarmId)?.alarm;
  return alarm && rev > alarm.rev ? alarm : undefined;
}

function overAfter(state: State, event: AlarmDecision, after: AlarmDelivery | undefined): State['over'] {
  const { alarmId, atMs } = event;
  const ended = state.alarms.get(alarmId);
  if (after || !ended) {
    if (!after || !state.over.has(alarmId)) return state.over;
    const others = new Map(state.over);
    others.delete(alarmId);
    return others;
  }
  const entries = [...state.over].filter(([id, entry]) => id !== alarmId && Math.abs(atMs - entry.atMs) <= overMs);
  return new Map([...entries, [alarmId, { alarm: ended, atMs }] as const].slice(-overMax));
}

/**
 * Drops the calls that must not be sent any more. Such a call was answered or has ended, or its alarm has ended, or it
 * is of an earlier round.
 */
function withoutPending(slots: State['slots'], event: AlarmDecision): State['slots'] {
  const isDropped = droppedBy(event);
  if (!isDropped) return slots;
  const dropped = (slot: Slot) => ({
    ...slot,
    pending: slot.pending.filter((call) => call.alarmId !== event.alarmId || !isDropped(slot, call)),
  });
  return new Map([...slots].map(([key, slot]) => [key, tryAt(slot, dropped) ?? slot]));
}

/**
 * Returns the result for a slot; undefined if the code throws an error. So an error about the slot of one person does
 * not change what the other persons get. `decide` then ends the calls of this slot.
 */
export function tryAt<T>(slot: Slot, work: (slot: Slot) => T): T | undefined {
  try {
    return work(slot);
  } catch {
    return undefined;
  }
}

/**
 * Returns a function that is true for the alarm's waiting calls that an event drops; undefined if the event drops no
 * call.
 */
function droppedBy(event: AlarmDecision): ((slot: Slot, call: PendingCall) => boolean) | undefined {
  switch (event.type) {
    case 'accepted':
    case 'stopped':
    case 'expired':
    case 'alarm-cleared':
    case 'round-started':
      return () => true;
    case 'rejected':
      return ({ userId }) => userId === event.userId;
    case 'call-ended':
      // After a call that no channel confirmed, a message to the person may still leave through another channel.
      return event.outcome === 'unconfirmed' ? undefined : (_, { callId }) => callId === event.callId;
    default:
      return undefined;
  }
}

export function slotKey(userId: string, channel: DeliveryChannel): string {
  return `${channel} ${userId}`;
}

/** Returns the person and the channel of a key. They are known even if the slot of this key cannot be read. */
export function ownerOf(key: string): Pick<Slot, 'userId' | 'channel'> {
  const end = key.indexOf(' ');
  return { userId: key.slice(end + 1), channel: key.slice(0, end) as DeliveryChannel };
}

function withPending(
  slots: State['slots'],
  alarms: State['alarms'],
  { alarmId, associationId, priority, call }: Extract<AlarmDecision, { type: 'called' }>,
): State['slots'] {
  const after = new Map(slots);
  const { callId, userId, name } = call;
  for (const channel of call.channels) {
    const key = slotKey(userId, channel);
    const empty = newSlot(userId, name, channel);
    const added = (slot: Slot): Slot =>
      slot.pending.some((other) => other.callId === callId)
        ? slot
        : { ...slot, pending: [...slot.pending, { alarmId, associationId, callId, priority }] };
    // A new slot with all calls of the person replaces a slot that cannot be changed.
    const renewed = () => added({ ...empty, pending: unsentCalls({ alarms }, empty) });
    after.set(key, tryAt(after.get(key) ?? empty, added) ?? renewed());
  }
  return after;
}

function newSlot(userId: string, name: string, channel: DeliveryChannel): Slot {
  return { userId, name, channel, pending: [], recent: [], wholeAtMs: 0 };
}

function withMessage(state: State, event: MessageDecision): State {
  const { atMs, userId, channel, calls, confirmDueAtMs } = event;
  const isNeeded = (slot: Slot) => slot.pending.length > 0 || slot.wholeAtMs > atMs;
  const slots = new Map([...state.slots].filter(([, slot]) => tryAt(slot, isNeeded) ?? true));
  const key = slotKey(userId, channel);
  const slot = state.slots.get(key) ?? newSlot(userId, event.name, channel);
  const ids = new Set(calls.map(({ callId }) => callId));
  const sent = slot.pending.filter(({ callId }) => ids.has(callId));
  if (sent.length === 0) return state;
  slots.set(key, {
    ...slot,
    pending: slot.pending.filter(({ callId }) => !ids.has(callId)),
    recent: [
      ...slot.recent.filter((message) => atMs - message.atMs < groupMs && message.atMs <= atMs),
      // Readers use the last entry of each patient. A message has its most urgent call first, so the order is reversed.
      ...sent.map(({ associationId, priority }) => ({ associationId, atMs, priority })).reverse(),
    ],
    wholeAtMs: wholeAfterMessage(slot.wholeAtMs, atMs),
  });
  const alarms = new Map(state.alarms);
  for (const { alarmId, callId, dueAtMs } of calls) {
    const alarm = alarms.get(alarmId);
    if (!alarm?.round) continue;
    alarms.set(alarmId, { ...alarm, round: withSentCall(alarm.round, callId, channel, { dueAtMs, confirmDueAtMs }) });
  }
  return { ...state, alarms, slots };
}
