/** Writes records about the delivery of an alarm into the log, as the delivery process and the dashboard do. */
import { randomUUID } from 'node:crypto';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { AssignmentEvent } from '../../contracts/messages/assignments.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';

const anna = { userId: 'anna', name: 'Anna A.' };
const head = { userId: 'head', name: 'Head H.', role: 'nurse' } as const;

type Place = { readonly ward: string; readonly bed: string };

/** Assigns Anna to the bed, with her acceptance, before the alarm. */
export async function writeAssignment(dashboard: SealedLog, { ward, bed }: Place): Promise<void> {
  const [assignmentId, at] = [randomUUID(), new Date().toISOString()];
  const [from, until] = [at, new Date(Date.now() + 3_600_000).toISOString()];
  const fields = { ward, at };
  const assignment = { assignmentId, ward, duty: 'nurse' as const, beds: [bed], ...anna, from, until };
  const events: AssignmentEvent[] = [
    { type: 'assigned', eventId: randomUUID(), ...fields, by: head, assignment },
    { type: 'accepted', eventId: randomUUID(), ...fields, by: { ...anna, role: 'nurse' }, assignmentId },
  ];
  for (const event of events) await dashboard.append('assignments', ward, contentTypes.assignment, event);
}

/** Writes a round with a call of Anna. The push service took the message, and Anna did not answer. */
export async function writeCalls(delivery: SealedLog, alarm: Alarm, { ward, bed }: Place): Promise<void> {
  const { alarmId, associationId, rev, kind, priority, onsets } = alarm;
  const atMs = Date.now();
  const callId = `${alarmId}/1/1`;
  const chain = {
    steps: [{ duty: 'nurse' as const, channels: ['push' as const], waitMs: 60_000 }],
    ...{ repeatMs: 60_000, acceptedMs: 120_000, ageMsMax: 900_000 },
  };
  const after = {
    ...{ alarmId, associationId, ward, bed, kind, priority, notSent: null, phase: 'calling' as const, round: 1 },
    ...{ policyVersion: 'p-1', notice: null, dueAtMs: null, acceptedBy: [], calls: [] },
  };
  const ofAlarm = { alarmId, atMs };
  const call = {
    callId,
    step: 0,
    duty: 'nurse' as const,
    ...anna,
    channels: ['push' as const],
    waitMs: 60_000,
    repeat: 0,
  };
  const records: DeliveryRecord[] = [
    {
      event: {
        ...{ type: 'reach-seen', atMs, ...anna, channel: 'push', reachId: randomUUID(), checkId: randomUUID() },
        ...{ state: 'reached', stage: 'on-device' },
      },
    },
    {
      event: {
        type: 'alarm-seen',
        ...ofAlarm,
        associationId,
        rev,
        kind,
        priority,
        onsets,
        quiet: null,
        freshAtMs: atMs,
      },
      after,
    },
    {
      event: {
        ...{ type: 'round-started', ...ofAlarm, round: 1, cause: 'new', priority, policyVersion: 'p-1', chain },
        dueAtMs: null,
      },
      after,
    },
    { event: { type: 'called', ...ofAlarm, round: 1, call, associationId, priority, dueAtMs: atMs + 60_000 }, after },
    {
      event: {
        ...{ type: 'message', messageId: `push/${callId}`, atMs, ...anna, channel: 'push', onlyCounted: 0 },
        ...{ calls: [{ alarmId, callId, dueAtMs: atMs + 60_000 }], confirmDueAtMs: atMs + 5_000 },
      },
    },
    { event: { type: 'receipt', ...ofAlarm, callId, userId: anna.userId, channel: 'push', stage: 'taken' } },
    { event: { type: 'call-ended', alarmId, atMs: atMs + 60_000, callId, outcome: 'unanswered' }, after },
  ];
  for (const record of records) await delivery.append('deliveries', 'deliveries', contentTypes.delivery, record);
}

/** Writes that a screen painted the alarm. */
export async function writeShown(dashboard: SealedLog, alarmId: string): Promise<void> {
  const shown = [{ alarmId, userId: 'screen', name: 'Ward screen', way: 'painted', atMs: Date.now() }];
  const record = { at: new Date().toISOString(), shown };
  await dashboard.append('delivery-commands', dashboard.boot, contentTypes.alarmsShown, record);
}
