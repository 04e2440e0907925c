/**
 * The alarm processor: readings and commands in, alarm events and snapshots out.
 *
 * What makes a kill harmless: events go to `alarms` before the snapshot that includes them goes to `alarm-state`, and the group
 * commits only what all snapshots include. So after a kill the next owner judges again what the last one may have told, and
 * tells the same (same `alarmId`, same `rev`). Every assignment, the first and after a rebalance, restores from Kafka alone. An
 * owner that was replaced without noticing writes no snapshot: each round begins with a commit, which Kafka refuses to it.
 */
import type { Logger } from 'pino';
import { contentTypes, type PresenceRecord } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { KafkaTopic, TopicPartition } from '../../contracts/topics.ts';
import { partitionOf } from '../../log/kafka/connect.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';
import { createReader, type RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Associations } from './associations.ts';
import { type Canaries, createCanaries } from './canaries.ts';
import { addCounts, type Counter } from './core/counts.ts';
import type { Environment } from './core/environment.ts';
import { isDeaf, listen, mayJudge, startHearing } from './hearing.ts';
import type { Position } from './held.ts';
import { createOpening } from './opening.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { type Counters, createPartition, type Partition, type Snapshot } from './partition.ts';
import { type Outgoing, outgoing } from './published.ts';
import { restorePartitions } from './restore.ts';

const alarmsGroup = 'alarms';
const tickMs = 500;
const associationWaitMs = 2_000;
/** While readings come, something is written at least this often. */
const signOfLifeMs = 4_000;
/** How often patients are looked for whose device has sent nothing. */
const expectMs = 2_000;

type Owned = { readonly partition: Partition; readonly outbox: Outbox<Outgoing>; told: bigint };

