/**
 * The alarm processor: readings and commands in, alarm events and snapshots out.
 *
 * What makes a kill harmless: events go to `alarms` before the snapshot that includes them goes to `alarm-state`, and the group
 * commits only what all snapshots include (flushing.ts). So after a kill the next owner judges again what the last one may have
 * published, and publishes the same (same `alarmId`, same `rev`). Every assignment, the first and after a rebalance, restores from
 * Kafka alone (ownership.ts).
 */
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { partitionOf } from '../../log/kafka/connect.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';
import { createReader, type RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Associations } from './associations.ts';
import type { Canaries } from './canaries.ts';
import { addCounts, type Counter } from './core/counts.ts';
import type { Environment } from './core/environment.ts';
import { createFlushing } from './flushing.ts';
import { isDeaf } from './hearing.ts';
import { type Liveness, startLiveness } from './liveness.ts';
import { createOpening } from './opening.ts';
import { createOutbox } from './outbox.ts';
import { createOwnership, type Owner, type Ownership } from './ownership.ts';
import { type Counters, createPartition, type Partition } from './partition.ts';
import { type Outgoing, outgoing } from './published.ts';
import { type RestoredPartition, restorePartitions } from './restore.ts';

const alarmsGroup = 'alarms';
const tickMs = 500;
const associationWaitMs = 2_000;
/** How often patients are looked for whose device has sent nothing. */
const expectMs = 2_000;

export type Processor = {
  counters(): Record<string, number>;
  /** Profiles have changed. */
  judgeAnew(): void;
  close(): Promise<void>;
};

export type ProcessorOptions = {
  readonly sealedLog: SealedLog;
  readonly associations: Associations;
  readonly env: Environment;
  readonly snapshotMs: number;
  readonly quietSnapshotMs: number;
  /** Empty: none. */
  readonly memberFile: string;
  readonly log: Logger;
  readonly canaries: Canaries;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  readonly onReady: () => void;
  /** The readings have offsets that states hold already: the topic was made anew, and this processor must begin again. */
  readonly onLogAnew: (partition: number, offset: bigint) => void;
};

/** What the functions of this file share. */
type Parts = {
  readonly options: ProcessorOptions;
  readonly counts: ReturnType<typeof startCounts>;
  readonly liveness: Liveness;
};

export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { sealedLog, canaries, log, now } = options;
  const parts: Parts = { options, counts: startCounts(), liveness: startLiveness(now) };
  const ownership = createOwnership({
    restore: (partitions) => restorePartitions({ sealedLog, reader: restoring, group: alarmsGroup, partitions, log }),
    open: (restored) => openPartition(parts, restored),
    canaries,
    onTaken(partitions, tookMs) {
      const engines = sumOf(ownership, ({ partition }) => partition.engines());
      log.info({ partitions, engines, restored: parts.counts.partition.restored, tookMs }, 'took over partitions');
      options.onReady();
    },
    now,
  });
  const flushing = createFlushing({
    ...options,
    ownership,
    ask: parts.liveness.ask,
    commit: (rows) => reader.commit(rows),
  });
  const judging = createJudging(parts, ownership);
  const restoring = await openPartitionReader(sealedLog.kafka, {
    group: `${alarmsGroup}-${sealedLog.boot}-restore`,
    topics: ['alarm-state', 'alarms', 'commands'],
    log,
  });
  // Before the reader: after a gap between two looks, liveness assumes that the processor stood still.
  const ticker = startTicker(parts, ownership);
  const reader = await createReader(sealedLog.kafka, {
    group: alarmsGroup,
    topics: ['observations', 'commands'],
    start: 'committed',
    copartitioned: true,
    readsAhead: true,
    ...(options.memberFile !== '' && { memberFile: options.memberFile }),
    onAssigned: ownership.takeOver,
    onRecords: judging.onRecords,
    onReached: judging.onReached,
    log,
  });
  flushing.start();

  return {
    counters: () => ({ ...countersOf(parts, ownership), ...flushing.counts(), leftOut: judging.leftOut() }),
    judgeAnew() {
      for (const { partition } of ownership.owners().values()) partition.judgeAnew(now());
    },
    async close() {
      judging.stop();
      clearInterval(ticker);
      await flushing.close();
      ownership.letGo();
      await reader.close();
      await restoring.close();
    },
  };
}

/** Opens one partition. What its engines publish goes to its outbox, in the same order. */
function openPartition({ options, counts, liveness }: Parts, restored: RestoredPartition) {
  const { sealedLog, associations, env, log } = options;
  const append = ({ key, contentType, body }: Outgoing) => sealedLog.append('alarms', key, contentType, body);
  const outbox = createOutbox({ append, start: restored.toldTo, log });
  const partition = createPartition({
    env,
    restored,
    associationAt: associations.at,
    emit(event) {
      counts.processor.events += 1;
      outbox.put({ key: event.alarm.associationId, contentType: contentTypes.alarmEvent, body: event });
    },
    publish: (record) => outbox.put(outgoing(record)),
    counters: counts.partition,
    onCounts: (added) => addCounts(counts.judged, added),
    mayJudge: liveness.hear,
    nowMs: options.now(),
  });
  return { partition, outbox };
}

