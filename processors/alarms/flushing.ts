/**
 * Saves the progress of the owned partitions in regular rounds: snapshots to `alarm-state`, and the group's offsets.
 * Gives the screens a sign of life each second, between the rounds and during a round.
 *
 * Guarantees, in the order of a round:
 * 1. Before its snapshots, a round commits the last committed offsets again. Kafka refuses this commit if another
 * process owns the partitions, so a replaced owner writes no snapshot.
 * 2. A snapshot is written only when all events that it includes are in `alarms` or left out (outbox.ts), and only
 * while the partitions are still owned.
 * 3. Offsets are committed only when every snapshot of the round is written. A snapshot that cannot be made, or that is
 * too large for a record, is left out and does not hold back the offsets (decision 93).
 * 4. A sign of life is written only after Kafka has accepted such a repeated commit. All events from before the sign
 * must also be in `alarms` or left out. After a failed round there is no sign of life until a round succeeds. A round
 * that lasts longer than `signsInRoundMsMax` gets no more signs, so that the screens show that this processor cannot
 * save anything. If a round fails, the next round writes its snapshots and offsets again.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { alarmsSignEveryMs } from '../../contracts/messages/presence.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Appender } from '../../log/kafka/appender.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { noteTaskFailure } from '../../process/timer-tasks.ts';
import type { Canaries } from './canaries.ts';
import type { Liveness } from './liveness.ts';
import type { Owner, Ownership } from './ownership.ts';
import type { EngineFailureReport } from './partition-state.ts';
import type { Position } from './patient-engine.ts';
import { createSigns } from './signs.ts';
import type { Flush, Snapshot } from './snapshots.ts';

/** If no snapshot was written for this time while readings come, the next round writes the snapshots of a partition. */
const snapshotAtLeastMs = 4_000;
/** A round that lasts longer than this gets no more signs of life (ours). */
export const signsInRoundMsMax = 30_000;

/** The next offset to read of a partition. */
export type CommitRow = {
  readonly topic: 'observations' | 'commands';
  readonly partition: number;
  readonly offset: string;
};

export type Flushing = {
  /** Starts the rounds and the signs of life. */
  start(): void;
  /** Returns the number of written snapshots and of failed rounds. */
  counts(): { readonly snapshots: number; readonly flushesRefused: number };
  /** Ends the rounds and resolves after a last round. The last round saves all changes and writes no sign of life. */
  close(): Promise<void>;
};

