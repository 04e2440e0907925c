/** Reads from Kafka the last saved engine states of some partitions, and the commands and events since then. */
import type { Logger } from 'pino';
import type { AlarmEvent, AlarmState, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { PartitionReader, Starts } from '../../log/kafka/read-all.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import { beginAt } from './begin-at.ts';
import type { EngineSnapshot } from './held.ts';
import { inputOf } from './intake.ts';
import type { Restored } from './partition.ts';
import { isPublished } from './published.ts';

/** If no snapshot says how far the events in `alarms` are included, this many of the last events of a partition are read. */
const toldMax = 5_000n;

/** What the next owner of a partition begins with. `toldTo`: where `alarms` ended; `commandsRead`: where `commands` ended. */
export type RestoredPartition = Restored & { readonly toldTo: bigint; readonly commandsRead: bigint };

type Raw = { readonly partition: number; readonly record: LogRecord };
/** Returns the content of a record for a restore; undefined if the record does not belong there. */
type Decode<T> = (read: ReadRecord, record: LogRecord) => T | undefined;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function restorePartitions(options: {
  readonly log: SealedLog;
  readonly reader: PartitionReader;
  readonly group: string;
  readonly partitions: readonly number[];
  readonly logger: Logger;
}): Promise<ReadonlyMap<number, RestoredPartition>> {
  const { log, reader, group, partitions, logger } = options;
  const wants = (contentType: string) => !isPublished(contentType) || isInForce(contentType);
  const reading = createSealedReading({ open: log.open, log: logger, of: 'what is restored', wants });
  const committed = await reader.committed(group, ['observations', 'commands']);
  const starts = (of: (partition: number) => bigint): Starts => new Map(partitions.map((p) => [p, of(p)]));

  const states = await readStates();
  const toldFrom = new Map(
    [...states].map(([p, all]) => [
      p,
      all.reduce((most, { engine }) => max(most, BigInt((engine as EngineSnapshot).told)), 0n),
    ]),
  );
  const alarmEnds = await reader.ends('alarms');
  const fromOf = (p: number) => toldFrom.get(p) ?? max((alarmEnds.get(p)?.high ?? 0n) - toldMax, 0n);
  const told = await readAll<AlarmEvent | LimitsInForce | StandbyInForce>('alarms', starts(fromOf), ({ record }) => {
    switch (record.contentType) {
      case contentTypes.alarmEvent:
      case contentTypes.limitsInForce:
      case contentTypes.standby:
        return record.body;
      default:
        return undefined;
    }
  });
  const commands = await readAll<Restored['commands'][number]>(
    'commands',
    starts((p) => committed.get(`commands/${p}`) ?? 0n),
    ({ opened, record }, { key, offset, timestampMs }) => {
      const taken = inputOf(record, opened.place);
      return taken.ok && taken.input.type === 'command'
        ? { key, offset: BigInt(offset), atMs: timestampMs, input: taken.input }
        : undefined;
    },
  );
  const ends = await reader.ends('observations');

  return new Map(
    partitions.map((p) => {
      const endsOf = ends.get(p) ?? { low: 0n, high: 0n };
      const begun = beginAt(committed.get(`observations/${p}`) ?? 0n, endsOf, states.get(p) ?? []);
      if (begun.isAnew) logger.error({ partition: p, start: String(begun.start) }, 'the log of readings was made anew');
      const commandEnd = commands.ends.get(p)?.high ?? 0n;
      const pending = commands.found.get(p) ?? [];
      const toldOf = told.found.get(p) ?? [];
      return [
        p,
        {
          states: begun.states,
          told: toldOf.filter((one) => 'alarm' in one),
          inForce: toldOf.filter((one) => 'groups' in one || 'standby' in one),
          toldFrom: fromOf(p),
          commands: pending,
          position: { observations: begun.start, commands: pending[0]?.offset ?? commandEnd },
          commandsRead: commandEnd,
          replayTo: endsOf.high,
          toldTo: told.ends.get(p)?.high ?? 0n,
        },
      ];
    }),
  );

  /**
   * Reads the latest snapshot of each association. Of the last two it takes the one that had read further, because an old owner may have
   * written late.
   */
  async function readStates(): Promise<Map<number, AlarmState[]>> {
    const lastTwo = new Map<string, Raw[]>();
    await reader.read(
      'alarm-state',
      starts(() => 0n),
      (partition, record) => {
        if (record.value === null) lastTwo.delete(record.key);
        else lastTwo.set(record.key, [...(lastTwo.get(record.key) ?? []), { partition, record }].slice(-2));
      },
    );
    const pairs = [...lastTwo.values()];
    // All at once: other threads unwrap each bed's data key.
    const bests = await Promise.all(pairs.map(furthest));
    const states = new Map<number, AlarmState[]>();
    for (const [at, [first]] of pairs.entries()) {
      const best = bests[at];
      const { partition } = first!;
      if (best) states.set(partition, [...(states.get(partition) ?? []), best]);
    }
    return states;
  }

  async function furthest(pair: readonly Raw[]): Promise<AlarmState | undefined> {
    let best: AlarmState | undefined;
    for (const raw of pair) {
      const state = await read('alarm-state', raw, ({ record }) =>
        record.contentType === contentTypes.alarmState ? record.body : undefined,
      );
      if (state && (!best || BigInt(state.offsets.observations) >= BigInt(best.offsets.observations))) best = state;
    }
    return best;
  }

  async function readAll<T>(topic: KafkaTopic, from: Starts, decode: Decode<T>) {
    const raws: Raw[] = [];
    const ends = await reader.read(topic, from, (partition, record) => raws.push({ partition, record }));
    const found = new Map<number, T[]>();
    for (const raw of raws) {
      const item = await read(topic, raw, decode);
      if (item !== undefined) found.set(raw.partition, [...(found.get(raw.partition) ?? []), item]);
    }
    return { found, ends };
  }

  /** A record that cannot be read is skipped: the readings are still there to be judged. */
  async function read<T>(topic: KafkaTopic, { partition, record }: Raw, decode: Decode<T>): Promise<T | undefined> {
    if (record.value === null) return undefined;
    const place = { topic, partition };
    const found = await reading.take(place, record);
    if (found === undefined) return undefined;
    return reading.attempt(
      place,
      record,
      () => decode(found, record) ?? reading.leave(place, record, 'payload-schema', 'It is nothing to restore from.'),
    );
  }
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);

const isInForce = (contentType: string): boolean =>
  contentType === contentTypes.limitsInForce || contentType === contentTypes.standby;
