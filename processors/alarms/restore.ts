/** Reads from Kafka the last saved engine states of some partitions, and the commands and events since then. */
import type { Logger } from 'pino';
import type {
  AlarmEvent,
  AlarmState,
  CommandAnswer,
  LimitsInForce,
  StandbyInForce,
} from '../../contracts/messages/alarms.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { PartitionReader, Starts } from '../../log/kafka/read-all.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import { findBeginning } from './begin-at.ts';
import { inputOf } from './intake.ts';
import type { Restored } from './partition-state.ts';
import type { EngineSnapshot } from './patient-engine.ts';
import { isScreenRecord } from './screen-record.ts';

/**
 * Maximum number of records that are read from the end of a partition of `alarms` if there is no snapshot. If a
 * snapshot cannot be read, at least so many records are read.
 */
const publishedMax = 5_000n;

/**
 * What the next owner of a partition begins with. `publishedTo`: the end of `alarms`; `commandsRead`: the end of
 * `commands`.
 */
export type RestoredPartition = Restored & { readonly publishedTo: bigint; readonly commandsRead: bigint };

type RawRecord = { readonly partition: number; readonly record: LogRecord };
/** Returns the content of a record that a restore needs; undefined if a restore does not need the record. */
type Decode<T> = (read: ReadRecord, record: LogRecord) => T | undefined;

type RestoreOptions = {
  readonly sealedLog: Pick<SealedLog, 'open'>;
  readonly reader: PartitionReader;
  readonly group: string;
  readonly partitions: readonly number[];
  readonly log: Logger;
};

/**
 * Reads the committed offsets and the snapshots, then `alarms` from the end of the snapshots, and `commands` from the
 * committed offset.
 */
export async function restorePartitions(options: RestoreOptions): Promise<ReadonlyMap<number, RestoredPartition>> {
  const { reader, group, partitions, log } = options;
  const { readStates, readAll } = createTopicReading(options);
  const committed = await reader.committedOffsets(group, ['observations', 'commands']);
  const starts = (offsetOf: (partition: number) => bigint): Starts => new Map(partitions.map((p) => [p, offsetOf(p)]));

  const { states, unreadable } = await readStates(starts(() => 0n));
  const alarmEnds = await reader.readEnds('alarms');
  const publishedFrom = (p: number) => {
    const included = eventsIncludedBefore(states.get(p));
    const last = max((alarmEnds.get(p)?.high ?? 0n) - publishedMax, 0n);
    // If a snapshot cannot be read, the patient's former alarms may be only in earlier events, which the other
    // snapshots already include. So these events are read too.
    if (included === undefined || (unreadable.has(p) && last < included)) return last;
    return included;
  };
  const published = await readAll('alarms', starts(publishedFrom), publishedOf);
  const commands = await readAll(
    'commands',
    starts((p) => committed.get(`commands/${p}`) ?? 0n),
    commandOf,
  );
  const ends = await reader.readEnds('observations');

  return new Map(
    partitions.map((p): [number, RestoredPartition] => {
      const endsOf = ends.get(p) ?? { low: 0n, high: 0n };
      const beginning = findBeginning(committed.get(`observations/${p}`) ?? 0n, endsOf, states.get(p) ?? []);
      if (beginning.isRecreated)
        log.error({ partition: p, start: String(beginning.start) }, 'the log of readings was created again');
      const commandsRead = commands.ends.get(p)?.high ?? 0n;
      const pending = commands.items.get(p) ?? [];
      const publishedHere = published.items.get(p) ?? [];
      return [
        p,
        {
          states: beginning.states,
          unreadable: unreadable.get(p) ?? [],
          publishedEvents: publishedHere.filter((record) => 'alarm' in record),
          publishedInForce: publishedHere.filter((record) => 'groups' in record || 'standby' in record),
          publishedAnswers: publishedHere.filter((record) => 'accepted' in record),
          publishedFrom: publishedFrom(p),
          commands: pending,
          position: { observations: beginning.start, commands: pending[0]?.offset ?? commandsRead },
          commandsRead,
          replayTo: endsOf.high,
          publishedTo: published.ends.get(p)?.high ?? 0n,
        },
      ];
    }),
  );
}

/**
 * Returns an offset in `alarms`; undefined without snapshots. The snapshots of the partition include every event before
 * this offset.
 */
function eventsIncludedBefore(states: readonly AlarmState[] | undefined): bigint | undefined {
  return states?.reduce((most, { engine }) => max(most, eventsOffsetOf(engine)), 0n);
}

/**
 * Returns the offset in `alarms` before which a snapshot includes every event; 0 if this version cannot read the
 * snapshot.
 */
