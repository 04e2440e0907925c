/**
 * The alarm processor: reads readings and commands, and writes alarm events and snapshots.
 *
 * After a kill, no alarm is lost or raised twice. An event goes to `alarms` before a snapshot with this event goes to
 * `alarm-state`. The group commits only offsets that all snapshots include (flushing.ts). So the next owner judges the
 * uncommitted records again and publishes equal events (same `alarmId`, same `rev`). Exception: a patient whose
 * snapshot cannot be made or is too large does not hold back the offsets. This patient gets an alarm after 5 min
 * (not-saved.ts). Each assignment restores its partitions only from Kafka (ownership.ts).
 */
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';
import { createReader, type RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import type { Associations } from './associations.ts';
import type { Canaries } from './canaries.ts';
import { addCounts, type Counter } from './core/counts.ts';
import type { Environment } from './core/environment.ts';
import { createFailures, type Failures } from './failures.ts';
import { createFlushing } from './flushing.ts';
import type { IntakeResult } from './intake.ts';
import { type Liveness, startLiveness } from './liveness.ts';
import { createOpening } from './opening.ts';
import { createOutbox } from './outbox.ts';
import { createOwnership, type Owner, type Ownership } from './ownership.ts';
import { createPartition, type Partition } from './partition.ts';
import type { Counters } from './partition-state.ts';
import { type RestoredPartition, restorePartitions } from './restore.ts';
import { type Outgoing, outgoingOf } from './screen-record.ts';
import { createTicks, type Ticks, tickMs } from './ticker.ts';

const alarmsGroup = 'alarms';
const associationWaitMs = 2_000;

export type Processor = {
  counters(): Record<string, number>;
  /** Returns the number of failures of the engine's own code, by task. */
  failures: Failures['counts'];
  /** Judges all patients by the changed profiles. */
  applyNewProfiles(): void;
  close(): Promise<void>;
};

export type ProcessorOptions = {
  readonly sealedLog: SealedLog;
  readonly associations: Associations;
  readonly env: Environment;
  readonly snapshotMs: number;
  readonly quietSnapshotMs: number;
  /**
   * Path of the file with the process's identity in the Kafka group (the setting `VIGIL_ALARMS_MEMBER_FILE`); if empty,
   * the identity is in no file.
   */
  readonly memberFile: string;
  readonly log: Logger;
  readonly canaries: Canaries;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  readonly onReady: () => void;
  /**
   * Called if new readings have offsets that the states already include. The topic was recreated, and the process must
   * restart.
   */
  readonly onLogRecreated: (partition: number, offset: bigint) => void;
};

/** What the functions of this file share. */
type Parts = {
  readonly options: ProcessorOptions;
  readonly counts: ReturnType<typeof startCounts>;
  readonly failures: Failures;
  readonly ticks: Pick<Ticks, 'hasFailed'>;
  readonly liveness: Liveness;
};

export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { sealedLog, canaries, log, now } = options;
  const failures = createFailures(log, () => performance.now());
  const parts: Parts = {
    options,
    counts: startCounts(),
    failures,
    ticks: { hasFailed: (partition) => ticks.hasFailed(partition) },
    liveness: startLiveness(now),
  };
  const ownership = createOwnership({
    restore: (partitions) => restorePartitions({ sealedLog, reader: restoring, group: alarmsGroup, partitions, log }),
    open: (restored) => openPartition(parts, restored),
    canaries,
    onTakenOver(partitions, tookMs) {
      const engines = sumOf(ownership, ({ partition }) => partition.engineCount());
      log.info({ partitions, engines, restored: parts.counts.partition.restored, tookMs }, 'took over partitions');
      options.onReady();
    },
    now,
  });
  const flushing = createFlushing({
    ...options,
    ownership,
    askKafka: parts.liveness.askKafka,
    commit: (rows) => reader.commit(rows),
    onFailed: failures.note,
  });
  const judging = createJudging(parts, ownership);
  const restoring = await openPartitionReader(sealedLog.kafka, {
    group: `${alarmsGroup}-${sealedLog.boot}-restore`,
    topics: ['alarm-state', 'alarms', 'commands'],
    log,
  });
  // The ticker starts before the reader, because a long time without a tick looks like a pause of the process.
  const ticks = createTicks({
    owners: ownership.owners,
    mayJudge: parts.liveness.mayJudge,
    currentIds: options.associations.currentIds,
    onSkipped: () => {
      parts.counts.processor.ticksSkipped += 1;
    },
    now,
    log,
  });
  const ticker = runEvery('ticker', tickMs, ticks.run);
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
    failures: failures.counts,
    applyNewProfiles() {
      for (const { partition } of ownership.owners().values()) partition.applyNewProfiles(now());
    },
    async close() {
      judging.stop();
      clearInterval(ticker);
      await flushing.close();
      ownership.releaseAll();
      await reader.close();
      await restoring.close();
    },
  };
}

/** Creates the engines and the outbox of one partition. The engines put their events and records into the outbox. */
function openPartition({ options, counts, failures, liveness }: Parts, restored: RestoredPartition) {
  const { sealedLog, associations, env, log } = options;
  const append = ({ key, contentType, body }: Outgoing) => sealedLog.append('alarms', key, contentType, body);
  const outbox = createOutbox({
    append,
    start: restored.publishedTo,
    log,
    onLeftOut: (record, error) => partition.noteLeftOut(record, error, options.now()),
  });
  const partition = createPartition({
    env,
    restored,
    findAssociation: associations.find,
    emit(event) {
      counts.processor.events += 1;
      outbox.put({ key: event.alarm.associationId, contentType: contentTypes.alarmEvent, body: event });
    },
    publish: (record) => outbox.put(outgoingOf(record)),
    counters: counts.partition,
    onCounts: (added) => addCounts(counts.judged, added),
    onFailed: failures.note,
    mayJudge: liveness.mayJudge,
    nowMs: options.now(),
  });
  return { partition, outbox };
}

