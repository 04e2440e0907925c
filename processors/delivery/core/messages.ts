/**
 * Makes messages from the calls that wait. Vigil sends nothing about an alarm that was answered, has ended, or is too
 * old. Pure.
 */
import type { MessageDecision } from './events.ts';
import { tryAt } from './evolve.ts';
import { groupsOf, readyAtMs } from './grouping.ts';
import { allowedAtMs, allowedCount } from './rate.ts';
import type { PendingCall, Slot, State } from './state.ts';
import { isTooOld } from './waits.ts';
import { wantedCall } from './wanted.ts';

/** A channel must confirm within this time that it has the message, ms (CLINICAL, "Delivery"). */
export const confirmMs = 5_000;
/** A message names at most this many alarms, and gives the number of further alarms (ours). */
export const namedMax = 20;

/** A slot for which the code threw an error. */
export type FailedSlot = { readonly failedKey: string; readonly error: unknown };

/**
 * Returns the next message that must leave now, or the next slot for which the code throws an error; undefined if
 * nothing must leave.
 * @param skipped the keys of slots that are left out
 */
export function nextMessage(
  state: State,
  nowMs: number,
  skipped: ReadonlySet<string> = new Set(),
): MessageDecision | FailedSlot | undefined {
  for (const [key, slot] of state.slots) {
    if (skipped.has(key)) continue;
    try {
      const message = messageOfSlot(state, slot, nowMs);
      if (message) return message;
    } catch (error) {
      return { failedKey: key, error };
    }
  }
  return undefined;
}

function messageOfSlot(state: State, slot: Slot, nowMs: number): MessageDecision | undefined {
  const pending = slot.pending.filter((call) => isWanted(state, slot, call, nowMs));
  const ready = pending.filter((call) => readyAtMs(slot, call, nowMs) <= nowMs);
  const allowed = allowedCount(slot.wholeAtMs, nowMs);
  if (ready.length === 0 || allowed < 1) return undefined;
  const [group] = groupsOf(ready, pending, allowed);
  return group && messageOf(state, slot, group, nowMs);
}

/**
 * Returns when the next message may leave, ms; Infinity if no call waits. A slot for which the code throws an error is
 * tried with each change.
 */
export function nextMessageAtMs(state: State, nowMs: number): number {
  const times = [...state.slots.values()].map((slot) => tryAt(slot, () => readySlotAtMs(state, slot, nowMs)));
  return Math.min(...times.map((ms) => (ms === undefined || Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms)));
}

function readySlotAtMs(state: State, slot: Slot, nowMs: number): number {
  const pending = slot.pending.filter((call) => isWanted(state, slot, call, nowMs));
  if (pending.length === 0) return Number.POSITIVE_INFINITY;
  const readyMs = pending.map((call) => readyAtMs(slot, call, nowMs));
  return Math.max(Math.min(...readyMs), allowedAtMs(slot.wholeAtMs, nowMs));
}

/** Returns whether the call waits to be sent through the slot's channel. */
function isWanted(state: State, slot: Slot, pending: PendingCall, nowMs: number): boolean {
  try {
    return mustBeSent(state, slot, pending, nowMs);
  } catch {
    // The state of the alarm cannot be read. The rules fail for this alarm and inform its ward (alarm-failure.ts).
    return false;
  }
}

function mustBeSent(state: State, { channel }: Slot, pending: PendingCall, nowMs: number): boolean {
  const alarm = state.alarms.get(pending.alarmId);
  const ageMsMax = alarm?.round?.chain.ageMsMax ?? 0;
  if (!alarm || isTooOld(alarm.freshAtMs, ageMsMax, nowMs)) return false;
  const call = wantedCall(state, pending, channel);
  return call !== undefined && !call.sent.includes(channel);
}

function messageOf(state: State, slot: Slot, group: readonly PendingCall[], nowMs: number): MessageDecision {
  const { userId, name, channel } = slot;
  const calls = group.map(({ alarmId, callId }) => {
    const waitMs = state.alarms.get(alarmId)?.round?.calls.find((call) => call.callId === callId)?.waitMs ?? 0;
    return { alarmId, callId, dueAtMs: nowMs + waitMs };
  });
  return {
    ...{ type: 'message', atMs: nowMs, userId, name, channel, calls },
    // A call is sent once through a channel, so this id is never used for another message.
    messageId: `${channel}/${calls[0]!.callId}`,
    onlyCounted: Math.max(0, calls.length - namedMax),
    confirmDueAtMs: nowMs + confirmMs,
  };
}
