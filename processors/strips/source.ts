/**
 * Reads the records of devices around onsets. One pass reads each topic once for several onsets, and once more if the
 * clocks of an engine and a device are far apart (`spansOf`). Opens only the records of their associations.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { partitionOf } from '../../log/kafka/connect.ts';
import { readOffsetsSince } from '../../log/kafka/log-ends.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import { openPartitionReader, type PartitionReader } from '../../log/kafka/read-all.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import { logAheadMs } from '../../process/system-clock.ts';
import { type Onset, type Span, spansOf } from './core/onsets.ts';
import type { Read, WaveSource } from './core/strip.ts';

export type StripSource = {
  /** Returns what Kafka has around the onsets, by key of the onset. @throws Error of kafkajs */
  read(onsets: readonly PlannedOnset[]): Promise<ReadonlyMap<string, Read>>;
  close(): Promise<void>;
};

/**
 * Maximum size of the sealed records in memory, bytes, for each reading of a topic (ours). Further records are left
 * out. Only left-out wave records count as unreadable.
 */
const passBytesMax = 128 * 1024 ** 2;

/** An onset, and the number of the attempt. */
export type PlannedOnset = { readonly onset: Onset; readonly attempt: number };

type Sealed = { readonly partition: number; readonly record: LogRecord };
type Wanted = { readonly associationId: string; readonly span: Span };

/** Returns the sealed records of a topic in the spans, and the number of records for which there was no room. */
async function readSealed(sealed: SealedLog, reader: PartitionReader, topic: KafkaTopic, wanted: readonly Wanted[]) {
  const fromMs = Math.min(...wanted.map(({ span }) => span.fromMs));
  const toMs = Math.max(...wanted.map(({ span }) => span.toMs));
  const first = await readOffsetsSince(sealed.kafka, [topic], fromMs);
  const last = await readOffsetsSince(sealed.kafka, [topic], toMs + Math.max(0, logAheadMs()));
  const starts = new Map<number, bigint>();
  const stops = new Map<number, bigint>();
  for (const { associationId } of wanted) {
    const partition = partitionOf(topic, associationId);
    starts.set(partition, first.get(`${topic}/${partition}`) ?? 0n);
    stops.set(partition, last.get(`${topic}/${partition}`) ?? 0n);
  }
  const spans = Map.groupBy(wanted, ({ associationId }) => associationId);
  const records: Sealed[] = [];
  let bytes = 0;
  let dropped = 0;
  await reader.read(
    topic,
    starts,
    (partition, record) => {
      const isWanted = spans
        .get(record.key)
        ?.some(({ span }) => record.timestampMs >= span.fromMs && record.timestampMs <= span.toMs);
      if (!isWanted || record.value === null) return;
      if (bytes + record.value.length > passBytesMax) dropped += 1;
      else {
        bytes += record.value.length;
        records.push({ partition, record });
      }
    },
    stops,
  );
  return { records, dropped };
}

export async function openStripSource(sealed: SealedLog, log: Logger): Promise<StripSource> {
  const topics = ['waveforms', 'observations'] as const;
  const group = `${sealed.service}-source-${randomUUID()}`;
  const reader = await openPartitionReader(sealed.kafka, { group, topics, log });
  const reading = createSealedReading({ open: sealed.open, log, leftOutOf: 'the strips', missingKeys: 'remember' });

  /** Opens records. Returns the number of records that could not be opened, by association. */
  async function openAll(
    topic: KafkaTopic,
    records: readonly Sealed[],
    onRead: (read: ReadRecord, at: Sealed) => void,
  ) {
    const unreadable = new Map<string, number>();
    for (const at of records) {
      const read = await reading.read({ topic, partition: at.partition }, at.record);
      if (read) onRead(read, at);
      else unreadable.set(at.record.key, (unreadable.get(at.record.key) ?? 0) + 1);
    }
    return unreadable;
  }

  async function readGroup(onsets: readonly PlannedOnset[], spanAt: number) {
    const wanted = onsets.flatMap(({ onset, attempt }): Wanted[] => {
      const span = spansOf(onset, attempt)[spanAt];
      return span ? [{ associationId: onset.alarm.associationId, span }] : [];
    });
    const waves = new Map<string, WaveSource[]>();
    const observations = new Map<string, Read['observations'][number][]>();
    if (wanted.length === 0) return { waves, observations, unreadable: new Map<string, number>(), dropped: 0 };
    const sealedWaves = await readSealed(sealed, reader, 'waveforms', wanted);
    const unreadable = await openAll(
      'waveforms',
      sealedWaves.records,
      ({ opened, record }, { partition, record: at }) => {
        if (record.contentType !== contentTypes.waveform) return;
        const { boot, seq, key } = opened.origin;
        const source = { body: record.body, partition, offset: at.offset, boot, seq };
        waves.set(key, [...(waves.get(key) ?? []), source]);
      },
    );
    const sealedObservations = await readSealed(sealed, reader, 'observations', wanted);
    await openAll('observations', sealedObservations.records, ({ opened, record }) => {
      if (record.contentType !== contentTypes.observation) return;
      const { key } = opened.origin;
      observations.set(key, [...(observations.get(key) ?? []), record.body]);
    });
    return { waves, observations, unreadable, dropped: sealedWaves.dropped };
  }

  return {
    async read(onsets) {
      const groups = [await readGroup(onsets, 0), await readGroup(onsets, 1)];
      return new Map(
        onsets.map(
          ({
            onset: {
              key,
              alarm: { associationId },
            },
          }) => [
            key,
            {
              waves: groups.flatMap((group) => group.waves.get(associationId) ?? []),
              observations: groups.flatMap((group) => group.observations.get(associationId) ?? []),
              unreadable: groups.reduce(
                (sum, group) => sum + (group.unreadable.get(associationId) ?? 0) + group.dropped,
                0,
              ),
            },
          ],
        ),
      );
    },
    close: reader.close,
  };
}
