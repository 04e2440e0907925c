/** Computes the state after an event: the part of the alarm, and the messages that wait. Pure. */
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { AlarmDecision, DeliveryEvent, MessageDecision } from './events.ts';
import { evolveAlarm, withSentCall } from './evolve-alarm.ts';
import { groupMs } from './grouping.ts';
import { wholeAfterMessage } from './rate.ts';
import type { Slot, State } from './state.ts';

/** Returns the state after an event. If the log has an event twice in a row, the second one has no effect. */
export function evolve(state: State, event: DeliveryEvent): State {
  if (event.type === 'message') return withMessage(state, event);
  const alarms = new Map(state.alarms);
  const after = evolveAlarm(alarms.get(event.alarmId), event);
  if (after) alarms.set(event.alarmId, after);
  else alarms.delete(event.alarmId);
  return {
    alarms,
    slots: event.type === 'called' ? withPending(state.slots, event) : withoutPending(state.slots, event),
  };
}

/** Drops the calls that must not be sent any more: after an answer, after the end of the alarm, and of a former round. */
function withoutPending(slots: State['slots'], event: AlarmDecision): State['slots'] {
  const { alarmId, type } = event;
  const isEnd =
    type === 'accepted' ||
    type === 'stopped' ||
    type === 'expired' ||
    type === 'alarm-cleared' ||
    type === 'round-started';
  if (!isEnd && type !== 'rejected') return slots;
  const isDropped = (slot: Slot) => type !== 'rejected' || slot.userId === event.userId;
  const changed = [...slots].map(([key, slot]): [string, Slot] =>
    isDropped(slot)
      ? [key, { ...slot, pending: slot.pending.filter((call) => call.alarmId !== alarmId) }]
      : [key, slot],
  );
  return new Map(changed);
}

export function slotKey(userId: string, channel: DeliveryChannel): string {
  return `${channel} ${userId}`;
}

function withPending(
  slots: State['slots'],
  { alarmId, associationId, priority, call }: Extract<AlarmDecision, { type: 'called' }>,
): State['slots'] {
  const after = new Map(slots);
  for (const channel of call.channels) {
    const key = slotKey(call.userId, channel);
    const slot = after.get(key) ?? newSlot(call.userId, call.name, channel);
    if (slot.pending.some(({ callId }) => callId === call.callId)) continue;
    after.set(key, { ...slot, pending: [...slot.pending, { alarmId, associationId, callId: call.callId, priority }] });
  }
  return after;
}

function newSlot(userId: string, name: string, channel: DeliveryChannel): Slot {
  return { userId, name, channel, pending: [], recent: [], wholeAtMs: 0 };
}

function withMessage(state: State, event: MessageDecision): State {
  const { atMs, userId, channel, calls, confirmDueAtMs } = event;
  const slots = new Map([...state.slots].filter(([, slot]) => slot.pending.length > 0 || slot.wholeAtMs > atMs));
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
      // The last entry of a patient counts, and the most urgent call of a message comes first.
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
  return { alarms, slots };
}