/**
 * Gives the records of the reader to the owned partitions, in order.
 *
 * Guarantee: a partition that was released during a wait gets no further record.
 */
export function createJudging({ options, counts, failures, ticks, liveness }: Parts, ownership: Ownership) {
  const { sealedLog, associations, canaries, now } = options;
  const opening = createOpening(sealedLog, options.log);
  let isStopped = false;

  async function onRecords({ topic, partition: partitionNumber, records, highWatermark }: RecordBatch): Promise<void> {
    const generation = ownership.generation();
    const owner = ownership.owners().get(partitionNumber);
    if (!owner || isStopped || (topic !== 'observations' && topic !== 'commands')) return;
    if (topic === 'observations') owner.partition.setLogEnd(BigInt(highWatermark));
    for (const record of records) {
      const pending = opening.open(topic, partitionNumber, record);
      const result = pending instanceof Promise ? await pending : pending;
      counts.processor.records += 1;
      const { key, timestampMs } = record;
      const offset = BigInt(record.offset);
      if (result?.ok && !owner.partition.hasEngine(key)) {
        // The data key is created early, so that the first alarm of the association does not wait for the key.
        // If this fails, the alarm itself makes the key, and reports the failure (outbox.ts).
        void sealedLog.sealer.keyFor(key, 'alarms').catch(() => {});
        await waitForAssociation(key);
      }
      if (generation !== ownership.generation() || isStopped) return;
      if (result && 'canaryMs' in result) receiveCanary(owner.partition, partitionNumber, offset, result.canaryMs);
      if (!result?.ok) owner.partition.skip(topic, offset, now());
      else addInput(owner.partition, topic, { key, offset, timestampMs, result });
    }
    await owner.outbox.waitForRoom();
  }

  async function waitForAssociation(key: string): Promise<void> {
    try {
      if (associations.find(key) === undefined) await associations.waitFor(key, associationWaitMs);
    } catch (error) {
      failures.note({ associationId: key, deviceId: null, task: 'association', error });
    }
  }

  /**
   * Gives a record to its partition. If the code around the engine throws, the record is left out and counted.
   * Otherwise the reader would try the same record for ever, and no patient of the partition would be judged.
   */
  function addInput(
    partition: Partition,
    topic: 'observations' | 'commands',
    record: {
      readonly key: string;
      readonly offset: bigint;
      readonly timestampMs: number;
      readonly result: IntakeResult & { readonly ok: true };
    },
  ): void {
    const { key, offset, timestampMs, result } = record;
    const { input, receivedAt = timestampMs } = result;
    try {
      if (input.type === 'command') partition.addCommand(key, offset, timestampMs, input, now());
      else partition.addReading(key, offset, timestampMs, input, receivedAt, now());
    } catch (error) {
      failures.note({ associationId: key, deviceId: null, task: input.type, error });
      partition.skip(topic, offset, now());
    }
  }

  /**
   * Counts a canary only while everything is judged. So if silence and escalation are not judged for a long time, the
   * screens show an alarm.
   */
  function receiveCanary(partition: Partition, partitionNumber: number, offset: bigint, canaryMs: number): void {
    if (partition.judgesAt(offset)) {
      if (liveness.mayJudge() && !ticks.hasFailed(partition)) canaries.receive(partitionNumber, canaryMs, now());
      // The states include offsets of the old log. Only a restore corrects the states.
    } else if (partition.isLive()) options.onLogRecreated(partitionNumber, offset);
  }

  /** Skips a damaged batch without records. Otherwise such a batch at the end of the log would make the replay wait. */
  function onReached(topic: KafkaTopic, partitionNumber: number, next: bigint): void {
    if (!isStopped && (topic === 'observations' || topic === 'commands'))
      ownership
        .owners()
        .get(partitionNumber)
        ?.partition.skip(topic, next - 1n, now());
  }

  return {
    onRecords,
    onReached,
    leftOut: opening.leftOut,
    /** Gives no further record to the partitions. */
    stop(): void {
      isStopped = true;
    },
  };
}

function startCounts() {
  const partition: Counters = { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 };
  return { processor: { records: 0, events: 0, ticksSkipped: 0 }, partition, judged: new Map<Counter, number>() };
}

const sumOf = (ownership: Ownership, countOf: (owner: Owner) => number): number =>
  [...ownership.owners().values()].reduce((sum, owner) => sum + countOf(owner), 0);

const countersOf = ({ options, counts }: Parts, ownership: Ownership): Record<string, number> => ({
  ...counts.processor,
  ...counts.partition,
  ...Object.fromEntries(counts.judged),
  associationsRefused: options.associations.refusedCount(),
  partitions: ownership.owners().size,
  engines: sumOf(ownership, ({ partition }) => partition.engineCount()),
  notJudged: sumOf(ownership, ({ partition }) => partition.failingCount()),
  notSaved: sumOf(ownership, ({ partition }) => partition.notSavedCount(options.now())),
  live: sumOf(ownership, ({ partition }) => partition.liveAlarmCount()),
  waiting: sumOf(ownership, ({ outbox }) => outbox.waitingCount()),
});
