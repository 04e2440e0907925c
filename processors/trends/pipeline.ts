/**
 * Moves one topic into InfluxDB. Each topic has its own reader, Kafka group and writer, so a backlog of one topic does
 * not delay another topic.
 */
import type { Logger } from 'pino';
import { createReader, type Reader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type Backlog, backlogAgeMs, noteRead, noteWritten } from './core/backlog.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';
import { createIntake, type TrendSource } from './intake.ts';
import { createTrendWriter } from './writer.ts';

export type Pipeline = {
  readonly topic: TrendSource['topic'];
  /** Number of points that are not in InfluxDB yet. */
  readonly pendingPoints: number;
  /** Whether InfluxDB accepted the last batch. */
  readonly isHealthy: boolean;
  /**
   * Returns the age of the oldest record that was read and is not in InfluxDB yet, ms; 0 if every read record is in
   * InfluxDB.
   */
  behindMs(): number;
  close(): Promise<void>;
};

export async function openPipeline(options: {
  readonly source: TrendSource;
  readonly group: string;
  /**
   * The time from which a group without a committed offset reads, ms since 1970. InfluxDB does not accept older points.
   */
  readonly sinceMs: number;
  readonly sealed: SealedLog;
  readonly store: PointStore;
  readonly counters: TrendCounters;
  readonly log: Logger;
}): Promise<Pipeline> {
  const { source, group, sealed, store, counters, log } = options;
  const { topic } = source;
  const intake = createIntake(source, log, sealed.open, counters);
  const backlog: Backlog = new Map();
  let reader: Reader | undefined;
  const writer = createTrendWriter({
    store,
    counters,
    log,
    commit: async (positions) => {
      noteWritten(backlog, positions);
      await reader?.commit([...positions].map(([partition, next]) => ({ topic, partition, offset: String(next) })));
    },
    onFull: (full) => {
      try {
        if (full) reader?.pause();
        else reader?.resume();
      } catch (error) {
        // The reader cannot pause while it joins the group again. During this time, the hard limit of the writer stops
        // the reading.
        log.debug(
          { error: (error as Error).message },
          'the reader cannot pause or resume while it joins the Kafka group',
        );
      }
    },
  });
  reader = await createReader(sealed.kafka, {
    group,
    topics: [topic],
    start: { committedOrSinceMs: options.sinceMs },
    log,
    onAssigned: async () => {
      writer.discard();
      backlog.clear();
      return undefined;
    },
    onRecords: async (batch) => {
      const { generation } = writer;
      const next = BigInt(batch.records.at(-1)!.offset) + 1n;
      noteRead(backlog, batch.partition, next, batch.records[0]!.timestampMs);
      const points = await intake.points(batch);
      if (generation !== writer.generation) return;
      await writer.add(points, batch.partition, next);
    },
  });
  return {
    topic,
    behindMs: () => backlogAgeMs(backlog, Date.now()),
    get pendingPoints() {
      return writer.pendingPoints;
    },
    get isHealthy() {
      return writer.isHealthy;
    },
    async close() {
      await writer.close();
      await reader?.close();
    },
  };
}
