/**
 * The way of one topic into InfluxDB: its own reader, group and writer. A problem of one topic (a backlog, a record that does not open yet)
 * does not delay the other. Each continues after its own written points.
 */
import type { Logger } from 'pino';
import { createReader, type Reader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type Behind, behindMs, noteRead, noteWritten } from './core/behind.ts';
import type { TrendCounters } from './counters.ts';
import type { PointStore } from './influx.ts';
import { createIntake, type TrendSource } from './intake.ts';
import { createTrendWriter } from './writer.ts';

export type Way = {
  readonly topic: TrendSource['topic'];
  /** Points gathered or being written. */
  readonly pending: number;
  /** InfluxDB took the last batch. */
  readonly healthy: boolean;
  /** Age of the oldest record that was read and is not in InfluxDB, ms; 0 if all are. */
  behindMs(): number;
  close(): Promise<void>;
};

export async function openWay(options: {
  readonly source: TrendSource;
  readonly group: string;
  /** Where a group without a commit begins, ms since 1970: InfluxDB would not take older points. */
  readonly sinceMs: number;
  readonly sealed: SealedLog;
  readonly store: PointStore;
  readonly counters: TrendCounters;
  readonly log: Logger;
}): Promise<Way> {
  const { source, group, sealed, store, counters, log } = options;
  const { topic } = source;
  const intake = createIntake(source, log, sealed.open, counters);
  const behind: Behind = new Map();
  let reader: Reader | undefined;
  const writer = createTrendWriter({
    store,
    counters,
    log,
    commit: async (positions) => {
      noteWritten(behind, positions);
      await reader?.commit([...positions].map(([partition, next]) => ({ topic, partition, offset: String(next) })));
    },
    onFull: (full) => {
      try {
        if (full) reader?.pause();
        else reader?.resume();
      } catch (error) {
        // Between two memberships there is nothing to pause, and a new membership starts unpaused. The hard limit holds meanwhile.
        log.debug({ error: (error as Error).message }, 'the reader is between two memberships');
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
      behind.clear();
      return undefined;
    },
    onRecords: async (batch) => {
      const { generation } = writer;
      const next = BigInt(batch.records.at(-1)!.offset) + 1n;
      noteRead(behind, batch.partition, next, batch.records[0]!.timestampMs);
      const points = await intake.points(batch);
      if (generation !== writer.generation) return;
      await writer.add(points, batch.partition, next);
    },
  });
  return {
    topic,
    behindMs: () => behindMs(behind, Date.now()),
    get pending() {
      return writer.pending;
    },
    get healthy() {
      return writer.healthy;
    },
    async close() {
      await writer.close();
      await reader?.close();
    },
  };
}
