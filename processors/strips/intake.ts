/** Reads `alarms` and puts the onset of each alarm into the queue. */
import type { Logger } from 'pino';
import type { AlarmEvent, AlarmState, LimitsInForce } from '../../contracts/messages/alarms.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading } from '../../log/sealed-reading.ts';
import { onsetOf } from './core/onsets.ts';
import type { Job, Queue } from './core/queue.ts';

/**
 * Maximum number of alarms, and of associations, that are remembered. If there are more, the oldest is forgotten
 * (ours).
 */
const rememberedMax = 50_000;

export type Intake = {
  take(batch: RecordBatch): Promise<void>;
  /** Learns the limits and the alarms of an association from its last state, at the start. */
  learn(state: AlarmState): void;
  /** Forgets the onsets of jobs that the queue forgets, because the events of these jobs are read again. */
  rewind(jobs: readonly Pick<Job, 'onset'>[]): void;
  leftOutCount(): number;
};

export function createIntake(sealed: Pick<SealedLog, 'open'>, queue: Queue, now: () => number, log: Logger): Intake {
  const onsetCounts = new Map<string, number>();
  const limitsOf = new Map<string, LimitsInForce>();
  const wanted: readonly string[] = [contentTypes.alarmEvent, contentTypes.limitsInForce];
  const reading = createSealedReading({
    ...{ open: sealed.open, log, leftOutOf: 'the strips', missingKeys: 'remember' },
    wants: (contentType) => wanted.includes(contentType),
  });

  function noteEvent(event: AlarmEvent, partition: number, { offset, timestampMs }: LogRecord): void {
    const { alarmId, associationId } = event.alarm;
    const limits = limitsOf.get(associationId);
    // At the start, the known limits come from the last state, and may be newer than an alarm that is read again.
    const areInForce = limits !== undefined && (parseInstant(limits.at) ?? 0) <= (parseInstant(event.at) ?? 0);
    const onset = onsetOf(event, onsetCounts.get(alarmId), areInForce ? limits : undefined);
    // The count may go down: after a restart or a new assignment, events are read again, and each onset among them must
    // be noticed again.
    setNewest(onsetCounts, alarmId, event.alarm.onsets);
    if (onset) queue.add({ onset, partition, offset: BigInt(offset), appendedMs: timestampMs }, now());
  }

  return {
    async take(batch) {
      for (const record of batch.records) {
        const read = await reading.read(batch, record);
        if (read?.record.contentType === contentTypes.alarmEvent) noteEvent(read.record.body, batch.partition, record);
        if (read?.record.contentType === contentTypes.limitsInForce)
          setNewest(limitsOf, read.record.body.associationId, read.record.body);
      }
    },
    learn({ associationId, live, limits }) {
      for (const { alarmId, onsets } of live) setNewest(onsetCounts, alarmId, onsets);
      if (limits) setNewest(limitsOf, associationId, limits);
    },
    rewind(jobs) {
      // For each alarm, the count from before its earliest onset must stay. So the earliest onset is set last.
      const latestFirst = jobs.toSorted((a, b) => b.onset.alarm.onsets - a.onset.alarm.onsets);
      for (const { onset } of latestFirst) setNewest(onsetCounts, onset.alarm.alarmId, onset.alarm.onsets - 1);
    },
    leftOutCount: reading.leftOutCount,
  };
}

/** Sets a member of a map, and removes the member that was set first if there are too many. */
function setNewest<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > rememberedMax ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
