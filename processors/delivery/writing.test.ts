import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import { bodyFault } from '../../contracts/messages/check.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import type { DeliveryPositions } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { TurnRecord } from '../../log/sealed-log.ts';
import { type Book, emptyBook } from './core/book.ts';
import { alarmOf, eventOf, everybody } from './core/delivery.testing.ts';
import type { Context } from './core/inputs.ts';
import type { AlarmDelivery } from './core/state.ts';
import { take } from './core/take.ts';
import { createFold, snapshotEveryOffsets } from './restore.ts';
import { snapshotVersion } from './snapshots.ts';
import { gateMsMax } from './time-gate.ts';
import { createWriting, type Item, positionsEveryMs } from './writing.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const positions: DeliveryPositions = { alarms: Array.from({ length: 12 }, () => '0'), commands: '0' };

const alarmItem = (n: number, partition = n % 12): Item => ({
  intake: { type: 'alarm', event: eventOf('raised', alarmOf(`alarm-${String(n).padStart(12, '0')}`), nowMs) },
  from: { topic: 'alarms', partition, next: BigInt(n + 1) },
});

const context: Context = {
  policy: builtInPolicy,
  placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
  personsOf: (_, duty) => everybody[duty] ?? [],
  isDown: () => false,
};

/**
 * Creates a writing that writes into a list instead of Kafka. `fails` makes the next commit fail. The clock stands
 * still until `later`.
 */
function newWriting(offsetsSince = 0, book = emptyBook, readEnd = async () => {}, ward = 'icu') {
  let clockMs = nowMs;
  const log: TurnRecord[] = [];
  let pending: readonly TurnRecord[] = [];
  let fails = false;
  const books: number[] = [];
  const unsent: string[][] = [];
  let commits = 0;
  const leftOut = { count: 0 };
  const failures: unknown[] = [];
  const writing = createWriting({
    turn: {
      async write(records) {
        pending = records;
      },
      async commit() {
        if (fails) throw new Error('turn-lost');
        commits += 1;
        log.push(...structuredClone(pending));
      },
    },
    ...{ book, positions, offsetsSince, readEnd },
    context: () => ({ ...context, placeOf: () => ({ ward, bed: 'ICU-1' }) }),
    onBook(current) {
      books.push(current.state.alarms.size);
      unsent.push([...current.unsent.keys()]);
    },
    onWritten: () => {},
    onLeftOut() {
      leftOut.count += 1;
    },
    log: pino({ level: 'silent' }),
    onFailed: (error) => failures.push(error),
    now: () => clockMs,
  });
  const fold = (isWholeLog = true) => {
    const folding = createFold(isWholeLog);
    for (const { contentType, body } of log) folding.take({ contentType, body } as never);
    return folding.result(log.length);
  };
  const fail = () => {
    fails = true;
  };
  const later = (ms: number) => {
    clockMs += ms;
    writing.look();
  };
  /** Like `later`, but the change of persons and places is not reported to the writing. */
  const pass = (ms: number) => {
    clockMs += ms;
    writing.give();
  };
  return { writing, log, fold, books, unsent, failures, leftOut, fail, later, pass, commits: () => commits };
}
const until = (what: () => boolean) => vi.waitFor(() => expect(what()).toBe(true), { timeout: 30_000 });

