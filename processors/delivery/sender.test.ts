import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { Channel, SendResult } from './channels/channel.ts';
import { bestOf } from './channels/send-to-person.ts';
import { type Book, emptyBook } from './core/book.ts';
import { t0 } from './core/delivery.testing.ts';
import type { MessageDecision } from './core/events.ts';
import type { Report } from './core/take.ts';
import { createSender, sendsPerPersonMax } from './sender.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: t0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const entryOf = (userId: string, n = 1) => ({ reachId: `r${n}`, userId, channel: 'push' }) as ReachEntry;

/** Creates a sender with a channel. The test gives the answers of the channel. */
function newSender(entries: readonly ReachEntry[] = [entryOf('anna')]) {
  const sends: { id: string; entry: ReachEntry; signal: AbortSignal; finish: (result: SendResult) => void }[] = [];
  const reports: Report[] = [];
  const ended: string[] = [];
  const process = { isDeciding: true };
  const fault = { person: '' };
  const channel: Channel = {
    ...{
      name: 'push',
      confirms: 'taken',
      close: async () => {},
      check: async () => ({ kind: 'reached', stage: 'sent' }),
    },
    send(entry, { messageId: id }, signal) {
      const { promise, resolve } = Promise.withResolvers<SendResult>();
      sends.push({ id, entry, signal, finish: resolve });
      return promise;
    },
  };
  const sender = createSender({
    channels: new Map([['push', channel]]),
    entriesOf(userId) {
      if (userId === fault.person) throw new TypeError('no such entry');
      return entries.filter((entry) => entry.userId === userId);
    },
    placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
    zoneOf: (ward) => (ward === 'icu' ? 'Europe/Berlin' : undefined),
    report: (_message, report) => reports.push(report),
    onEnded: ({ reachId }) => ended.push(reachId),
    isDeciding: () => process.isDeciding,
    now: () => Date.now(),
    log: { error: vi.fn() },
  });
  return { sender, sends, reports, ended, process, fault };
}

