/**
 * A session: the time in which this process delivers. A session first takes the turn to write to `deliveries`, so that
 * Kafka refuses the writes of a former process. Then the session restores what was decided, and then decides and sends.
 * If a step fails, the session ends and a new session begins.
 */
import type { Logger } from 'pino';
import type { DeliveryRecord, ReachEnded, ReachSeen } from '../../contracts/messages/deliveries.ts';
import type { DeliveryCommand } from '../../contracts/messages/delivery-commands.ts';
import type { DeliveryPolicy } from '../../contracts/messages/delivery-policy.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { noteTaskFailure } from '../../process/timer-tasks.ts';
import type { Book } from './core/book.ts';
import type { Context } from './core/inputs.ts';
import { createEndReading } from './end-watch.ts';
import { beginAt, openIntake } from './intake.ts';
import { reachEventOf } from './reach-event.ts';
import { type Restored, restore } from './restore.ts';
import { type Channels, createSender } from './sender.ts';
import { passMsMax } from './signs.ts';
import type { Tables } from './tables.ts';
import { createWriting } from './writing.ts';

export type Session = {
  book(): Book;
  /** Tells the rules that persons, places, addresses or the policy have changed. */
  changed(): void;
  /** Writes the results of canaries. */
  noteReach(event: ReachSeen | ReachEnded): void;
  counts(): { readonly waiting: number; readonly unsent: number; readonly sending: number };
  /** When the last pass of decisions ended, ms. */
  lastPassMs(): number;
  /** All alarms and answers before this time were handed out, ms. */
  intakeReadMs(): number;
  close(): Promise<void>;
};

export type SessionOptions = {
  readonly sealedLog: SealedLog;
  readonly tables: Tables;
  readonly channels: Channels;
  /** Returns the time zone of a ward; undefined if it is not known. */
  readonly zoneOf: (ward: string | null) => string | undefined;
  readonly policy: () => DeliveryPolicy;
  /** Returns whether a channel cannot reach a person now, although the person has an address for this channel. */
  readonly isDown: Context['isDown'];
  readonly onWritten: (records: readonly DeliveryRecord[], book: Book) => void;
  readonly onRestored: (tookMs: number, restored: Pick<Restored, 'records' | 'leftOut'>) => void;
  /** Called for each record or input that is skipped. */
  readonly onLeftOut: () => void;
  readonly onCheckReceipt: (command: Extract<DeliveryCommand, { type: 'check-receipt' }>) => void;
  /** Called once if the session cannot go on. The caller then closes the session. */
  readonly onFailed: (error: unknown) => void;
  readonly now: () => number;
  readonly log: Logger;
};

let sessionCount = 0;

/**
 * Opens a session. Resolves when this process delivers. Rejects if this process cannot deliver, and leaves nothing
 * open.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    // The other parts must be closed, too. Kafka ends the session of a part that cannot be closed.
    for (const part of opened.splice(0).toReversed()) await part().catch(() => undefined);
  };
  try {
    return await open(options, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: SessionOptions, opened: (() => Promise<void>)[], close: () => Promise<void>) {
  const { sealedLog, tables, channels, now, log } = options;
  const startMs = performance.now();
  sessionCount += 1;
  const name = `session-${sessionCount}`;
  const turn = await sealedLog.takeTurn('deliveries');
  opened.push(turn.close);
  const restored = await restoreAll(options, name);
  const positions = await beginAt(sealedLog, restored.positions, now());
  options.onRestored(performance.now() - startMs, restored);
  const noteReach = (event: ReachSeen | ReachEnded) =>
    writing.give({ intake: { type: 'reach', event: reachEventOf(event) } });
  const sender = createSender({
    channels,
    entriesOf: (userId, channel) => usableEntries(writing.book(), tables, userId, channel),
    placeOf: tables.placeOf,
    zoneOf: options.zoneOf,
    report: (message, report) => writing.give({ intake: { type: 'report', message, report } }),
    onEnded({ reachId, userId, channel }, reason) {
      noteReach({ type: 'reach-ended', atMs: now(), reachId, userId, channel, reason });
    },
    isDeciding: () => now() - writing.lastPassMs() <= passMsMax,
    ...{ now, log },
  });
  // No timer starts these readings of the log: the decisions ask for a reading at least every 2 s.
  const reading = createEndReading({ reachEnd: () => intake.reachEnd(), now, log });
  const writing = createWriting({
    turn,
    book: restored.book,
    positions,
    offsetsSince: restored.records,
    readEnd: reading.readEnd,
    context: (book) => contextOf(options, book),
    onBook: sender.sync,
    onWritten: (records) => options.onWritten(records, writing.book()),
    onFailed(error) {
      sender.close();
      options.onFailed(error);
    },
    onLeftOut: options.onLeftOut,
    ...{ now, log },
  });
  opened.push(writing.close);
  const intake = await openIntake({
    sealedLog,
    name,
    positions,
    give(...items) {
      writing.give(...items);
      for (const { intake: input } of items)
        if (input?.type === 'command' && input.command.type === 'check-receipt') options.onCheckReceipt(input.command);
    },
    hasRoom: writing.hasRoom,
    onLeftOut: options.onLeftOut,
    ...{ now, log },
  });
  opened.push(intake.close);
  // The sender is closed first, because another process may deliver already. Closing the other parts takes longer,
  // because they wait for Kafka.
  opened.push(async () => sender.close());
  writing.start();
  log.info({ alarms: restored.book.state.alarms.size, records: restored.records }, 'this process delivers');

  return {
    book: writing.book,
    changed: writing.look,
    noteReach,
    counts: () => ({
      waiting: writing.waiting(),
      unsent: writing.book().unsent.size,
      sending: sender.counts().sending,
    }),
    lastPassMs: writing.lastPassMs,
    intakeReadMs: reading.readMs,
    close,
  };
}

async function restoreAll({ sealedLog, log }: SessionOptions, name: string) {
  const reader = await openPartitionReader(sealedLog.kafka, {
    group: `delivery-${sealedLog.boot}-${name}-restore`,
    topics: ['deliveries'],
    log,
  });
  try {
    return await restore(sealedLog, reader, log);
  } finally {
    await reader.close();
  }
}

/** Returns the answers to the questions of the rules. */
export function contextOf(
  { tables, policy, channels, isDown }: Pick<SessionOptions, 'tables' | 'policy' | 'channels' | 'isDown'>,
  book: Book,
): Context {
  return {
    policy: policy(),
    placeOf: tables.placeOf,
    personsOf: tables.personsOf,
    isDown(userId, channel) {
      if (channel === 'screen') return false;
      try {
        const entries = usableEntries(book, tables, userId, channel);
        return !channels.has(channel) || entries.length === 0 || isDown(userId, channel);
      } catch (error) {
        // An error about the addresses of one person concerns only this person: the next persons are called.
        noteTaskFailure('addresses-of-a-person', error);
        return true;
      }
    },
  };
}

/** Returns those addresses of a person that still exist. */
function usableEntries(book: Book, tables: Tables, userId: string, channel: Parameters<Tables['entriesOf']>[1]) {
  return tables.entriesOf(userId, channel).filter(({ reachId }) => !book.endedReach.includes(reachId));
}