describe('createWriting', () => {
  it('createWriting writes nothing before its start, then the decisions and the positions together', async () => {
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

  it('createWriting uses no decision that could not be committed, and decides nothing after that', async () => {
    const { writing, books, failures, log, fail } = newWriting();
    fail();
    writing.give(alarmItem(1));
    writing.start();
    await until(() => failures.length > 0);
    writing.give(alarmItem(2));
    await writing.close();
    expect(failures).toHaveLength(1);
    expect(books).toEqual([]);
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

  it('createWriting skips and counts an input for which the rules throw an error, and handles the other inputs', async () => {
    const { writing, log, fold, leftOut, failures } = newWriting();
    const { intake, from } = alarmItem(1);
    const event = { ...(intake as { event: AlarmEvent }).event, alarm: undefined as unknown as Alarm };
    writing.give({ intake: { type: 'alarm', event }, from: from! }, alarmItem(2));
    writing.start();
    await until(() => log.length > 0);
    await writing.close();
    expect([failures, leftOut.count]).toEqual([[], 1]);
    expect(writing.book().state.alarms.size).toBe(1);
    // The next start does not read this input again.
    expect(fold()!.positions!.alarms.slice(1, 3)).toEqual(['2', '3']);
  });

  /** Returns a book with two alarms. The rules throw an error for the first alarm. */
  function bookWithBrokenAlarm(more: Partial<AlarmDelivery> = {}): Book {
    const raised = [1, 2].reduce((book, n) => take(book, alarmItem(n).intake!, context, nowMs).book, emptyBook);
    const [alarm, other] = [...raised.state.alarms.values()];
    const broken = { ...alarm!, round: { ...alarm!.round!, calls: undefined as never }, ...more };
    const alarms = new Map([broken, other!].map((delivery) => [delivery.alarmId, delivery]));
    return { ...raised, state: { ...raised.state, alarms } };
  }

  it('if the rules throw an error for one alarm, its ward is informed, and the other alarms call persons in time', async () => {
    const { writing, log, failures, leftOut, later, unsent } = newWriting(0, bookWithBrokenAlarm());
    writing.start();
    await until(() => unsent.length > 0);
    for (let pass = 1; pass <= 40; pass += 1) {
      const before = unsent.length;
      later(2_000);
      await until(() => unsent.length > before);
    }
    await writing.close();
    expect([failures, leftOut.count]).toEqual([[], 1]);
    const events = log.flatMap(({ body }) => ('event' in (body as object) ? [(body as DeliveryRecord).event] : []));
    const [first, second] = [alarmItem(1), alarmItem(2)].map(({ intake }) => (intake as { event: AlarmEvent }).event);
    const typesOf = ({ alarm }: AlarmEvent) =>
      events.filter((event) => 'alarmId' in event && event.alarmId === alarm.alarmId).map(({ type }) => type);
    expect(typesOf(first!).slice(0, 3)).toEqual(['round-started', 'chain-ended', 'called']);
    expect(new Set(typesOf(second!))).toEqual(new Set(['call-ended', 'called', 'chain-ended']));
  });

  it.each([
    { what: 'of low priority', more: { priority: 'low' as const } },
    { what: 'that a person accepted long ago', more: {}, phase: 'accepted' as const },
  ])('if the rules throw an error for an alarm $what, its ward is informed too', async ({ more, phase }) => {
    const book = bookWithBrokenAlarm(more);
    const [alarm, ...others] = [...book.state.alarms.values()];
    const broken = { ...alarm!, round: { ...alarm!.round!, ...(phase && { phase }), dueAtMs: nowMs - 1 } };
    const alarms = new Map([broken, ...others].map((delivery) => [delivery.alarmId, delivery]));
    const { writing, log, failures } = newWriting(0, { ...book, state: { ...book.state, alarms } });
    writing.start();
    await until(() => log.length > 0 || failures.length > 0);
    await writing.close();
    expect(failures).toEqual([]);
    const events = log.flatMap(({ body }) => ('event' in (body as object) ? [(body as DeliveryRecord).event] : []));
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'chain-ended', alarmId: broken.alarmId, notice: 'nobody-to-call' }),
    );
  });

  it('createWriting fails if the ward of such an alarm cannot be informed, because somebody must notice a wait that never ends', async () => {
    const { writing, failures } = newWriting(0, bookWithBrokenAlarm({ kind: 'unknown' as never }));
    writing.start();
    await until(() => failures.length > 0);
    await writing.close();
  });

  it('a repeated record does not move the position back', async () => {
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

  it('createWriting writes a snapshot after enough offsets, so that a start needs only the snapshot and the records after it', async () => {
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

describe('createWriting with a decision that does not fit its schema', () => {
  const longWard = 'w'.repeat(41);

  it('createWriting calls the person, says in the log what is missing, and writes a snapshot from which the next start knows the decision', async () => {
    const { writing, log, fold, leftOut, failures } = newWriting(0, emptyBook, undefined, longWard);
    writing.give(alarmItem(1));
    writing.start();
    await until(() => log.length > 0);
    await writing.close();
    expect(failures).toEqual([]);
    expect(writing.book().unsent.size).toBe(1);
    expect(leftOut.count).toBeGreaterThan(0);
    const alarmIds = ['alarm-000000000001'];
    expect(log.map(({ body }) => body)).toContainEqual({
      event: { type: 'not-written', atMs: nowMs, missing: 'round-started', alarmIds },
    });
    expect(log.every(({ contentType, body }) => bodyFault(contentType, body) === undefined)).toBe(true);
    expect(log.at(-1)).toMatchObject({ contentType: contentTypes.deliverySnapshot });
    expect(fold()!.book).toEqual(writing.book());
  });

  it('if decisions do not fit, createWriting writes a snapshot at most every 10 s; if every decision fits, it writes none', async () => {
    const snapshots = ({ log }: { readonly log: readonly TurnRecord[] }) =>
      log.filter(({ contentType }) => contentType === contentTypes.deliverySnapshot).length;
    const count = async (ward: string) => {
      const desk = newWriting(0, emptyBook, undefined, ward);
      desk.writing.start();
      for (let n = 1; n <= 5; n += 1) {
        desk.writing.give(alarmItem(n));
        await until(() => desk.writing.book().state.alarms.size === n);
        desk.later(4_000);
      }
      await desk.writing.close();
      return snapshots(desk);
    };
    expect([await count(longWard), await count('icu')]).toEqual([2, 0]);
  });
});

it('createWriting writes positions that move without decisions every 10 min, and no snapshot for them', async () => {
  const { writing, log, books, fold, later } = newWriting();
  writing.start();
  await until(() => books.length > 0);
  writing.give({ intake: null, from: { topic: 'alarms', partition: 3, next: 9n } });
  later(positionsEveryMs - 1);
  const before = books.length;
  await until(() => books.length > before);
  expect(log).toEqual([]);
  later(1);
  await until(() => log.length > 0);
  await writing.close();
  expect(log.map(({ contentType }) => contentType)).toEqual([contentTypes.deliveryPositions]);
  expect(fold()!.positions!.alarms[3]).toBe('9');
});

describe('createWriting with a person who waits for an answer', () => {
  const alarmId = 'alarm-000000000001';
  const alarm = alarmOf(alarmId, { raisedAt: new Date(nowMs).toISOString() });

  /** Returns a book in which anna was called some time ago, and her push message was not confirmed. */
  function calledBefore(agoMs: number): Book {
    const event = eventOf('raised', alarm, nowMs - agoMs);
    return take(emptyBook, { type: 'alarm', event }, context, nowMs - agoMs).book;
  }
  const accepted: Item = {
    intake: {
      type: 'command',
      command: {
        ...{ type: 'answer', commandId: '00000000-0000-4000-8000-000000000001', at: new Date(nowMs).toISOString() },
        ...{ by: { userId: 'anna', name: 'anna', role: 'nurse' }, alarmId, round: 1, answer: 'accepted' },
      },
    },
  };
  /** Returns the types of the events about the alarm. */
  const eventsIn = (log: readonly TurnRecord[]) =>
    log.flatMap(({ body }) => {
      const { event } = body as Partial<DeliveryRecord>;
      return event && 'alarmId' in event && event.alarmId === alarmId ? [event.type] : [];
    });
  const eventItem = (...event: Parameters<typeof eventOf>): Item => ({
    intake: { type: 'alarm', event: eventOf(...event) },
  });

  it.each([
    ['an answer', accepted],
    ['an acknowledgement', eventItem('acknowledged', { ...alarm, rev: 2, signal: 'acknowledged' }, nowMs - 5_000)],
    ['the end of the alarm', eventItem('cleared', { ...alarm, rev: 2, present: false }, nowMs - 5_000)],
  ])(
    'createWriting sends no message of the former process before it has handled the missed input: %s',
    async (_title, item) => {
      const book = calledBefore(4_000);
      expect(book.unsent.size).toBe(1);
      const { writing, unsent } = newWriting(0, book);
      writing.give(item);
      writing.start();
      await until(() => unsent.length > 0);
      await writing.close();
      expect(unsent.flat()).toEqual([]);
    },
  );

  it('createWriting handles all missed inputs in one transaction, and calls nobody else before the last answer', async () => {
    const { writing, log, commits } = newWriting(0, calledBefore(70_000));
    for (let n = 0; n < 600; n += 1)
      writing.give(eventItem('cleared', alarmOf(`other-${String(n).padStart(12, '0')}`, { rev: 2 }), nowMs - 5_000));
    for (let n = 2; n < 600; n += 1) writing.give(alarmItem(n));
    writing.give(accepted);
    writing.start();
    await until(() => log.length > 0);
    await writing.close();
    expect(commits()).toBe(1);
    expect(eventsIn(log)).toContain('accepted');
    expect(eventsIn(log)).not.toContain('called');
    expect(writing.book().state.alarms.size).toBe(599);
  });

  it('createWriting handles an answer before the wait for this answer ends, even if 600 other inputs came before the answer', async () => {
    const { writing, log, books, later } = newWriting(0, calledBefore(1_000));
    writing.start();
    await until(() => books.length > 0);
    for (let n = 2; n < 600; n += 1) writing.give(alarmItem(n));
    writing.give(accepted);
    later(70_000);
    await until(() => eventsIn(log).includes('accepted'));
    await writing.close();
    expect(eventsIn(log)).not.toContain('called');
  });

  it('at the end of a wait, createWriting first reads whether the log has the answer, and only then calls the next person', async () => {
    const reads: PromiseWithResolvers<void>[] = [];
    const readEnd = () => {
      reads.push(Promise.withResolvers());
      return reads.at(-1)!.promise;
    };
    const { writing, log, books, later } = newWriting(0, calledBefore(1_000), readEnd);
    writing.start();
    await until(() => books.length > 0);
    later(gateMsMax - 1);
    await until(() => reads.length > 0);
    // Other inputs are decided while the log is read.
    writing.give(alarmItem(2));
    await until(() => writing.book().state.alarms.size === 2);
    later(2_000);
    expect(eventsIn(log)).not.toContain('called');
    writing.give(accepted);
    reads[0]!.resolve();
    await until(() => eventsIn(log).includes('accepted'));
    await writing.close();
    expect(eventsIn(log)).not.toContain('called');
  });

  it('createWriting calls the next person if the answers cannot be read', async () => {
    let reads = 0;
    const readEnd = () => {
      reads += 1;
      return new Promise<void>(() => {});
    };
    const { writing, log, books, later } = newWriting(0, calledBefore(1_000), readEnd);
    writing.start();
    await until(() => books.length > 0);
    later(70_000);
    await until(() => reads > 0);
    later(gateMsMax);
    await until(() => eventsIn(log).includes('called'));
    await writing.close();
  });

  describe('with two alarms', () => {
    const otherId = 'alarm-other0000000';

    /**
     * Returns a book in which the first alarm called anna `agoMs` ago and the second alarm `otherAgoMs` ago. No call
     * was confirmed; a call waits 5 s for this.
     */
    function bothCalled(agoMs: number, otherAgoMs: number): Book {
      const event = eventOf('raised', alarmOf(otherId), nowMs - otherAgoMs);
      return take(calledBefore(agoMs), { type: 'alarm', event }, context, nowMs - otherAgoMs).book;
    }
    const otherAccepted = structuredClone(accepted) as Item & {
      intake: { command: { alarmId: string; commandId: string } };
    };
    Object.assign(otherAccepted.intake.command, {
      alarmId: otherId,
      commandId: '00000000-0000-4000-8000-000000000002',
    });
    const typesOf = (log: readonly TurnRecord[], ofAlarm: string) =>
      log.flatMap(({ body }) => {
        const { event } = body as Partial<DeliveryRecord>;
        return event && 'alarmId' in event && event.alarmId === ofAlarm ? [event.type] : [];
      });

    function startWithBoth(agoMs: number, otherAgoMs: number) {
      const reads: PromiseWithResolvers<void>[] = [];
      const readEnd = () => {
        reads.push(Promise.withResolvers());
        return reads.at(-1)!.promise;
      };
      const started = newWriting(0, bothCalled(agoMs, otherAgoMs), readEnd);
      started.writing.start();
      return { ...started, reads };
    }

    it('if the log was read for a first wait and the answer to this wait has come, createWriting reads the log again for a second wait', async () => {
      const { writing, log, books, reads, pass } = startWithBoth(4_500, 3_500);
      await until(() => books.length > 0);
      pass(500);
      await until(() => reads.length === 1);
      writing.give(accepted);
      await until(() => eventsIn(log).includes('accepted'));
      reads[0]!.resolve();
      const before = books.length;
      await until(() => books.length > before);
      pass(1_000);
      await until(() => reads.length === 2 || typesOf(log, otherId).includes('called'));
      writing.give(otherAccepted);
      reads[1]?.resolve();
      await until(() => typesOf(log, otherId).includes('accepted'));
      await writing.close();
      expect(typesOf(log, otherId)).not.toContain('called');
    });

    it('createWriting reads the log again for a wait that ends while the log is read for an earlier wait', async () => {
      const { writing, log, books, reads, pass } = startWithBoth(4_500, 4_400);
      await until(() => books.length > 0);
      pass(500);
      await until(() => reads.length === 1);
      pass(100);
      reads[0]!.resolve();
      await until(() => eventsIn(log).includes('called'));
      await until(() => reads.length === 2 || typesOf(log, otherId).includes('called'));
      writing.give(otherAccepted);
      reads[1]?.resolve();
      await until(() => typesOf(log, otherId).includes('accepted'));
      await writing.close();
      expect(typesOf(log, otherId)).not.toContain('called');
    });
  });
});

describe('createFold', () => {
  it('a start in the middle of the log needs a whole snapshot', () => {
    const part = (n: number) => ({
      contentType: contentTypes.deliverySnapshot,
      body: { part: n, parts: 2, version: snapshotVersion, content: [], positions },
    });
    const [half, whole, torn] = [createFold(false), createFold(false), createFold(false)];
    half.take(part(1) as never);
    for (const n of [1, 2]) whole.take(part(n) as never);
    // The first part is before the first record that was read.
    torn.take(part(2) as never);
    expect([half, whole, torn].map((fold) => fold.result(0) !== undefined)).toEqual([false, true, false]);
  });

  it.each([undefined, snapshotVersion - 1, snapshotVersion + 1])(
    'createFold does not use a snapshot of version %s, but restores the state from the events',
    async (version) => {
      const { writing, log } = newWriting(snapshotEveryOffsets);
      writing.give(alarmItem(1));
      writing.start();
      await until(() => log.length > 0);
      await writing.close();
      const foldOf = (isWholeLog: boolean) => {
        const folding = createFold(isWholeLog);
        for (const { contentType, body } of log) {
          const isSnapshot = contentType === contentTypes.deliverySnapshot;
          const content = [[['alarm', { alarmId: 'of another form' }]]];
          folding.take({ contentType, body: isSnapshot ? { ...(body as object), version, content } : body } as never);
        }
        return folding.result(log.length);
      };
      expect(foldOf(false)).toBeUndefined();
      expect(foldOf(true)!.book.state).toEqual(writing.book().state);
      expect(foldOf(true)!.positions!.alarms[1]).toBe('2');
    },
  );
});