/** Returns a book in which messages wait to be sent: one message for each pair of a person and a number. */
function bookWith(...ids: readonly (readonly [userId: string, n: number])[]): Book {
  const unsent = new Map(ids.map(([userId, n]) => [`push/${userId}/${n}`, messageOf(userId, n)]));
  return { ...emptyBook, unsent };
}
function messageOf(userId: string, n: number): MessageDecision {
  const calls = [{ alarmId: 'a', callId: `a/1/${n}`, dueAtMs: t0 + 60_000 }];
  return {
    ...{ type: 'message', messageId: `push/${userId}/${n}`, atMs: t0, userId, name: userId, channel: 'push', calls },
    ...{ onlyCounted: 0, confirmDueAtMs: t0 + 5_000 },
  };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('createSender', () => {
  it('sends the messages of the other persons if the code throws an error for one message', () => {
    const { sender, sends } = newSender([entryOf('anna', 1), entryOf('ben', 2)]);
    const book = bookWith(['anna', 1], ['ben', 2]);
    const broken = { ...messageOf('anna', 1), calls: undefined } as unknown as MessageDecision;
    sender.sync({ ...book, unsent: new Map(book.unsent).set('push/anna/1', broken) });
    expect(sends.map(({ id }) => id)).toEqual(['push/ben/2']);
    sender.close();
  });

  it('the sender sends each unsent message of the book once, and reports the result', async () => {
    const { sender, sends, reports } = newSender();
    sender.sync(bookWith(['anna', 1]));
    sender.sync(bookWith(['anna', 1]));
    expect(sends).toHaveLength(1);
    sends[0]!.finish({ kind: 'reached', stage: 'taken' });
    await settle();
    sender.sync(bookWith(['anna', 1]));
    expect(reports).toEqual([{ kind: 'reached', stage: 'taken' }]);
    expect(sends).toHaveLength(1);
  });

  it('the sender aborts a message that the book does not have any more, and reports nothing about this message', async () => {
    const { sender, sends, reports } = newSender();
    sender.sync(bookWith(['anna', 1]));
    sender.sync(bookWith());
    expect(sends[0]!.signal.aborted).toBe(true);
    sends[0]!.finish({ kind: 'reached', stage: 'taken' });
    await settle();
    expect(reports).toEqual([]);
  });

  it('the sender stops while the process does not decide, and sends again with the same id when the process decides again', async () => {
    const { sender, sends, reports, process } = newSender();
    sender.sync(bookWith(['anna', 1]));
    process.isDeciding = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sends[0]!.signal.aborted).toBe(true);
    sends[0]!.finish({ kind: 'failed', class: 'transient', reason: 'aborted' });
    sender.sync(bookWith(['anna', 1], ['anna', 2]));
    await vi.advanceTimersByTimeAsync(20_000);
    expect([sends.length, reports]).toEqual([1, []]);
    process.isDeciding = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sends.map(({ id }) => id)).toEqual(['push/anna/1', 'push/anna/1', 'push/anna/2']);
  });

  it('the sender sends nothing again after a failure while the process does not decide', async () => {
    const { sender, sends, process } = newSender();
    sender.sync(bookWith(['anna', 1]));
    sends[0]!.finish({ kind: 'failed', class: 'transient', reason: 'busy' });
    await settle();
    process.isDeciding = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sends).toHaveLength(1);
  });

  it('the sender stops at once when it is closed, and sends nothing more', async () => {
    const { sender, sends, reports } = newSender();
    sender.sync(bookWith(['anna', 1]));
    sender.close();
    expect(sends[0]!.signal.aborted).toBe(true);
    sends[0]!.finish({ kind: 'failed', class: 'transient', reason: 'aborted' });
    sender.sync(bookWith(['anna', 1], ['anna', 2]));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sends.length, reports.length, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it('messages to one person that hang do not delay messages to another person', () => {
    const { sender, sends } = newSender([entryOf('anna'), entryOf('ben')]);
    const many = Array.from({ length: 50 }, (_, n) => ['anna', n] as const);
    sender.sync(bookWith(...many, ['ben', 1]));
    expect(sends.filter(({ entry }) => entry.userId === 'anna')).toHaveLength(sendsPerPersonMax);
    expect(sends.filter(({ entry }) => entry.userId === 'ben')).toHaveLength(1);
  });

  it('a message to a person without an address fails immediately and permanently', async () => {
    const { sender, reports } = newSender([]);
    sender.sync(bookWith(['anna', 1]));
    await settle();
    expect(reports).toMatchObject([{ kind: 'failed', class: 'permanent' }]);
  });

  it('if the code throws for one message, only this message fails permanently, and the other messages are sent', async () => {
    const { sender, sends, reports, fault } = newSender([entryOf('anna'), entryOf('ben')]);
    fault.person = 'anna';
    sender.sync(bookWith(['anna', 1], ['ben', 2]));
    await settle();
    expect(reports).toMatchObject([{ kind: 'failed', class: 'permanent' }]);
    expect(sends.map(({ id }) => id)).toEqual(['push/ben/2']);
  });

  it('the sender tries again with the same id after a transient failure, reports the failure once, and stops when the message is useless', async () => {
    const { sender, sends, reports } = newSender();
    sender.sync(bookWith(['anna', 1]));
    for (let n = 0; n < 200; n += 1) {
      sends.at(-1)!.finish({ kind: 'failed', class: 'transient', reason: 'busy' });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(new Set(sends.map(({ id }) => id))).toEqual(new Set(['push/anna/1']));
    expect(sends.length).toBeGreaterThan(3);
    expect(sends.length).toBeLessThan(8);
    expect(reports).toHaveLength(1);
  });

  it('a message to several addresses is reported as reached if one address is reached; an ended address is reported', async () => {
    const { sender, sends, reports, ended } = newSender([entryOf('anna', 1), entryOf('anna', 2)]);
    sender.sync(bookWith(['anna', 1]));
    sends[0]!.finish({ kind: 'ended', reason: '410' });
    sends[1]!.finish({ kind: 'reached', stage: 'taken' });
    await settle();
    expect(ended).toEqual(['r1']);
    expect(reports).toEqual([{ kind: 'reached', stage: 'taken' }]);
  });
});

it('bestOf returns the result with the furthest stage; if one failure is transient and one is permanent, it returns the transient failure', () => {
  const permanent = { kind: 'failed', class: 'permanent', reason: 'a' } as const;
  const transient = { kind: 'failed', class: 'transient', reason: 'b' } as const;
  expect(bestOf([permanent, transient])).toBe(transient);
  expect(bestOf([transient, { kind: 'reached', stage: 'sent' }, { kind: 'reached', stage: 'taken' }])).toMatchObject({
    stage: 'taken',
  });
});
