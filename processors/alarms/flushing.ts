/**
 * Saves the progress of the owned partitions in regular rounds: snapshots to `alarm-state`, the group's offsets, and the sign of life to
 * the screens.
 *
 * Guarantees, in the order of a round:
 * 1. Before its snapshots, a round commits the last committed offsets again. Kafka refuses this commit if another process owns the
 *    partitions, so a replaced owner writes no snapshot.
 * 2. A snapshot is written only when all events that it includes are in `alarms`, and only while the partitions are still owned.
 * 3. Offsets are committed only when every snapshot of the round is written.
 * 4. The sign of life is written only after a round in which this processor owned the partitions to the end.
 * If a round fails, the next round writes its snapshots and offsets again.
 */
import type { Logger } from 'pino';
import type { PresenceRecord } from '../../contracts/messages/presence.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Appender } from '../../log/kafka/appender.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Canaries } from './canaries.ts';
import type { Liveness } from './liveness.ts';
import type { Owner, Ownership } from './ownership.ts';
import type { Position } from './patient-engine.ts';
import type { Flush, Snapshot } from './snapshots.ts';

/** While readings come, at least one snapshot is written in this time. */
const signOfLifeMs = 4_000;

/** The next offset to read of a partition. */
export type CommitRow = {
  readonly topic: 'observations' | 'commands';
  readonly partition: number;
  readonly offset: string;
};

export type Flushing = {
  /** Starts the rounds. Each round begins `snapshotMs` after the end of the round before. */
  start(): void;
  /** Returns the number of written snapshots and of failed rounds. */
  counts(): { readonly snapshots: number; readonly flushesRefused: number };
  /** Ends the rounds and resolves after a last round. The last round saves all changes and writes no sign of life. */
  close(): Promise<void>;
};

/** The snapshots and the position that a round saves for one partition. */
type PartitionSave = Flush & { readonly partitionNumber: number; readonly owner: Owner; readonly eventsBefore: bigint };

export function createFlushing(options: {
  readonly ownership: Pick<Ownership, 'owners' | 'generation'>;
  readonly askKafka: Liveness['askKafka'];
  readonly commit: (rows: readonly CommitRow[]) => Promise<void>;
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'> & { readonly appender: Pick<Appender, 'append'> };
  readonly canaries: Pick<Canaries, 'report'>;
  /** Time from the end of a round to the start of the next round, ms. */
  readonly snapshotMs: number;
  /** Longest time until the snapshot of an association that only got readings, ms. */
  readonly quietSnapshotMs: number;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}): Flushing {
  const { ownership, askKafka, commit, sealedLog, now } = options;
  const counts = { snapshots: 0, flushesRefused: 0 };
  let lastWriteMs = performance.now();
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function flush(quietMs: number): Promise<void> {
    const generation = ownership.generation();
    const saves = takeSaves(quietMs);
    if (saves.length === 0) return;
    try {
      await askKafka(() =>
        commit(saves.flatMap(({ partitionNumber, owner }) => commitRowsOf(partitionNumber, owner.committed))),
      );
      for (const { owner, eventsBefore, snapshots } of saves) {
        if (snapshots.length === 0) continue;
        if (!(await owner.outbox.waitUntilSent()) || generation !== ownership.generation())
          throw new Error('the partitions were released during the round');
        await Promise.all(snapshots.map(write));
        owner.eventsBefore = eventsBefore;
      }
      if (generation !== ownership.generation()) return;
      await askKafka(() =>
        commit(saves.flatMap(({ partitionNumber, position }) => commitRowsOf(partitionNumber, position))),
      );
      for (const { owner, position } of saves) owner.committed = position;
      giveSignOfLife();
    } catch (error) {
      for (const { undo } of saves) undo();
      counts.flushesRefused += 1;
      options.log.warn({ error: (error as Error).message }, 'a round of snapshots failed, the next round tries again');
    }
  }

  function takeSaves(quietMs: number): PartitionSave[] {
    const owners = [...ownership.owners()];
    // Screens show an alarm if a processor writes nothing. So if no snapshot was due for a while, one partition writes its snapshots early.
    const isOverdue = performance.now() - lastWriteMs > signOfLifeMs;
    const early = isOverdue ? owners.find(([, { partition }]) => partition.isDirty())?.[0] : undefined;
    return owners.map(([partitionNumber, owner]) => {
      // This offset is read before the snapshots are taken, so that the snapshots include all events before it.
      const eventsBefore = owner.outbox.nextOffset();
      const flush = owner.partition.flush(now(), partitionNumber === early ? 0 : quietMs, owner.eventsBefore);
      return { partitionNumber, owner, eventsBefore, ...flush };
    });
  }

  async function write({ associationId, body }: Snapshot): Promise<void> {
    if (body === null) await sealedLog.appender.append('alarm-state', associationId, null);
    else await sealedLog.append('alarm-state', associationId, contentTypes.alarmState, body);
    counts.snapshots += 1;
    lastWriteMs = performance.now();
  }

  /** Sends the screens the time and the received canaries, as a sign that this processor works. Without the sign, screens show an alarm. */
  function giveSignOfLife(): void {
    if (isClosing) return;
    const sign: PresenceRecord = { at: formatInstant(now()), wards: [] };
    sealedLog.append('presence', sealedLog.boot, contentTypes.presence, sign).catch(() => {});
    const canaryReport = options.canaries.report();
    if (canaryReport)
      sealedLog.append('canary', sealedLog.boot, contentTypes.canarySight, canaryReport).catch(() => {});
  }

  function start(): void {
    timer = setTimeout(() => {
      round = flush(options.quietSnapshotMs).finally(() => {
        if (!isClosing) start();
      });
    }, options.snapshotMs);
  }

  return {
    start,
    counts: () => counts,
    async close() {
      isClosing = true;
      clearTimeout(timer);
      await round;
      await flush(0);
    },
  };
}

const commitRowsOf = (partition: number, { observations, commands }: Position): CommitRow[] => [
  { topic: 'observations', partition, offset: String(observations) },
  { topic: 'commands', partition, offset: String(commands) },
];
