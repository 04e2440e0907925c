/** Reads from Kafka what the engines of some partitions were when their last owner wrote it down, and what was asked since. */
import type { Logger } from 'pino';
import type { PartitionReader, Starts } from '../../contracts/kafka/read-all.ts';
import type { LogRecord } from '../../contracts/kafka/reader.ts';
import type { AlarmEvent, AlarmState, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { beginAt } from './begin-at.ts';
import type { EngineSnapshot } from './held.ts';
import { inputOf } from './intake.ts';
import type { Restored } from './partition.ts';
import { isPublished } from './published.ts';

/** Where no snapshot says how far `alarms` is told, so many of its last events of a partition are looked at. */
const toldMax = 5_000n;

type Raw = { readonly partition: number; readonly record: LogRecord };

export async function restorePartitions(options: {
  readonly log: SealedLog;
  readonly reader: PartitionReader;
  readonly group: string;
  readonly partitions: readonly number[];
  readonly logger: Logger;
}): Promise<ReadonlyMap<number, Restored & { readonly toldTo: bigint; readonly commandsRead: bigint }>> {
  const { log, reader, group, partitions, logger } = options;
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
  const told = await readAll<AlarmEvent | LimitsInForce | StandbyInForce>(
    'alarms',
    starts(fromOf),
    (contentType, plaintext) => {
      if (isPublished(contentType) && !isInForce(contentType)) return null;
      const checked = checkRecord(contentType, plaintext);
      if (!checked.ok) return undefined;
      switch (checked.contentType) {
        case contentTypes.alarmEvent:
        case contentTypes.limitsInForce:
        case contentTypes.standby:
          return checked.body;
        default:
          return undefined;
      }
    },
  );
  const commands = await readAll<Restored['commands'][number]>(
    'commands',
    starts((p) => committed.get(`commands/${p}`) ?? 0n),
    (contentType, plaintext, { key, offset, timestampMs }, opened) => {
      const taken = inputOf(contentType, plaintext, opened.place);
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

  /** The latest snapshot of each association; of the last two the one that has read further, should an old owner have written late. */
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
    // Together: each bed's data key is unwrapped in other threads.
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
    for (const { record } of pair) {
      const state = await openState(record);
      if (state && (!best || BigInt(state.offsets.observations) >= BigInt(best.offsets.observations))) best = state;
    }
    return best;
  }

  async function openState(record: LogRecord): Promise<AlarmState | null | undefined> {
    return open('alarm-state', record, (contentType, plaintext) => {
      const checked = checkRecord(contentType, plaintext);
      return checked.ok && checked.contentType === contentTypes.alarmState ? checked.body : undefined;
    });
  }

  async function readAll<T>(
    topic: KafkaTopic,
    from: Starts,
    decode: (
      contentType: string,
      plaintext: Buffer,
      record: LogRecord,
      opened: Awaited<ReturnType<SealedLog['open']>>,
    ) => T | null | undefined,
  ) {
    const raw: Raw[] = [];
    const ends = await reader.read(topic, from, (partition, record) => raw.push({ partition, record }));
    const found = new Map<number, T[]>();
    for (const { partition, record } of raw) {
      const item = await open(topic, record, decode);
      if (item !== undefined && item !== null) found.set(partition, [...(found.get(partition) ?? []), item]);
    }
    return { found, ends };
  }

  /**
   * A record that does not open is left: the readings are still there to judge.
   * @param decode gives null for what is right and of no use here
   */
  async function open<T>(
    topic: KafkaTopic,
    record: LogRecord,
    decode: (
      contentType: string,
      plaintext: Buffer,
      record: LogRecord,
      opened: Awaited<ReturnType<SealedLog['open']>>,
    ) => T | null | undefined,
  ): Promise<T | null | undefined> {
    if (record.value === null) return undefined;
    try {
      const opened = await log.open({ ...record, topic, value: record.value });
      const item = decode(opened.contentType, opened.plaintext, record, opened);
      if (item === undefined) logger.error({ topic, offset: record.offset }, 'a record to restore from is left out');
      return item;
    } catch (error) {
      logger.error(
        { topic, offset: record.offset, error: (error as Error).message },
        'a record to restore from does not open',
      );
      return undefined;
    }
  }
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);

const isInForce = (contentType: string): boolean =>
  contentType === contentTypes.limitsInForce || contentType === contentTypes.standby;