/**
 * Gives the records of the reader to the owned partitions, in their order.
 *
 * Guarantee: after each wait for a record it checks whether the partition is still owned. If not, the partition gets nothing more.
 */
function createJudging({ options, counts, liveness }: Parts, ownership: Ownership) {
  const { sealedLog, associations, canaries, now } = options;
  const opening = createOpening(sealedLog, options.log);
  let isStopped = false;

  async function onRecords({ topic, partition: p, records, highWatermark }: RecordBatch): Promise<void> {
    const mine = ownership.generation();
    const owner = ownership.owners().get(p);
    if (!owner || isStopped || (topic !== 'observations' && topic !== 'commands')) return;
    if (topic === 'observations') owner.partition.holds(BigInt(highWatermark));
    for (const record of records) {
      const pending = opening.take(topic, p, record);
      const taken = pending instanceof Promise ? await pending : pending;
      counts.processor.records += 1;
      const offset = BigInt(record.offset);
      // The first alarm of an association must not wait for its data key to be made.
      if (taken?.ok && !owner.partition.has(record.key))
        void sealedLog.sealer.keyFor(record.key, 'alarms').catch(() => {});
      if (taken?.ok && !owner.partition.has(record.key) && associations.at(record.key) === undefined)
        await associations.known(record.key, associationWaitMs);
      if (mine !== ownership.generation() || isStopped) return;
      const { key, timestampMs } = record;
      if (taken && 'canaryMs' in taken) meet(owner.partition, p, offset, taken.canaryMs);
      if (!taken?.ok) owner.partition.passed(topic, offset, now());
      else if (taken.input.type === 'command') owner.partition.command(key, offset, timestampMs, taken.input, now());
      else owner.partition.observation(key, offset, timestampMs, taken.input, taken.receivedAt ?? timestampMs, now());
    }
    await owner.outbox.room();
  }

  /** A canary counts only while everything is judged. If silence, and so escalation, is not judged for long, the screens show it. */
  function meet(partition: Partition, p: number, offset: bigint, canaryMs: number): void {
    if (partition.judges(offset)) {
      if (liveness.hear()) canaries.met(p, canaryMs, now());
      // Only a restore takes states back to where the new log begins.
    } else if (partition.isLive()) options.onLogAnew(p, offset);
  }

  /** A damaged batch at the log's end has no record. Without this the replay would last until the next reading. */
  function onReached(topic: KafkaTopic, p: number, next: bigint): void {
    if (!isStopped && (topic === 'observations' || topic === 'commands'))
      ownership
        .owners()
        .get(p)
        ?.partition.passed(topic, next - 1n, now());
  }

  return {
    onRecords,
    onReached,
    leftOut: opening.leftOut,
    /** Nothing is given to the partitions any more. */
    stop(): void {
      isStopped = true;
    },
  };
}

/** Lets time pass in the partitions, but only while silence may be judged and Kafka takes their events. */
function startTicker({ options, counts, liveness }: Parts, ownership: Ownership): NodeJS.Timeout {
  const { associations, now } = options;
  let expectAt = 0;
  return setInterval(() => {
    const at = performance.now();
    if (!liveness.hear()) {
      counts.processor.ticksSkipped += 1;
      return;
    }
    const owners = ownership.owners();
    if (at >= expectAt) {
      expectAt = at + expectMs;
      for (const id of associations.open()) owners.get(partitionOf('observations', id))?.partition.expect(id, now());
    }
    for (const { partition, outbox } of owners.values()) if (!isDeaf(at, outbox.waitingSince())) partition.tick(now());
  }, tickMs);
}

function startCounts() {
  const partition: Counters = { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 };
  return { processor: { records: 0, events: 0, ticksSkipped: 0 }, partition, judged: new Map<Counter, number>() };
}

const sumOf = (ownership: Ownership, of: (owner: Owner) => number): number =>
  [...ownership.owners().values()].reduce((sum, owner) => sum + of(owner), 0);

const countersOf = ({ options, counts }: Parts, ownership: Ownership): Record<string, number> => ({
  ...counts.processor,
  ...counts.partition,
  ...Object.fromEntries(counts.judged),
  associationsRefused: options.associations.refused(),
  partitions: ownership.owners().size,
  engines: sumOf(ownership, ({ partition }) => partition.engines()),
  live: sumOf(ownership, ({ partition }) => partition.liveAlarms()),
  waiting: sumOf(ownership, ({ outbox }) => outbox.waiting()),
});
