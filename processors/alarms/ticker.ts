/**
 * Runs the ticks of the owned partitions: judges what follows from the wall clock without any record. Ticks run only
 * while silence may be judged and Kafka accepts the events of the partition.
 */
import type { Logger } from 'pino';
import { partitionOf } from '../../log/kafka/connect.ts';
import { thrownAtText } from '../../process/thrown-at.ts';
import { attempt, attemptEach, noteTaskFailure } from '../../process/timer-tasks.ts';
import type { Outbox } from './outbox.ts';
import type { Partition } from './partition.ts';
import { isKafkaAway } from './reception.ts';
import type { Outgoing } from './screen-record.ts';

/** Time between two ticks, ms. */
export const tickMs = 500;
/** Each patient at a device gets an engine after at most this time. So a device that never sends gets an alarm too. */
const ensureEveryMs = 2_000;

type TickedPartition = Pick<Partition, 'tick' | 'ensureEngine'>;

export type Ticks = {
  /** Runs one tick of all owned partitions. */
  run(): void;
  /** Returns whether the last tick of the partition threw. */
  hasFailed(partition: TickedPartition): boolean;
};

export function createTicks(options: {
  readonly owners: () => ReadonlyMap<
    number,
    { readonly partition: TickedPartition; readonly outbox: Pick<Outbox<Outgoing>, 'waitingSince'> }
  >;
  readonly mayJudge: () => boolean;
  /** Returns the associations of patients who are at a device now. */
  readonly currentIds: () => Iterable<string>;
  /** Called for each tick that does not run, because silence may not be judged. */
  readonly onSkipped: () => void;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'error'>;
}): Ticks {
  const { owners, mayJudge, currentIds, onSkipped, now, log } = options;
  const failedTicks = new WeakSet<TickedPartition>();
  let ensureAt = 0;

  /**
   * Runs one tick of all partitions. An error about one patient concerns only this patient. If no tick can run, the
   * process goes on: readings are still judged, and the next tick is tried. The canaries do not count meanwhile, so the
   * screens show that patients are not judged.
   */
  function run(): void {
    try {
      tickAll();
    } catch (error) {
      noteTaskFailure('ticker', error);
      for (const { partition } of owners().values()) failedTicks.add(partition);
    }
  }

  function tickAll(): void {
    const at = performance.now();
    if (!mayJudge()) {
      onSkipped();
      return;
    }
    const isEnsureDue = at >= ensureAt;
    if (isEnsureDue) ensureAt = at + ensureEveryMs;
    const ids = isEnsureDue ? idsByPartition() : undefined;
    for (const [partitionNumber, { partition, outbox }] of owners())
      tryTick(partition, () => {
        attemptEach('patients', ids?.get(partitionNumber) ?? [], (id) => partition.ensureEngine(id, now()));
        if (!isKafkaAway(at, outbox.waitingSince())) partition.tick(now());
      });
  }

  /** Returns the patients at a device by the partition of their readings. */
  function idsByPartition(): ReadonlyMap<number, readonly string[]> {
    const ids = new Map<number, string[]>();
    attempt('patients', () =>
      attemptEach('patients', currentIds(), (id) => {
        const partition = partitionOf('observations', id);
        ids.set(partition, [...(ids.get(partition) ?? []), id]);
      }),
    );
    return ids;
  }

  /**
   * Runs the tick of one partition. If the tick throws, the other partitions are judged, and the canaries of this
   * partition do not count until a tick succeeds. So the screens show that its patients are not judged.
   */
  function tryTick(partition: TickedPartition, tick: () => void): void {
    try {
      tick();
      failedTicks.delete(partition);
    } catch (error) {
      if (!failedTicks.has(partition))
        log.error({ reason: `The code failed${thrownAtText(error)}.` }, 'a fault of Vigil: a partition is not judged');
      failedTicks.add(partition);
    }
  }

  return { run, hasFailed: (partition) => failedTicks.has(partition) };
}
