/**
 * Decides when a call goes into a message. The first alarm of a patient and each more urgent alarm are sent at once.
 * Other alarms of the same patient within 3 s go together into the next message. Pure.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import type { PendingCall, Slot } from './state.ts';

/** Alarms of one patient within this time become one message, ms. */
export const groupMs = 3_000;

/** Returns when a pending call is ready to be sent, ms. */
export function readyAtMs(slot: Slot, { associationId, priority }: PendingCall, nowMs: number): number {
  const last = slot.recent.findLast((message) => message.associationId === associationId && message.atMs <= nowMs);
  if (!last || nowMs - last.atMs >= groupMs || isMoreUrgent(priority, last.priority)) return nowMs;
  return last.atMs + groupMs;
}

/**
 * Returns the messages that can be sent now, each as a list of calls. Calls about one patient go into one message. If
 * the number of patients exceeds the number of allowed messages, one message has all calls that wait.
 * @param ready the calls that are ready
 * @param allowed number of messages allowed now, at least 1
 */
export function groupsOf(
  ready: readonly PendingCall[],
  pending: readonly PendingCall[],
  allowed: number,
): (readonly PendingCall[])[] {
  const patients = new Set(ready.map(({ associationId }) => associationId));
  if (patients.size === 0) return [];
  if (patients.size > allowed) return [mostUrgentFirst(pending)];
  const groups = [...patients].map((patient) =>
    mostUrgentFirst(pending.filter(({ associationId }) => associationId === patient)),
  );
  return groups.sort((a, b) => priorityRank[b[0]!.priority] - priorityRank[a[0]!.priority]);
}

function mostUrgentFirst(calls: readonly PendingCall[]): readonly PendingCall[] {
  return calls.toSorted((a, b) => priorityRank[b.priority] - priorityRank[a.priority]);
}

function isMoreUrgent(a: Priority, b: Priority): boolean {
  return priorityRank[a] > priorityRank[b];
}
