/**
 * Decides and writes. Handles all waiting inputs, and writes the decisions with the positions of the inputs in one
 * transaction. The decisions count only after the transaction. If the transaction fails, none of its decisions counts,
 * and the whole session ends (session.ts).
 */
import { setImmediate as runOtherWork } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedTurn, TurnRecord } from '../../log/sealed-log.ts';
import { thrownAtText } from '../../process/thrown-at.ts';
import type { Book } from './core/book.ts';
import { type AlarmFailure, nextDueAtMs } from './core/decide.ts';
import type { Context } from './core/inputs.ts';
import { type Intake, take } from './core/take.ts';
import { type Fitting, fittingOf } from './fitting.ts';
import { createPositions, type From } from './positions.ts';
import { snapshotEveryOffsets } from './restore.ts';
import { partsOf, snapshotVersion } from './snapshots.ts';
import { createTimeGate } from './time-gate.ts';

/** All records of `deliveries` have this key. */
export const deliveriesKey = 'deliveries';
/** Longest time between two passes, ms. A pass checks persons, shifts and the clock even if no wait is over. */
const lookEveryMs = 2_000;
/** Positions that have moved are written after this time at the latest, ms (ours). */
export const positionsEveryMs = 10 * 60_000;
/** Shortest time between two snapshots that are written because the log does not show a decision, ms (ours). */
const incompleteMsMax = 10_000;
/**
 * If more inputs than this wait, no further inputs are read. A transaction with more inputs pauses after each 500,
 * so that other work can run.
 */
const inputsMax = 500;
/** How often the gate is asked again while something is due and the log is still being read, ms. */
const gateEveryMs = 500;

/**
 * An input, and the position after its record. `intake` is null if the record has no input. `from` is absent if the
 * input has no record.
 */
export type Item = {
  readonly intake: Intake | null;
  readonly from?: From;
};

export type Writing = {
  /**
   * Starts to decide. The first transaction has all inputs that wait. So no wait ends, and no message leaves, before
   * the last missed answer was handled. The first transaction also does what a killed process has left undone.
   */
  start(): void;
  /** Tells the next pass that persons, places, addresses or the policy have changed. */
  look(): void;
  give(...items: Item[]): void;
  /** Returns the number of inputs that wait. */
  waiting(): number;
  /**
   * Resolves immediately if at most the maximum number of inputs wait. Otherwise resolves when the next pass has taken
   * the inputs, or when the writing ends.
   */
  hasRoom(): Promise<void>;
  book(): Book;
  /** When the last pass ended without a fault, ms. Without work, a pass comes every 2 s. */
  lastPassMs(): number;
  close(): Promise<void>;
};

