/**
 * Reads `alarms` and `delivery-commands` from the positions of the last transaction, and hands out their records in
 * order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { dayMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { clinicalPartitions, type TopicPartition } from '../../contracts/topics.ts';
import { readLogEnds, readOffsetsSince } from '../../log/kafka/log-ends.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import { createReader, type RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading } from '../../log/sealed-reading.ts';
import { joined } from './core/catch-up.ts';
import { createPositions } from './positions.ts';
import type { Item } from './writing.ts';

/**
 * If no process has run before, the process begins with alarms of this age, ms (ours). If an alarm is too old to be
 * sent (`ageMsMax`) and still calls, its ward gets a technical alarm. So the process must know such an alarm.
 */
const firstStartMs = dayMs;
const partitionNumbers = Array.from({ length: clinicalPartitions }, (_, partition) => partition);

/** If a record was written longer ago than this, the reader is behind, ms (ours). */
const behindMsMax = 1_000;
/**
 * Longest time for which a backlog is collected, ms (ours). Then the records that were collected so far are handed out,
 * because a partition that cannot be read must not delay the alarms of the other partitions.
 */
const collectMsMax = 3_000;

type Log = Pick<SealedLog, 'kafka' | 'open' | 'boot'>;

/**
 * Returns the offsets at which to begin. If no process has run before, these are the offsets of a day ago for the
 * alarms, and the ends for the answers. The offsets of a day ago are also returned for a topic that was created again,
 * because its offsets then start at 0.
 *
 * No answer from before a first start may count. At a first start, nobody was called yet, and the numbers of rounds and
 * calls begin with 1. After a loss of the topic `deliveries`, an old answer to the lost first round could end the calls
 * of the new first round.
 */
export async function beginAt(
  { kafka }: Pick<SealedLog, 'kafka'>,
  stored: DeliveryPositions | undefined,
  nowMs: number,
): Promise<DeliveryPositions> {
  const topics = new Map([['alarms', partitionNumbers] as const, ['delivery-commands', [0]] as const]);
  const ends = await readLogEnds(kafka, topics);
  const recent = await readOffsetsSince(kafka, ['alarms', 'delivery-commands'], nowMs - firstStartMs);
  const begin = (topicPartition: TopicPartition, offset: string | undefined): string => {
    const { low, high } = ends.get(topicPartition) ?? { low: 0n, high: 0n };
    if (offset !== undefined && BigInt(offset) <= high) return String(BigInt(offset) < low ? low : offset);
    return String(recent.get(topicPartition) ?? high);
  };
  const commands = 'delivery-commands/0';
  return {
    alarms: partitionNumbers.map((partition) => begin(`alarms/${partition}`, stored?.alarms[partition])),
    commands: stored === undefined ? String(ends.get(commands)?.high ?? 0n) : begin(commands, stored.commands),
  };
}

