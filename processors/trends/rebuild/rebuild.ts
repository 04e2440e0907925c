/**
 * Writes the trends again from the readings and scores that Kafka has since a given time, in order, while the trend
 * writer runs.
 */

import type { RebuildProgress } from '../../../contracts/messages/rebuild.ts';
import type { LogRecord } from '../../../log/kafka/log-record.ts';
import type { Reader, ReaderOptions, RecordBatch } from '../../../log/kafka/reader.ts';
import type { TrendCounters } from '../counters.ts';
import type { Intake, TrendSource } from '../intake.ts';
import type { PersistentStore } from '../persist.ts';

export type Rebuild = {
  readonly progress: () => RebuildProgress;
  /** Resolves when InfluxDB has all records that are in the log, including those that came during the rebuild. */
  readonly done: Promise<void>;
  close(): Promise<void>;
};

type Part = { readonly topic: TrendSource['topic']; readonly intake: Intake };

/**
 * Writes the points of every record since `sinceMs`. An existing point gets the same value again. So a rebuild may run
 * twice, and may run while the trend writer runs. The rebuild continues to the present end of the log. So if the trend
 * writer writes a correction during the rebuild, the rebuild writes the corrected value too, after the old value.
 * @param openReader opens a reader whose group commits no offset
 * @param sinceMs ms since 1970; InfluxDB does not accept older points
 */
export async function startRebuild(options: {
  readonly parts: readonly Part[];
  readonly sinceMs: number;
  readonly openReader: (options: Pick<ReaderOptions, 'topics' | 'start' | 'onRecords'>) => Promise<Reader>;
  readonly store: PersistentStore;
  readonly counters: TrendCounters;
}): Promise<Rebuild> {
  const { store, counters, sinceMs } = options;
  const stopping = new AbortController();
  /** The number of records that are still to be read, by topic and partition. */
  const remaining = new Map<string, bigint>();

  async function writeBatch(intake: Intake, batch: RecordBatch): Promise<void> {
    await store.write(await intake.points(batch), stopping.signal);
    const count = BigInt(batch.highWatermark) - nextOf(batch.records);
    remaining.set(`${batch.topic}/${batch.partition}`, count > 0n ? count : 0n);
  }

  async function open({ topic, intake }: Part): Promise<Reader> {
    return options.openReader({
      topics: [topic],
      start: { sinceMs },
      onRecords: (batch) => writeBatch(intake, batch),
    });
  }
  const readers = await Promise.all(options.parts.map(open));

  async function toTheEnd(reader: Reader): Promise<void> {
    await reader.caughtUp;
    await reader.reachEnd();
  }
  return {
    progress: () => ({
      records: counters.records,
      ahead: Number([...remaining.values()].reduce((sum, count) => sum + count, 0n)),
      points: counters.pointsWritten,
      refused: counters.pointsRefused,
      unreadable: counters.skipped + counters.pointsFailed,
      isStoreAway: !store.isHealthy,
    }),
    done: Promise.all(readers.map(toTheEnd)).then(() => undefined),
    async close() {
      stopping.abort();
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

function nextOf(records: readonly LogRecord[]): bigint {
  return BigInt(records.at(-1)?.offset ?? -1) + 1n;
}