export type WritingOptions = {
  readonly turn: Pick<SealedTurn, 'write' | 'commit'>;
  readonly book: Book;
  readonly positions: DeliveryPositions;
  /**
   * Number of offsets in `deliveries` since the last snapshot, about: it may have records before the snapshot, and
   * lacks the markers of transactions.
   */
  readonly offsetsSince: number;
  /** Resolves when everything that was in the log at the call has been handed out to `give`. */
  readonly readEnd: () => Promise<void>;
  /** Returns the present answers to the questions of the rules. */
  readonly context: (book: Book) => Context;
  /** Called after each pass. */
  readonly onBook: (book: Book) => void;
  readonly onWritten: (records: readonly DeliveryRecord[]) => void;
  /**
   * Called for each input that is skipped, for each alarm for which the rules begin to fail, and for each decision that
   * the log does not show.
   */
  readonly onLeftOut: () => void;
  /** Called once if a transaction fails, or if a timer or a change throws an error. Nothing is decided after that. */
  readonly onFailed: (error: unknown) => void;
  readonly now: () => number;
  readonly log: Pick<Logger, 'error'>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createWriting(options: WritingOptions): Writing {
  const { turn, context, now } = options;
  let { book } = options;
  const positions = createPositions(options.positions);
  const queue: Item[] = [];
  let { offsetsSince } = options;
  let hasMoved = false;
  let writtenMs = now();
  let snapshotMs = Number.NEGATIVE_INFINITY;
  /** Whether the log since the last snapshot lacks a decision. */
  let isIncomplete = false;
  /** The alarms for which the rules have failed in this session, as long as the alarms exist. */
  const failedAlarms = new Set<string>();
  let lookMs = Number.NEGATIVE_INFINITY;
  let passMs = now();
  let isClosed = false;
  let wake = Promise.withResolvers<void>();
  let room: PromiseWithResolvers<void> | undefined;
  const gate = createTimeGate({ readEnd: options.readEnd, onChange: () => wake.resolve(), now });

  async function run(): Promise<void> {
    // The intake has just read everything up to the end.
    await pass(now());
    while (!isClosed) {
      // The gate is asked before the inputs are taken. So everything that was read before the gate opened is already in
      // the queue.
      await pass(readUntilMs());
      if (queue.length === 0 && !isClosed) await sleepUntilDue();
    }
  }

  const isDue = () => {
    const nowMs = now();
    return nextDueAtMs(book.state, nowMs) <= nowMs || lookMs + lookEveryMs <= nowMs || lookMs > nowMs;
  };

  /** Returns the time up to which waits may end now; undefined if no wait is over, or if the log must be read first. */
  function readUntilMs(): number | undefined {
    if (isDue()) return gate.readUntilMs();
    // No wait is over now, for instance because the answer has come. The next wait that ends needs a new reading.
    gate.shut();
    return undefined;
  }

  /**
   * Handles all waiting inputs, so that an answer among these inputs counts before its wait ends.
   * @param untilMs waits that ended up to this time are over; undefined if no wait may end now
   */
  async function pass(untilMs: number | undefined): Promise<void> {
    const items = queue.splice(0);
    room?.resolve();
    const nowMs = now();
    const records: DeliveryRecord[] = [];
    let next = book;
    const takeNext = (intake: Intake) => {
      const taken = take(next, intake, context(next), nowMs);
      next = taken.book;
      records.push(...taken.records);
      for (const failure of taken.failures ?? []) noteFailure(failure);
    };
    for (const [index, item] of items.entries()) {
      if (index > 0 && index % inputsMax === 0) await runOtherWork();
      try {
        if (item.intake) takeNext(item.intake);
      } catch (error) {
        leaveOut(item, error);
      }
    }
    // If the input `timer` or `changed` throws, the session fails: without these two inputs, Vigil would call nobody
    // any more, and somebody must notice this. If the rules fail for one alarm only, its ward is informed, and nothing
    // is thrown.
    if (untilMs !== undefined) {
      lookMs = nowMs;
      gate.shut();
      takeNext({ type: 'timer', untilMs });
      takeNext({ type: 'changed' });
    }
    for (const { from } of items) {
      if (!from) continue;
      hasMoved = true;
      positions.move(from);
    }
    await write(noteFaults(fittingOf(records, nowMs)), next);
    book = next;
    for (const alarmId of failedAlarms) if (!book.state.alarms.has(alarmId)) failedAlarms.delete(alarmId);
    passMs = now();
    if (records.length > 0) options.onWritten(records);
    options.onBook(book);
  }

  /**
   * Skips an input for which the rules threw an error. Otherwise this input would end each new session, and nobody
   * would be called at all.
   */
  function leaveOut({ intake, from }: Item, error: unknown): void {
    options.onLeftOut();
    const source = from && { topic: from.topic, partition: from.partition, offset: String(from.next - 1n) };
    options.log.error(
      { ...source, input: intake?.type, reason: `The rules failed${thrownAtText(error)}.` },
      'an input is left out of the delivery of alarms',
    );
  }

  /** Reports an alarm for which the rules fail. The next pass tries again, so each alarm is reported only once. */
  function noteFailure({ alarmId, error }: AlarmFailure): void {
    if (failedAlarms.has(alarmId)) return;
    failedAlarms.add(alarmId);
    options.onLeftOut();
    options.log.error(
      { alarmId, reason: `The rules failed${thrownAtText(error)}.` },
      'a fault of Vigil: its code fails about the calls of an alarm',
    );
  }

  function noteFaults({ records, faults }: Fitting): readonly DeliveryRecord[] {
    for (const reason of faults) {
      isIncomplete = true;
      options.onLeftOut();
      options.log.error({ reason }, 'a decision counts but could not be written into the log');
    }
    return records;
  }

  /**
   * Writes the records and the positions. Adds a snapshot if the log since the last snapshot is long, or does not show
   * a decision. Without records and without a snapshot, writes only the positions, and only now and then, if they have
   * moved. So the next start does not read the same inputs again.
   */
  async function write(records: readonly DeliveryRecord[], next: Book): Promise<void> {
    const isOverdue = isIncomplete && Math.abs(now() - snapshotMs) >= incompleteMsMax;
    const needsSnapshot = isOverdue || offsetsSince + records.length >= snapshotEveryOffsets;
    const needsPositions = hasMoved && Math.abs(now() - writtenMs) >= positionsEveryMs;
    if (records.length === 0 && !needsSnapshot && !needsPositions) return;
    const snapshot = needsSnapshot ? partsOf(next) : [];
    const parts = snapshot.length;
    await turn.write([
      ...records.map((body) => recordOf(contentTypes.delivery, body)),
      recordOf(contentTypes.deliveryPositions, positions.current),
      ...snapshot.map((content, index) =>
        recordOf(contentTypes.deliverySnapshot, {
          ...{ part: index + 1, parts, version: snapshotVersion, content, positions: positions.current },
        }),
      ),
    ]);
    await turn.commit();
    // The record with the positions takes one offset, and the marker of the transaction takes another offset.
    offsetsSince = needsSnapshot ? 0 : offsetsSince + records.length + 2;
    hasMoved = false;
    writtenMs = now();
    if (needsSnapshot) {
      isIncomplete = false;
      snapshotMs = now();
    }
  }

  async function sleepUntilDue(): Promise<void> {
    const dueMs = Math.min(nextDueAtMs(book.state, now()), lookMs + lookEveryMs);
    // If a wait has ended since the last reading of the log began, a new reading begins.
    if (isDue()) gate.readUntilMs();
    const timer = setTimeout(wake.resolve, isDue() ? gateEveryMs : dueMs - now());
    await wake.promise;
    clearTimeout(timer);
    wake = Promise.withResolvers();
  }

  let running = Promise.resolve();

  return {
    start() {
      running = run().catch((error: unknown) => {
        if (!isClosed) options.onFailed(error);
        isClosed = true;
        room?.resolve();
      });
    },
    look() {
      lookMs = Number.NEGATIVE_INFINITY;
      wake.resolve();
    },
    give(...items) {
      queue.push(...items);
      wake.resolve();
    },
    waiting: () => queue.length,
    async hasRoom() {
      if (queue.length <= inputsMax || isClosed) return;
      room ??= Promise.withResolvers();
      await room.promise;
      room = undefined;
    },
    book: () => book,
    lastPassMs: () => passMs,
    async close() {
      isClosed = true;
      wake.resolve();
      room?.resolve();
      await running;
    },
  };
}

const recordOf = (contentType: TurnRecord['contentType'], body: unknown): TurnRecord => ({
  ...{ key: deliveriesKey, contentType, body },
});