/** The snapshots and the position that a round saves for one partition. */
type PartitionSave = Flush & { readonly partitionNumber: number; readonly owner: Owner; readonly eventsBefore: bigint };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createFlushing(options: {
  readonly ownership: Pick<Ownership, 'owners' | 'generation'>;
  readonly askKafka: Liveness['askKafka'];
  readonly commit: (rows: readonly CommitRow[]) => Promise<void>;
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'> & { readonly appender: Pick<Appender, 'append'> };
  readonly canaries: Pick<Canaries, 'report'>;
  /**
   * Usual time from the end of a round to the start of the next round, ms; at most half a step less. After a failed
   * round the next round starts with the next step.
   */
  readonly snapshotMs: number;
  /** Longest time until the snapshot of an association that only got readings, ms. */
  readonly quietSnapshotMs: number;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  /** Called for each snapshot that is left out because it is too large. */
  readonly onFailed?: (failure: EngineFailureReport) => void;
  readonly log: Logger;
}): Flushing {
  const { ownership, askKafka, commit, sealedLog, now } = options;
  const signs = createSigns(options);
  const counts = { snapshots: 0, flushesRefused: 0 };
  /** A round or a sign of life starts this often. */
  const stepMs = Math.min(alarmsSignEveryMs, options.snapshotMs);
  let lastWriteMs = performance.now();
  let lastRoundMs = performance.now();
  let hasFailed = false;
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  let step: Promise<void> = Promise.resolve();
  let lastCommit: Promise<void> = Promise.resolve();

  async function flush(quietMs: number): Promise<void> {
    const generation = ownership.generation();
    const saves = trySaves(quietMs);
    if (saves.length === 0) return;
    let endSigns = () => {};
    try {
      await proveOwnership();
      if (!hasFailed) {
        await signs.give();
        endSigns = signDuringRound();
      }
      for (const { owner, eventsBefore, snapshots, noteUnsaved } of saves) {
        if (snapshots.length === 0) continue;
        if (!(await owner.outbox.waitUntilSent()) || generation !== ownership.generation())
          throw new Error('the partitions were released during the round');
        await Promise.all(snapshots.map((snapshot) => write(snapshot, noteUnsaved)));
        owner.eventsBefore = eventsBefore;
      }
      const isCommitted = await commitInTurn(async () => {
        if (generation !== ownership.generation()) return false;
        await commit(saves.flatMap(({ partitionNumber, position }) => commitRowsOf(partitionNumber, position)));
        for (const { owner, position } of saves) owner.committed = position;
        return true;
      });
      if (!isCommitted) return;
      if (hasFailed) await signs.give();
      hasFailed = false;
    } catch (error) {
      for (const { undo } of saves) undo();
      counts.flushesRefused += 1;
      hasFailed = true;
      options.log.warn({ error: (error as Error).message }, 'a round of snapshots failed, the next round tries again');
    } finally {
      endSigns();
    }
  }

  /**
   * Takes the snapshots of all partitions. Returns an empty list if the code fails: nothing is saved, and there is no
   * sign of life until a round succeeds.
   */
  function trySaves(quietMs: number): readonly PartitionSave[] {
    const saves: PartitionSave[] = [];
    try {
      takeSaves(quietMs, saves);
      return saves;
    } catch (error) {
      for (const { undo } of saves) undo();
      counts.flushesRefused += 1;
      hasFailed = true;
      noteTaskFailure('snapshots', error);
      return [];
    }
  }

  /** Takes the snapshots of all partitions, and adds them to `saves`. Those taken before an error can be undone. */
  function takeSaves(quietMs: number, saves: PartitionSave[]): void {
    const owners = [...ownership.owners()];
    // A dashboard of an older version also counts snapshots as signs of life. So if no snapshot was due for a while,
    // one partition writes its snapshots early.
    const isOverdue = performance.now() - lastWriteMs > snapshotAtLeastMs;
    const early = isOverdue ? owners.find(([, { partition }]) => partition.isDirty())?.[0] : undefined;
    for (const [partitionNumber, owner] of owners) {
      // This offset is read before the snapshots are taken, so that the snapshots include all events before this
      // offset.
      const eventsBefore = owner.outbox.nextOffset();
      const flush = owner.partition.flush(now(), partitionNumber === early ? 0 : quietMs, owner.eventsBefore);
      saves.push({ partitionNumber, owner, eventsBefore, ...flush });
    }
  }

  /**
   * Writes a snapshot. Leaves out a snapshot that is too large for a record, because the other snapshots must not wait
   * for it.
   */
  async function write(snapshot: Snapshot, noteUnsaved: Flush['noteUnsaved']): Promise<void> {
    try {
      await append(snapshot);
    } catch (error) {
      if (!(error instanceof VigilError) || error.code !== 'payload-too-large') throw error;
      noteUnsaved(snapshot.associationId);
      options.onFailed?.({ associationId: snapshot.associationId, deviceId: null, task: 'snapshot', error });
      return;
    }
    counts.snapshots += 1;
    lastWriteMs = performance.now();
  }

  async function append({ associationId, body }: Snapshot): Promise<void> {
    if (body === null) await sealedLog.appender.append('alarm-state', associationId, null);
    else await sealedLog.append('alarm-state', associationId, contentTypes.alarmState, body);
  }

  /**
   * Commits the last committed offsets again.
   * @throws if another process owns the partitions, or if Kafka does not answer
   */
  async function proveOwnership(): Promise<void> {
    await commitInTurn(() =>
      commit([...ownership.owners()].flatMap(([number, owner]) => commitRowsOf(number, owner.committed))),
    );
  }

  /**
   * Runs a commit after all earlier commits have ended. Otherwise a sign could commit old offsets after a round has
   * committed new offsets.
   */
  async function commitInTurn<T>(request: () => Promise<T>): Promise<T> {
    const turn = Promise.withResolvers<void>();
    const before = lastCommit;
    lastCommit = turn.promise;
    await before;
    try {
      let result: T;
      await askKafka(async () => {
        result = await request();
      });
      return result!;
    } finally {
      turn.resolve();
    }
  }

  /**
   * Gives a sign of life each second until the caller calls the returned function, but at most for `signsInRoundMsMax`.
   */
  function signDuringRound(): () => void {
    const beganMs = performance.now();
    let isSigning = false;
    const signTimer = setInterval(() => {
      if (performance.now() - beganMs > signsInRoundMsMax) return clearInterval(signTimer);
      if (isSigning) return;
      isSigning = true;
      void sign().finally(() => {
        isSigning = false;
      });
    }, stepMs);
    return () => clearInterval(signTimer);
  }

  async function sign(): Promise<void> {
    if (ownership.owners().size === 0) return;
    try {
      await proveOwnership();
      await signs.give();
    } catch (error) {
      const { message } = error as Error;
      options.log.warn(
        { error: message },
        'Kafka did not confirm that this processor owns its partitions: no sign of life',
      );
    }
  }

  async function takeStep(): Promise<void> {
    const sinceRoundMs = performance.now() - lastRoundMs;
    if (!hasFailed && sinceRoundMs < options.snapshotMs - stepMs / 2) return sign();
    await flush(options.quietSnapshotMs);
    lastRoundMs = performance.now();
  }

  function start(waitMs = stepMs): void {
    timer = setTimeout(() => {
      const beganMs = performance.now();
      step = takeStep()
        .catch((error: unknown) => noteTaskFailure('snapshots', error))
        .finally(() => {
          if (!isClosing) start(Math.max(stepMs - (performance.now() - beganMs), stepMs / 4));
        });
    }, waitMs);
  }

  return {
    start: () => start(),
    counts: () => counts,
    async close() {
      isClosing = true;
      signs.close();
      clearTimeout(timer);
      await step;
      await flush(0);
    },
  };
}

const commitRowsOf = (partition: number, { observations, commands }: Position): CommitRow[] => [
  { topic: 'observations', partition, offset: String(observations) },
  { topic: 'commands', partition, offset: String(commands) },
];
