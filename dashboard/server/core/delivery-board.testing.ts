/** Makes records of the topic `deliveries` for tests. */
import type { CallView, DeliveryRecord, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { t0 } from './fold.testing.ts';

/** Returns a UUID that ends with a number. */
export const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const alarmIdOf = (n: number) => `alarm-${String(n).padStart(12, '0')}`;

/** Returns a call to a person. The call has been sent, and waits for the answer. */
export function callTo(userId: string, fields: Partial<CallView> = {}): CallView {
  return {
    callId: `call-${userId}`,
    duty: 'nurse',
    userId,
    name: userId.toUpperCase(),
    channels: ['screen', 'push'],
    sent: [],
    failed: [],
    outcome: 'waiting',
    calledAtMs: t0,
    repeat: 0,
    ...fields,
  };
}

/** Returns the delivery of the alarm `n` of the association `assoc-0<n>`, which calls the given persons. */
export function viewOf(n: number, calls: readonly CallView[] = [], fields: Partial<DeliveryView> = {}): DeliveryView {
  return {
    alarmId: alarmIdOf(n),
    associationId: `assoc-0${n}`,
    ward: 'icu',
    bed: 'ICU-1',
    kind: 'physiological',
    priority: 'high',
    notSent: null,
    phase: 'calling',
    round: 1,
    policyVersion: 'built-in-1',
    notice: null,
    dueAtMs: t0 + 60_000,
    acceptedBy: [],
    calls: [...calls],
    ...fields,
  };
}

/** Returns a record of an event; `after` is the delivery after this event. */
export function deliveryRecord(alarmId: string, after: DeliveryView | null): DeliveryRecord {
  return { event: { type: 'repeat-skipped', alarmId, atMs: t0, dueAtMs: t0 }, after };
}
export const recordOf = (view: DeliveryView) => deliveryRecord(view.alarmId, view);

type ReachSeen = Extract<DeliveryRecord['event'], { type: 'reach-seen' }>;
export function reachSeen(userId: string, fields: Partial<ReachSeen> = {}): DeliveryRecord {
  return {
    event: {
      type: 'reach-seen',
      atMs: t0,
      userId,
      name: userId,
      channel: 'screen',
      checkId: uuid(1),
      state: 'reached',
      stage: 'painted',
      ...fields,
    },
  };
}

/** Returns the push entry `n` of a person. */
export function pushEntry(n: number, userId: string): ReachEntry & { channel: 'push' } {
  return {
    channel: 'push',
    reachId: uuid(n),
    userId,
    name: userId,
    label: `Phone ${n}`,
    addedAt: formatInstant(t0 + n),
    endpoint: `https://push.example/secret-${n}`,
    p256dh: `secret-key-${n}`.padEnd(87, 'A'),
    auth: `secret-auth-${n}`.padEnd(22, 'A'),
  };
}
