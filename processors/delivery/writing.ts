/**
 * Decides and writes: takes all inputs that wait, and writes the decisions with the positions of the inputs in one
 * transaction. Only then the decisions count. If the transaction fails, none of its decisions counts, and the whole
 * session ends (session.ts).
 */
import { setImmediate as runOtherWork } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedTurn, TurnRecord } from '../../log/sealed-log.ts';
import { thrownAtText } from '../../log/sealed-reading.ts';
import type { Book } from './core/book.ts';
import { nextDueAtMs } from './core/decide.ts';
import type { Context } from './core/inputs.ts';
import { type Intake, take } from './core/take.ts';
import { createPositions, type From } from './positions.ts';
import { snapshotEveryOffsets } from './restore.ts';
import { partsOf, snapshotVersion } from './snapshots.ts';

/** All records of `deliveries` have this key. */
export const deliveriesKey = 'deliveries';
/** Longest time between two passes, ms. A pass checks persons, shifts and the clock even if no wait is over. */
const lookEveryMs = 2_000;
/** While inputs come, a snapshot is written at least this often, ms. */
const snapshotEveryMs = 10 * 60_000;
/**
 * Maximum number of inputs of one transaction; further inputs wait for the next transaction. The first transaction may
 * have more inputs. It pauses after each such number of inputs, so that other work can run.
 */
const inputsMax = 500;

/** An input, and the position after its record; null if the input does not come from a topic. */
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
  /** Resolves when at most half of the maximum number of inputs wait. */
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
  /** Number of offsets in `deliveries` since the last snapshot; the number may be too large, never too small. */
  readonly offsetsSince: number;
  /** Returns the present answers to the questions of the rules. */
  readonly context: (book: Book) => Context;
  /** Called after each pass. */
  readonly onBook: (book: Book) => void;
  readonly onWritten: (records: readonly DeliveryRecord[]) => void;
  /** Called for each input that is skipped. */
  readonly onLeftOut: () => void;
  /** Called once if a transaction fails. Nothing is decided after that. */
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
  let snapshotMs = now();
  let lookMs = Number.NEGATIVE_INFINITY;
  let passMs = now();
  let isClosed = false;
  let wake = Promise.withResolvers<void>();
  let room: PromiseWithResolvers<void> | undefined;

  async function run(): Promise<void> {
    await pass(queue.length);
    while (!isClosed) {
      await pass(inputsMax);
      if (queue.length === 0 && !isClosed) await sleepUntilDue();
    }
  }

  async function pass(countMax: number): Promise<void> {
    const items = queue.splice(0, countMax);
    if (queue.length <= inputsMax / 2) room?.resolve();
    const nowMs = now();
    const records: DeliveryRecord[] = [];
    let next = book;
    const takeNext = (intake: Intake) => {
      const taken = take(next, intake, context(next), nowMs);
      next = taken.book;
      records.push(...taken.records);
    };
    for (const [index, item] of items.entries()) {
      if (index > 0 && index % inputsMax === 0) await runOtherWork();
      try {
        if (item.intake) takeNext(item.intake);
      } catch (error) {
        leaveOut(item, error);
      }
    }
    // If one of these two throws, the session fails. Without them nobody would be called any more, and somebody must
    // notice this. They run after the inputs, because an answer that waits counts before the end of its wait.
    if (nextDueAtMs(book.state, nowMs) <= nowMs || lookMs + lookEveryMs <= nowMs || lookMs > nowMs) {
      lookMs = nowMs;
      takeNext({ type: 'timer' });
      takeNext({ type: 'changed' });
    }
    for (const { from } of items) {
      if (!from) continue;
      hasMoved = true;
      positions.move(from);
    }
    await write(records, next);
    book = next;
    passMs = now();
    if (records.length > 0) options.onWritten(records);
    options.onBook(book);
  }

  /** Skips an input for which the rules threw an error. Otherwise this input would end each new session, and nobody would be called at all. */
  function leaveOut({ intake, from }: Item, error: unknown): void {
    options.onLeftOut();
    const source = from && { topic: from.topic, partition: from.partition, offset: String(from.next - 1n) };
    options.log.error(
      { ...source, input: intake?.type, reason: `The rules failed${thrownAtText(error)}.` },
      'an input is left out of the delivery of alarms',
    );
  }

  async function write(records: readonly DeliveryRecord[], next: Book): Promise<void> {
    const isOld = hasMoved && Math.abs(now() - snapshotMs) >= snapshotEveryMs;
    const needsSnapshot = isOld || offsetsSince + records.length >= snapshotEveryOffsets;
    if (records.length === 0 && !needsSnapshot) return;
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
    // The record with the positions takes one offset, and the marker of the transaction takes another.
    offsetsSince = needsSnapshot ? 0 : offsetsSince + records.length + 2;
    hasMoved = false;
    if (needsSnapshot) snapshotMs = now();
  }

  async function sleepUntilDue(): Promise<void> {
    const dueMs = Math.min(nextDueAtMs(book.state, now()), lookMs + lookEveryMs);
    const timer = setTimeout(wake.resolve, Math.max(0, dueMs - now()));
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
