/** Writes the trends anew from the readings and scores that Kafka still has: all of them, in order, beside the running writer. */

import type { RebuildProgress } from '../../../contracts/messages/rebuild.ts';
import type { LogRecord } from '../../../log/kafka/log-record.ts';
import type { Reader, ReaderOptions, RecordBatch } from '../../../log/kafka/reader.ts';
import type { TrendCounters } from '../counters.ts';
import type { Intake, TrendSource } from '../intake.ts';
import type { PersistentStore } from '../persist.ts';

export type Rebuild = {
  readonly progress: () => RebuildProgress;
  /** Resolves when InfluxDB has the records that were in the log at the start, and those that came meanwhile. */
  readonly done: Promise<void>;
  close(): Promise<void>;
};

type Part = { readonly topic: TrendSource['topic']; readonly intake: Intake };

/**
 * Writes the points of every record since `sinceMs`. An existing point gets the same value again, so this may run twice and beside the
 * writer. It continues to the present end of the log, not only to the end at its start. So a correction that the writer wrote meanwhile is
 * written again after the value that it corrects.
 * @param openReader its group commits nothing
 * @param sinceMs ms since 1970; InfluxDB would not take older points
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
  /** By topic and partition, how many records remain. */
  const ahead = new Map<string, bigint>();

  async function take(intake: Intake, batch: RecordBatch): Promise<void> {
    await store.write(await intake.points(batch), stopping.signal);
    const left = BigInt(batch.highWatermark) - nextOf(batch.records);
    ahead.set(`${batch.topic}/${batch.partition}`, left > 0n ? left : 0n);
  }

  async function open({ topic, intake }: Part): Promise<Reader> {
    return options.openReader({
      topics: [topic],
      start: { sinceMs },
      onRecords: (batch) => take(intake, batch),
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
      ahead: Number([...ahead.values()].reduce((sum, left) => sum + left, 0n)),
      points: counters.pointsWritten,
      refused: counters.pointsRefused,
      unreadable: counters.poison,
      isStoreAway: !store.healthy,
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
