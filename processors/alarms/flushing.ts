/**
 * Writes down, again and again, how far the owned partitions are: snapshots to `alarm-state`, the group's offsets, and the sign of
 * life to the screens.
 *
 * Guarantees, in the order of a round:
 * 1. Before a snapshot the group commits again what it has committed. Kafka refuses that to an owner that was replaced, so only
 *    the present owner writes.
 * 2. A snapshot is written only when all events that it includes are in `alarms`, and only while the partitions are still owned.
 * 3. Offsets are committed only when every snapshot of the round is written.
 * 4. The sign of life is written only after a round in which this processor owned the partitions to the end.
 * If a round fails, the next round writes everything of it again.
 */
import type { Logger } from 'pino';
import { contentTypes, type PresenceRecord } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Appender } from '../../log/kafka/appender.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Canaries } from './canaries.ts';
import type { Position } from './held.ts';
import type { Liveness } from './liveness.ts';
import type { Owner, Ownership } from './ownership.ts';
import type { Flush, Snapshot } from './partition.ts';

/** While readings come, a snapshot is written at least this often. */
const signOfLifeMs = 4_000;

/** The next offset to read of a partition. */
export type CommitRow = {
  readonly topic: 'observations' | 'commands';
  readonly partition: number;
  readonly offset: string;
};

export type Flushing = {
  /** Begins with the rounds, `snapshotMs` apart. */
  start(): void;
  counts(): { readonly snapshots: number; readonly flushesRefused: number };
  /** Writes a last round, in which no change waits for its quiet time. Resolves when it is over; it gives no sign of life. */
  close(): Promise<void>;
};

/** What a round takes of one partition. */
type Share = Flush & { readonly p: number; readonly owner: Owner; readonly eventsBefore: bigint };

export function createFlushing(options: {
  readonly ownership: Pick<Ownership, 'owners' | 'generation'>;
  readonly ask: Liveness['ask'];
  readonly commit: (rows: readonly CommitRow[]) => Promise<void>;
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'> & { readonly appender: Pick<Appender, 'append'> };
  readonly canaries: Pick<Canaries, 'sight'>;
  /** From the end of a round to the next one. */
  readonly snapshotMs: number;
  /** Longest time until a change is written that only readings made. */
  readonly quietSnapshotMs: number;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}): Flushing {
  const { ownership, ask, commit, sealedLog, now } = options;
  const counts = { snapshots: 0, flushesRefused: 0 };
  let wroteAt = performance.now();
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function flush(quietMs: number): Promise<void> {
    const mine = ownership.generation();
    const shares = takeShares(quietMs);
    if (shares.length === 0) return;
    try {
      await ask(() => commit(shares.flatMap(({ p, owner }) => rowsOf(p, owner.committed))));
      for (const { owner, eventsBefore, snapshots } of shares) {
        if (snapshots.length === 0) continue;
        if (!(await owner.outbox.sent()) || mine !== ownership.generation())
          throw new Error('the partitions were let go');
        await Promise.all(snapshots.map(write));
        owner.eventsBefore = eventsBefore;
      }
      if (mine !== ownership.generation()) return;
      await ask(() => commit(shares.flatMap(({ p, position }) => rowsOf(p, position))));
      for (const { owner, position } of shares) owner.committed = position;
      giveSignOfLife();
    } catch (error) {
      for (const { undo } of shares) undo();
      counts.flushesRefused += 1;
      options.log.warn({ error: (error as Error).message }, 'snapshots are not written yet');
    }
  }

  function takeShares(quietMs: number): Share[] {
    const owners = [...ownership.owners()];
    // Screens take a processor that writes nothing for dead. So, if all is quiet, one partition writes before its time.
    const isOverdue = performance.now() - wroteAt > signOfLifeMs;
    const early = isOverdue ? owners.find(([, { partition }]) => partition.isDirty())?.[0] : undefined;
    return owners.map(([p, owner]) => {
      // Events before this offset were emitted before the snapshots are taken, so the snapshots include them.
      const eventsBefore = owner.outbox.next();
      const taken = owner.partition.flush(now(), p === early ? 0 : quietMs, owner.eventsBefore);
      return { p, owner, eventsBefore, ...taken };
    });
  }

  async function write({ associationId, body }: Snapshot): Promise<void> {
    if (body === null) await sealedLog.appender.append('alarm-state', associationId, null);
    else await sealedLog.append('alarm-state', associationId, contentTypes.alarmState, body);
    counts.snapshots += 1;
    wroteAt = performance.now();
  }

  /** Tells the screens that this processor works, and which canaries it met. Screens show an alarm when the sign stays away. */
  function giveSignOfLife(): void {
    if (isClosing) return;
    const sign: PresenceRecord = { at: formatInstant(now()), wards: [] };
    sealedLog.append('presence', sealedLog.boot, contentTypes.presence, sign).catch(() => {});
    const sight = options.canaries.sight();
    if (sight) sealedLog.append('canary', sealedLog.boot, contentTypes.canarySight, sight).catch(() => {});
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

const rowsOf = (partition: number, { observations, commands }: Position): CommitRow[] => [
  { topic: 'observations', partition, offset: String(observations) },
  { topic: 'commands', partition, offset: String(commands) },
];