export type Processor = {
  counters(): Record<string, number>;
  /** Profiles have changed. */
  judgeAnew(): void;
  close(): Promise<void>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the composition of the processor, read from top to bottom.
export async function startProcessor(options: {
  readonly log: SealedLog;
  readonly associations: Associations;
  readonly env: Environment;
  readonly snapshotMs: number;
  readonly quietSnapshotMs: number;
  /** Empty: none. */
  readonly memberFile: string;
  readonly logger: Logger;
  readonly canaries?: Canaries;
  readonly now: () => number;
  readonly onReady: () => void;
  /** The readings have offsets that states hold already: the topic was made anew, and this processor must begin again. */
  readonly onLogAnew?: (partition: number, offset: bigint) => void;
}): Promise<Processor> {
  const { log, associations, env, logger, now, canaries = createCanaries() } = options;
  const counters: Counters = { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 };
  const count = { records: 0, events: 0, snapshots: 0, flushesRefused: 0, ticksSkipped: 0 };
  const judged = new Map<Counter, number>();
  const opening = createOpening(log, logger);
  let owned = new Map<number, Owned>();
  /** What the group has committed: said again to ask whether the partitions are still ours. */
  let lastCommit: Commit[] = [];
  let generation = 0;
  let closing = false;
  let expectAt = 0;
  let wroteAt = performance.now();
  let answeredAt = performance.now();
  let askedAt: number | undefined;
  let hearing = startHearing(performance.now(), now());

  const restoring = await openPartitionReader(log.kafka, {
    group: `${alarmsGroup}-${log.boot}-restore`,
    topics: ['alarm-state', 'alarms', 'commands'],
    log: logger,
  });

  async function onAssigned(partitionsOf: ReadonlyMap<KafkaTopic, readonly number[]>) {
    const mine = letGo();
    const partitions = partitionsOf.get('observations') ?? [];
    const beganMs = performance.now();
    const restored = await restorePartitions({ log, reader: restoring, group: alarmsGroup, partitions, logger });
    const starts = new Map<TopicPartition, string>();
    if (mine !== generation) return starts;
    const next = new Map<number, Owned>();
    for (const [p, from] of restored) {
      const append = ({ key, contentType, body }: Outgoing) => log.append('alarms', key, contentType, body);
      const outbox = createOutbox({ append, start: from.toldTo, log: logger });
      const partition = createPartition({
        env,
        restored: from,
        associationAt: associations.at,
        emit(event) {
          count.events += 1;
          outbox.put({ key: event.alarm.associationId, contentType: contentTypes.alarmEvent, body: event });
        },
        publish: (record) => outbox.put(outgoing(record)),
        counters,
        onCounts: (counts) => addCounts(judged, counts),
        mayJudge: hear,
        nowMs: now(),
      });
      next.set(p, { partition, outbox, told: from.toldTo });
      starts.set(`observations/${p}`, String(from.position.observations));
      starts.set(`commands/${p}`, String(from.commandsRead));
    }
    owned = next;
    canaries.own(next.keys(), now());
    lastCommit = [...next].flatMap(([p, { partition }]) => commitOf(p, partition.position()));
    const engines = [...next.values()].reduce((sum, one) => sum + one.partition.engines(), 0);
    const tookMs = Math.round(performance.now() - beganMs);
    logger.info({ partitions, engines, restored: counters.restored, tookMs }, 'took over partitions');
    options.onReady();
    return starts;
  }

  /** Nothing of what is held now is written any more. @returns the new generation */
  function letGo(): number {
    generation += 1;
    for (const { outbox } of owned.values()) outbox.close();
    owned = new Map();
    canaries.own([], now());
    return generation;
  }

  async function onRecords({ topic, partition: p, records, highWatermark }: RecordBatch): Promise<void> {
    const mine = generation;
    const owner = owned.get(p);
    if (!owner || closing || (topic !== 'observations' && topic !== 'commands')) return;
    if (topic === 'observations') owner.partition.holds(BigInt(highWatermark));
    for (const record of records) {
      const pending = opening.take(topic, p, record);
      const taken = pending instanceof Promise ? await pending : pending;
      count.records += 1;
      const offset = BigInt(record.offset);
      // The first alarm of an association must not wait for its data key to be made.
      if (taken?.ok && !owner.partition.has(record.key)) void log.sealer.keyFor(record.key, 'alarms').catch(() => {});
      if (taken?.ok && !owner.partition.has(record.key) && associations.at(record.key) === undefined)
        await associations.known(record.key, associationWaitMs);
      if (mine !== generation || closing) return;
      const { key, timestampMs } = record;
      if (taken && 'canaryMs' in taken) meet(owner.partition, p, offset, taken.canaryMs);
      if (!taken?.ok) owner.partition.passed(topic, offset, now());
      else if (taken.input.type === 'command') owner.partition.command(key, offset, timestampMs, taken.input, now());
      else owner.partition.observation(key, offset, timestampMs, taken.input, taken.receivedAt ?? timestampMs, now());
    }
    await owner.outbox.room();
  }

  /** A canary counts only while all is judged: where silence, and with it escalation, is not judged for long, the screens say so. */
  function meet(partition: Partition, p: number, offset: bigint, canaryMs: number): void {
    if (partition.judges(offset)) {
      if (hear()) canaries.met(p, canaryMs, now());
      // Only a restore takes states back to where the new log begins.
    } else if (partition.isLive()) options.onLogAnew?.(p, offset);
  }

  /** A batch at the log's end that is damaged holds no record: without this the past would be replayed until the next reading. */
  function onReached(topic: KafkaTopic, p: number, next: bigint): void {
    if (!closing && (topic === 'observations' || topic === 'commands'))
      owned.get(p)?.partition.passed(topic, next - 1n, now());
  }

  // From before the reader: a processor that nobody looked at counts as one that stood still.
  const ticker = setInterval(() => {
    const at = performance.now();
    if (!hear()) {
      count.ticksSkipped += 1;
      return;
    }
    if (at >= expectAt) {
      expectAt = at + expectMs;
      for (const id of associations.open()) owned.get(partitionOf('observations', id))?.partition.expect(id, now());
    }
    for (const { partition, outbox } of owned.values()) if (!isDeaf(at, outbox.waitingSince())) partition.tick(now());
  }, tickMs);

  const reader = await createReader(log.kafka, {
    group: alarmsGroup,
    topics: ['observations', 'commands'],
    start: 'committed',
    copartitioned: true,
    readsAhead: true,
    ...(options.memberFile !== '' && { memberFile: options.memberFile }),
    onAssigned,
    onRecords,
    onReached,
    log: logger,
  });

  async function flushAll(quietMs: number): Promise<void> {
    const mine = generation;
    // Screens take the processor for dead where it writes nothing; where all is quiet, one partition writes before its time.
    const overdue = performance.now() - wroteAt > signOfLifeMs;
    const sign = overdue ? [...owned].find(([, { partition }]) => partition.isDirty())?.[0] : undefined;
    const flushing = [...owned].map(([p, owner]) => {
      // What lies in `alarms` before this place had been told before the snapshots are taken, so they include it.
      const told = owner.outbox.next();
      return { p, owner, told, ...owner.partition.flush(now(), p === sign ? 0 : quietMs, owner.told) };
    });
    const rows = flushing.flatMap(({ p, position }) => commitOf(p, position));
    if (rows.length === 0) return;
    try {
      await ask(() => reader.commit(lastCommit));
      for (const { owner, told, snapshots } of flushing) {
        if (snapshots.length === 0) continue;
        if (!(await owner.outbox.sent()) || mine !== generation) throw new Error('the partitions were let go');
        await Promise.all(snapshots.map(write));
        owner.told = told;
      }
      if (mine !== generation) return;
      await ask(() => reader.commit(rows));
      lastCommit = rows;
      sayAlive();
    } catch (error) {
      for (const { undo } of flushing) undo();
      count.flushesRefused += 1;
      logger.warn({ error: (error as Error).message }, 'snapshots are not written yet');
    }
  }
  /** To the screens, with the canaries that came, which say so where it stays away; only after a round in which the partitions were ours. */
  function sayAlive(): void {
    if (closing) return;
    const sign: PresenceRecord = { at: formatInstant(now()), wards: [] };
    log.append('presence', log.boot, contentTypes.presence, sign).catch(() => {});
    const sight = canaries.sight();
    if (sight) log.append('canary', log.boot, contentTypes.canarySight, sight).catch(() => {});
  }

  /** @returns whether silence may be judged now */
  function hear(): boolean {
    hearing = listen(hearing, { at: performance.now(), wallMs: now(), askedAt, answeredAt });
    return mayJudge(hearing);
  }

  /** What fails was not answered: Kafka counts as asked since the first try. */
  async function ask(task: () => Promise<void>): Promise<void> {
    askedAt ??= performance.now();
    await task();
    answeredAt = performance.now();
    askedAt = undefined;
  }

  async function write({ associationId, body }: Snapshot): Promise<void> {
    if (body === null) await log.appender.append('alarm-state', associationId, null);
    else await log.append('alarm-state', associationId, contentTypes.alarmState, body);
    count.snapshots += 1;
    wroteAt = performance.now();
  }

  let flushing: Promise<void> = Promise.resolve();
  let flushTimer = setTimeout(flushLater, options.snapshotMs);
  function flushLater(): void {
    flushing = flushAll(options.quietSnapshotMs).finally(() => {
      if (!closing) flushTimer = setTimeout(flushLater, options.snapshotMs);
    });
  }

  return {
    counters: () => ({
      ...count,
      ...counters,
      ...Object.fromEntries(judged),
      leftOut: opening.leftOut(),
      associationsRefused: associations.refused(),
      partitions: owned.size,
      engines: [...owned.values()].reduce((sum, { partition }) => sum + partition.engines(), 0),
      live: [...owned.values()].reduce((sum, { partition }) => sum + partition.liveAlarms(), 0),
      waiting: [...owned.values()].reduce((sum, { outbox }) => sum + outbox.waiting(), 0),
    }),
    judgeAnew() {
      for (const { partition } of owned.values()) partition.judgeAnew(now());
    },
    async close() {
      closing = true;
      clearInterval(ticker);
      clearTimeout(flushTimer);
      await flushing;
      await flushAll(0);
      letGo();
      await reader.close();
      await restoring.close();
    },
  };
}

type Commit = { readonly topic: 'observations' | 'commands'; readonly partition: number; readonly offset: string };

const commitOf = (partition: number, { observations, commands }: Position): Commit[] => [
  { topic: 'observations', partition, offset: String(observations) },
  { topic: 'commands', partition, offset: String(commands) },
];