function eventsOffsetOf(engine: unknown): bigint {
  const told = (engine as Partial<EngineSnapshot> | null)?.told;
  return isOffset(told) ? BigInt(told) : 0n;
}

const publishedOf: Decode<AlarmEvent | LimitsInForce | StandbyInForce | CommandAnswer> = ({ record }) => {
  switch (record.contentType) {
    case contentTypes.alarmEvent:
    case contentTypes.limitsInForce:
    case contentTypes.standby:
    case contentTypes.commandAnswer:
      return record.body;
    default:
      return undefined;
  }
};

/** Returns a snapshot; undefined if its offsets are no numbers. */
const stateOf: Decode<AlarmState> = ({ record }) => {
  if (record.contentType !== contentTypes.alarmState) return undefined;
  const { observations, commands } = record.body.offsets;
  return isOffset(observations) && isOffset(commands) ? record.body : undefined;
};

const isOffset = (text: unknown): text is string => typeof text === 'string' && /^\d{1,19}$/.test(text);

const commandOf: Decode<Restored['commands'][number]> = ({ opened, record }, { key, offset, timestampMs }) => {
  const result = inputOf(record, opened.origin);
  return result.ok && result.input.type === 'command'
    ? { key, offset: BigInt(offset), atMs: timestampMs, input: result.input }
    : undefined;
};

/**
 * Reads parts of topics and opens their records. Skips a record that cannot be read, because its readings can still be
 * judged again.
 */
function createTopicReading({ sealedLog, reader, log }: RestoreOptions) {
  const wants = (contentType: string) => !isScreenRecord(contentType) || isRestored(contentType);
  const reading = createSealedReading({ open: sealedLog.open, log, leftOutOf: 'what is restored', wants });

  /**
   * Reads the latest snapshot of each association. Of the last two snapshots, this is the snapshot with the higher
   * offset, because a former owner may have written its snapshot late. `unreadable`: the associations whose last
   * snapshot cannot be read. For these associations, `states` has the second last snapshot, or no snapshot.
   */
  async function readStates(starts: Starts) {
    const lastTwo = new Map<string, RawRecord[]>();
    await reader.read('alarm-state', starts, (partition, record) => {
      if (record.value === null) lastTwo.delete(record.key);
      else lastTwo.set(record.key, [...(lastTwo.get(record.key) ?? []), { partition, record }].slice(-2));
    });
    const pairs = [...lastTwo];
    // Opening all pairs at the same time is faster, because other threads unwrap the data keys.
    const opened = await Promise.all(pairs.map(([, pair]) => openPair(pair)));
    const states = new Map<number, AlarmState[]>();
    const unreadable = new Map<number, string[]>();
    for (const [index, [associationId, [first]]] of pairs.entries()) {
      const { best, isLastUnreadable } = opened[index]!;
      const { partition } = first!;
      if (best) states.set(partition, [...(states.get(partition) ?? []), best]);
      if (isLastUnreadable) unreadable.set(partition, [...(unreadable.get(partition) ?? []), associationId]);
    }
    return { states, unreadable };
  }

  async function openPair(pair: readonly RawRecord[]) {
    let best: AlarmState | undefined;
    let isLastUnreadable = false;
    for (const raw of pair) {
      const state = await read('alarm-state', raw, stateOf);
      isLastUnreadable = state === undefined;
      if (state && (!best || BigInt(state.offsets.observations) >= BigInt(best.offsets.observations))) best = state;
    }
    return { best, isLastUnreadable };
  }

  async function readAll<T>(topic: KafkaTopic, from: Starts, decode: Decode<T>) {
    const raws: RawRecord[] = [];
    const ends = await reader.read(topic, from, (partition, record) => raws.push({ partition, record }));
    const items = new Map<number, T[]>();
    for (const raw of raws) {
      const decoded = await read(topic, raw, decode);
      if (decoded !== undefined) items.set(raw.partition, [...(items.get(raw.partition) ?? []), decoded]);
    }
    return { items, ends };
  }

  async function read<T>(
    topic: KafkaTopic,
    { partition, record }: RawRecord,
    decode: Decode<T>,
  ): Promise<T | undefined> {
    if (record.value === null) return undefined;
    const recordPartition = { topic, partition };
    const opened = await reading.read(recordPartition, record);
    if (opened === undefined) return undefined;
    return reading.attempt(
      recordPartition,
      record,
      () =>
        decode(opened, record) ??
        reading.leaveOut(recordPartition, record, 'payload-schema', 'A restore does not use records of this type.'),
    );
  }

  return { readStates, readAll };
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);

const isRestored = (contentType: string): boolean =>
  contentType === contentTypes.limitsInForce ||
  contentType === contentTypes.standby ||
  contentType === contentTypes.commandAnswer;
