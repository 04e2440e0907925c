/** Reads the records of a run from Kafka, with the operator's key. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { createReader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Stage } from './stage.ts';
import type { AlarmLine, DeliveryLine, Evidence } from './verdict.ts';

/**
 * Longest time without a confirmation and without a notice, ms. Three tries of a call take 5 s each, and a busy machine
 * needs some seconds more.
 */
const unconfirmedMsMax = 25_000;

export async function readEvidence({ operator, peers, phones, chromium, screen, patients }: Stage): Promise<Evidence> {
  const deliveries: DeliveryLine[] = [];
  const alarms: AlarmLine[] = [];
  const answeredCommands = new Set<string>();
  await readTopics(operator, (contentType, plaintext, appendedMs) => {
    const checked = checkRecord(contentType, plaintext);
    if (!checked.ok) throw new Error(`a record of the type ${contentType} does not match its schema`);
    if (checked.contentType === contentTypes.delivery) deliveries.push({ record: checked.body, appendedMs });
    if (checked.contentType === contentTypes.commandAnswer) answeredCommands.add(checked.body.commandId);
    if (checked.contentType === contentTypes.alarmEvent && patients.includes(checked.body.alarm.associationId))
      alarms.push({ event: checked.body, appendedMs });
  });
  return {
    ...{ deliveries, alarms, answeredCommands, unconfirmedMsMax },
    received: peers.received(),
    notices: screen.notices(),
    acknowledged: [...phones.values(), chromium].flatMap((person) => person.acknowledged),
  };
}

async function readTopics(
  operator: SealedLog,
  take: (contentType: string, plaintext: Buffer, appendedMs: number) => void,
): Promise<void> {
  const faults: unknown[] = [];
  const reader = await createReader(operator.kafka, {
    group: `operator-evidence-${randomUUID()}`,
    topics: ['deliveries', 'alarms'],
    start: 'beginning',
    log: pino({ level: 'silent' }),
    async onRecords(batch) {
      for (const record of batch.records) {
        if (record.value === null) continue;
        try {
          const opened = await operator.open({ topic: batch.topic, key: record.key, value: record.value });
          take(opened.contentType, Buffer.from(opened.plaintext), record.timestampMs);
        } catch (error) {
          faults.push(error);
        }
      }
    },
  });
  await reader.caughtUp;
  await reader.close();
  if (faults.length > 0) throw faults[0];
}
