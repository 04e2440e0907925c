/** Reads the log with the operator's key while breaches are measured, and notes when each breach reached each step. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { type AnyRecord, checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { parseInstant } from '../contracts/time.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import type { Breach, Step } from './delivery-chain.ts';

/** The condition that a breach of the measurement raises. */
const condition = 'HR.extreme-high';
/** The heart rate of a breach. It is beyond the extreme limit, so the alarm has high priority and no delay. */
export const breachHeartRate = 190;

export type MutableBreach = Breach & { readonly times: Breach['times']; readonly calls: Map<string, string> };

/**
 * Calls `onRecord` with each record of the topics from now on. `seenMs` is the time at which this process got the
 * record.
 */
export async function followLog(
  operator: SealedLog,
  topics: readonly KafkaTopic[],
  onRecord: (record: AnyRecord, times: { readonly appendedMs: number; readonly seenMs: number }) => void,
): Promise<() => Promise<void>> {
  const reader = await createReader(operator.kafka, {
    group: `operator-bench-${randomUUID()}`,
    topics,
    start: 'end',
    log: pino({ level: 'silent' }),
    async onRecords(batch) {
      const seenMs = Date.now();
      for (const record of batch.records) {
        if (record.value === null) continue;
        const opened = await operator.open({ topic: batch.topic, key: record.key, value: record.value });
        const checked = checkRecord(opened.contentType, opened.plaintext);
        if (checked.ok) onRecord(checked, { appendedMs: record.timestampMs, seenMs });
      }
    },
  });
  await reader.caughtUp;
  return reader.close;
}

/**
 * Notes when each breach reaches each step. `breachAt` finds the breach of an association, and `breachOf` finds the
 * breach of a device. Both return undefined if there was no breach yet. `close` stops the reading of the log.
 */
export async function followBreaches(
  operator: SealedLog,
  find: {
    readonly breachAt: (associationId: string) => MutableBreach | undefined;
    readonly breachOf: (deviceId: string) => MutableBreach | undefined;
  },
): Promise<{ readonly associationOf: (alarmId: string) => string | undefined; readonly close: () => Promise<void> }> {
  const associations = new Map<string, string>();
  const note = (breach: MutableBreach | undefined, times: Partial<Record<Step, number | undefined>>) => {
    for (const [step, ms] of Object.entries(times) as [Step, number | undefined][])
      if (breach && ms !== undefined) breach.times[step] ??= ms;
  };
  const closeReadings = await followLog(operator, ['observations', 'alarms'], (record, { appendedMs }) => {
    if (record.contentType === contentTypes.observation) {
      const { deviceId, receivedAt, reading } = record.body;
      const isBreach = reading.values.some((numeric) => numeric.value === breachHeartRate);
      if (isBreach) note(find.breachOf(deviceId), { received: parseInstant(receivedAt), logged: appendedMs });
    } else if (record.contentType === contentTypes.alarmEvent && record.body.alarm.condition === condition) {
      const { associationId, alarmId, raisedAt } = record.body.alarm;
      associations.set(alarmId, associationId);
      note(find.breachAt(associationId), { judged: parseInstant(raisedAt), published: appendedMs });
    }
  });
  const closeDeliveries = await followLog(operator, ['deliveries'], (record, { seenMs }) => {
    if (record.contentType !== contentTypes.delivery) return;
    const { event } = record.body;
    if (event.type === 'called') {
      const breach = find.breachAt(event.associationId);
      breach?.calls.set(event.call.callId, event.call.userId);
      note(breach, { called: event.atMs, sent: seenMs });
    }
  });
  return {
    associationOf: (alarmId) => associations.get(alarmId),
    close: async () => void (await Promise.all([closeReadings(), closeDeliveries()])),
  };
}
