import { describe, expect, it, vi } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { TurnRecord } from '../../log/sealed-log.ts';
import { emptyBook } from './core/book.ts';
import { alarmOf, eventOf, everybody } from './core/delivery.testing.ts';
import { createFold, snapshotEveryOffsets } from './restore.ts';
import { createWriting, type Item } from './writing.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const positions: DeliveryPositions = { alarms: Array.from({ length: 12 }, () => '0'), commands: '0' };

const alarmItem = (n: number, partition = n % 12): Item => ({
  intake: { type: 'alarm', event: eventOf('raised', alarmOf(`alarm-${String(n).padStart(12, '0')}`), nowMs) },
  from: { topic: 'alarms', partition, next: BigInt(n + 1) },
});

/** Writing into a list instead of Kafka. `fails` makes the next commit fail. */
function newWriting(offsetsSince = 0) {
  const log: TurnRecord[] = [];
  let pending: readonly TurnRecord[] = [];
  let fails = false;
  const books: number[] = [];
  const failures: unknown[] = [];
  const writing = createWriting({
    turn: {
      async write(records) {
        pending = records;
      },
      async commit() {
        if (fails) throw new Error('turn-lost');
        log.push(...structuredClone(pending));
      },
    },
    ...{ book: emptyBook, positions, offsetsSince },
    context: () => ({
      policy: builtInPolicy,
      placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
      personsOf: (_, duty) => everybody[duty] ?? [],
      isDown: () => false,
    }),
    onBook: (book) => books.push(book.state.alarms.size),
    onWritten: () => {},
    onFailed: (error) => failures.push(error),
    now: () => nowMs,
  });
  const fold = (isWholeLog = true) => {
    const folding = createFold(isWholeLog);
    for (const { contentType, body } of log) folding.take({ contentType, body } as never);
    return folding.result(log.length);
  };
  const fail = () => {
    fails = true;
  };
  return { writing, log, fold, books, failures, fail };
}
const until = (what: () => boolean) => vi.waitFor(() => expect(what()).toBe(true), { timeout: 30_000 });

describe('createWriting', () => {
  it('writes nothing before its start, then the decisions and the positions together', async () => {
    const { writing, log, fold } = newWriting();
    writing.give(alarmItem(1), alarmItem(2));
    expect(writing.waiting()).toBe(2);
    writing.start();
    await until(() => log.length > 0);
    await writing.close();
    expect(log.at(-1)).toMatchObject({ contentType: contentTypes.deliveryPositions });
    expect(log.filter(({ contentType }) => contentType === contentTypes.deliveryPositions)).toHaveLength(1);
    const { book, positions: read } = fold()!;
    expect(read!.alarms.slice(0, 4)).toEqual(['0', '2', '3', '0']);
    expect(book.state).toEqual(writing.book().state);
  });

  it('uses no decision that could not be committed, and decides nothing after that', async () => {
    const { writing, books, failures, log, fail } = newWriting();
    fail();
    writing.give(alarmItem(1));
    writing.start();
    await until(() => failures.length > 0);
    writing.give(alarmItem(2));
    await writing.close();
    expect(failures).toHaveLength(1);
    expect(new Set(books)).toEqual(new Set([0]));
    expect(writing.book().state.alarms.size).toBe(0);
    expect(log).toEqual([]);
  });

  it('an input without a decision writes nothing', async () => {
    const { writing, log } = newWriting();
    writing.start();
    writing.give({ intake: null, from: { topic: 'alarms', partition: 3, next: 9n } });
    await until(() => writing.waiting() === 0);
    await writing.close();
    expect(log).toEqual([]);
  });

  it('a record that comes again does not move the position back', async () => {
    const { writing, log, fold } = newWriting();
    writing.start();
    writing.give(alarmItem(500, 0));
    await until(() => log.length > 0);
    const before = log.length;
    writing.give(alarmItem(101, 0));
    await until(() => log.length > before);
    await writing.close();
    expect(fold()!.positions!.alarms[0]).toBe('501');
  });

  it('writes a snapshot with the decisions when enough offsets are used, so that the records after it are enough for a start', async () => {
    const { writing, log, fold } = newWriting(snapshotEveryOffsets);
    writing.give(alarmItem(1));
    writing.start();
    await until(() => log.length > 0);
    const before = log.length;
    expect(log.at(-1)).toMatchObject({ contentType: contentTypes.deliverySnapshot });
    writing.give(alarmItem(2));
    await until(() => log.length > before);
    await writing.close();
    const whole = fold()!;
    log.splice(0, before - 1);
    const fromSnapshot = fold(false)!;
    expect(fromSnapshot.book).toEqual(whole.book);
    expect(fromSnapshot.positions).toEqual(whole.positions);
  });
});

describe('createFold', () => {
  it('a start in the middle of the log needs a whole snapshot', () => {
    const part = (n: number) => ({
      contentType: contentTypes.deliverySnapshot,
      body: { part: n, parts: 2, content: [], positions },
    });
    const [half, whole, torn] = [createFold(false), createFold(false), createFold(false)];
    half.take(part(1) as never);
    for (const n of [1, 2]) whole.take(part(n) as never);
    // The first part is before the first record that was read.
    torn.take(part(2) as never);
    expect([half, whole, torn].map((fold) => fold.result(0) !== undefined)).toEqual([false, true, false]);
  });
});