export type Intakes = {
  /**
   * Resolves when all records that are in the topics now were handed out. Rejects if Kafka does not answer, or has not
   * assigned all partitions.
   */
  reachEnd(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens the reader at `positions`. At first, the reader reads everything that is in the topics now, and hands out these
 * records in one batch, with only the newest state of each alarm. So nobody gets a message about an alarm that was
 * answered while no process ran. The reader does the same whenever it is behind, for instance because the process was
 * paused. If Kafka assigns the partitions again, the reader continues after the last record that was handed out.
 * @param hasRoom resolves when the caller can accept more records
 */
export async function openIntake(options: {
  readonly sealedLog: Log;
  readonly name: string;
  readonly positions: DeliveryPositions;
  readonly give: (...items: Item[]) => void;
  readonly hasRoom: () => Promise<void>;
  /** Called for each record that cannot be read. */
  readonly onLeftOut: () => void;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<Intakes> {
  const { sealedLog, give, hasRoom, now, log } = options;
  const positions = createPositions(options.positions);
  /** Number of assignments of partitions so far. */
  let assignments = 0;
  const reading = createSealedReading({
    open: sealedLog.open,
    log,
    leftOutOf: 'the delivery of alarms',
    onLeftOut: options.onLeftOut,
    wants: (contentType) => contentType === contentTypes.alarmEvent || contentType === contentTypes.deliveryCommand,
  });
  let missed: ReturnType<typeof createMissed> | undefined = createMissed();
  /** Resolves when a backlog was handed out. */
  let collecting: Promise<void> = Promise.resolve();

  async function itemOf({ topic, partition }: RecordBatch, record: LogRecord): Promise<Item> {
    const read = record.value === null ? undefined : await reading.read({ topic, partition }, record);
    const from = { topic: topic as 'alarms', partition, next: BigInt(record.offset) + 1n };
    if (read?.record.contentType === contentTypes.alarmEvent)
      return { intake: { type: 'alarm', event: read.record.body }, from };
    if (read?.record.contentType === contentTypes.deliveryCommand)
      return { intake: { type: 'command', command: read.record.body }, from };
    return { intake: null, from };
  }

  function isBehind({ records, highWatermark }: RecordBatch): boolean {
    const [first, last] = [records[0]!, records.at(-1)!];
    return BigInt(last.offset) + 1n < BigInt(highWatermark) || now() - first.timestampMs > behindMsMax;
  }

  /**
   * Collects records until it has everything that is in the topics now, because an answer may be in another partition
   * than its alarm.
   */
  async function collect(): Promise<void> {
    missed = createMissed();
    const wait = sleep(collectMsMax, undefined, { ref: false });
    await Promise.race([reader.reachEnd(AbortSignal.timeout(collectMsMax)).catch(() => wait), wait]);
    handOutMissed();
  }

  function handOutMissed(): void {
    const items = missed?.items() ?? [];
    missed = undefined;
    give(...items);
  }

  const reader = await createReader(sealedLog.kafka, {
    group: `delivery-${sealedLog.boot}-${options.name}`,
    topics: ['alarms', 'delivery-commands'],
    start: 'beginning',
    log,
    async onAssigned() {
      assignments += 1;
      const { alarms, commands } = positions.current;
      return new Map<TopicPartition, string>([
        ...alarms.map((offset, partition) => [`alarms/${partition}`, offset] as const),
        ['delivery-commands/0', commands],
      ]);
    },
    async onRecords(batch) {
      const ownAssignment = assignments;
      const items = await Promise.all(batch.records.map((record) => itemOf(batch, record)));
      if (!missed && isBehind(batch)) collecting = collect();
      if (!missed) await hasRoom();
      // After a new assignment, these records come again, because the reader then starts at the given positions.
      if (ownAssignment !== assignments) return;
      if (missed) for (const item of items) missed.take(item);
      else give(...items);
      for (const { from } of items) if (from) positions.move(from);
    },
  });
  await reader.caughtUp;
  handOutMissed();
  return {
    async reachEnd() {
      const ends = await reader.reachEnd();
      if (ends.size < clinicalPartitions + 1)
        throw new VigilError('log-unavailable', 'Kafka has not assigned all partitions of the alarms and answers.');
      await collecting;
    },
    close: reader.close,
  };
}

/**
 * Collects what was written while no process ran. Its result has the newest state of each alarm first, then all
 * commands.
 */
export function createMissed() {
  const alarms = new Map<string, AlarmEvent>();
  const commands: Item[] = [];
  const positions = new Map<TopicPartition, Item['from']>();
  return {
    take(item: Item): void {
      const { intake, from } = item;
      if (intake?.type === 'alarm') {
        const { alarmId } = intake.event.alarm;
        alarms.set(alarmId, joined(alarms.get(alarmId), intake.event));
      } else if (intake) commands.push({ intake });
      if (from) positions.set(`${from.topic}/${from.partition}`, from);
    },
    items: (): Item[] => [
      ...[...alarms.values()].map((event): Item => ({ intake: { type: 'alarm', event } })),
      ...commands,
      ...[...positions.values()].map((from): Item => ({ intake: null, ...(from && { from }) })),
    ],
  };
}
