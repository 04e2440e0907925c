import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { checkRecord } from '../../../contracts/messages/check.ts';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { bookOf, partsOf } from '../snapshots.ts';
import { type Book, emptyBook, evolveBook, wantedCalls } from './book.ts';
import { alarmOf, eventOf, everybody, seconds, t0 } from './delivery.testing.ts';
import type { Context } from './inputs.ts';
import { type Intake, type Report, take } from './take.ts';

const alarmId = 'alarm-000000000001';
const commandId = '00000000-0000-4000-8000-000000000001';
const by = (userId: string) => ({ userId, name: userId, role: 'nurse' as const });
const context: Context = {
  policy: builtInPolicy,
  placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
  personsOf: (_, duty) => everybody[duty] ?? [],
  isDown: (_, channel) => channel === 'mail' || channel === 'webhook',
};

/** A delivery process for tests: it keeps its book in memory, and the records that `take` returned. */
function newProcess() {
  let book: Book = emptyBook;
  let nowMs = t0;
  const log: DeliveryRecord[] = [];
  function give(intake: Intake): readonly DeliveryRecord[] {
    const taken = take(book, intake, context, nowMs);
    book = taken.book;
    log.push(...taken.records);
    return taken.records;
  }
  const calls = () => log.flatMap(({ event }) => (event.type === 'called' ? [event.call] : []));
  return {
    give,
    log,
    calls,
    book: () => book,
    at(ms: number) {
      nowMs = t0 + ms;
    },
    alarm: (type: AlarmEvent['type'], rev: number, changes = {}) =>
      give({ type: 'alarm', event: eventOf(type, alarmOf(alarmId, { rev, ...changes }), nowMs) }),
    answer: (userId: string, answer: 'accepted' | 'rejected', id = commandId, round = 1) => {
      const at = new Date(nowMs).toISOString();
      return give({
        type: 'command',
        command: { type: 'answer', commandId: id, at, by: by(userId), alarmId, round, answer },
      });
    },
    painted: (userId: string, callId: string, stage: 'on-device' | 'painted' = 'painted') =>
      give({
        type: 'command',
        command: {
          ...{ type: 'receipt', at: new Date(nowMs).toISOString(), by: by(userId), channel: 'screen', stage },
          calls: [{ alarmId, callId }],
        },
      }),
    message: (channel: string) =>
      log.flatMap(({ event }) => (event.type === 'message' && event.channel === channel ? [event] : []))[0],
    report(report: Report, channel = 'push') {
      return give({ type: 'report', message: this.message(channel)!, report });
    },
  };
}

const typesOf = (records: readonly DeliveryRecord[]) => records.map(({ event }) => event.type);

describe('take', () => {
  it('take returns the records of an alarm; their views show the call, and their texts name the alarm', () => {
    const process = newProcess();
    const records = process.alarm('raised', 1);
    expect(typesOf(records)).toEqual(['alarm-seen', 'round-started', 'called', 'message', 'message']);
    expect(records[2]).toMatchObject({
      after: {
        ward: 'icu',
        bed: 'ICU-1',
        phase: 'calling',
        text: 'SpO2 84 < 88',
        round: 1,
        calls: [{ userId: 'anna', sent: [] }],
      },
    });
    expect([...process.book().unsent.values()]).toMatchObject([{ channel: 'push', userId: 'anna' }]);
  });

  it.each([
    ['another value', { value: 84 }, 'SpO2 87'],
    ['the value of the text', { value: 87 }, undefined],
    ['another parameter', { value: 87, code: 'MDC_PULS_OXIM_PULS_RATE' }, 'SpO2 87'],
    ['no value at the onset', { atOnset: undefined }, undefined],
  ])('with %s, the value at the onset is kept for messages only if the text does not have it', (_name, more, kept) => {
    const process = newProcess();
    const code = 'MDC_PULS_OXIM_SAT_O2';
    const records = process.alarm('raised', 1, { code, atOnset: { code, value: 87, limit: 88, unit: '%' }, ...more });
    expect([...process.book().texts.values()].map(({ onsetValue }) => onsetValue)).toEqual([kept]);
    const views = records.flatMap((record) => ('after' in record && record.after ? [record.after] : []));
    expect(views.at(-1)?.onsetValue).toBe(kept);
  });

  it('the text of an alarm of the device itself names the monitor, as on a screen', () => {
    const process = newProcess();
    process.alarm('raised', 1, { origin: 'device', text: 'RR 180 > 160' });
    expect([...process.book().texts.values()]).toMatchObject([{ text: 'Monitor: RR 180 > 160' }]);
  });

  it('take confirms a painted call once, and only for the person who was called', () => {
    const process = newProcess();
    process.alarm('raised', 1);
    const { callId } = process.calls()[0]!;
    expect(process.painted('ben', callId)).toEqual([]);
    expect(process.painted('anna', 'alarm-000000000001/1/9')).toEqual([]);
    const records = process.painted('anna', callId);
    expect(typesOf(records)).toEqual(['receipt', 'confirmed']);
    expect(records[0]).toMatchObject({
      after: { calls: [{ sent: expect.arrayContaining([{ channel: 'screen', stage: 'painted', atMs: t0 }]) }] },
    });
    expect(process.painted('anna', callId)).toEqual([]);
    expect(process.painted('anna', callId, 'on-device')).toEqual([]);
  });

  it('take remembers a message as unsent until a channel has confirmed it or reports that the message cannot be sent', () => {
    const [taken, failed, later] = [newProcess(), newProcess(), newProcess()];
    for (const process of [taken, failed, later]) process.alarm('raised', 1);
    taken.report({ kind: 'reached', stage: 'taken' });
    failed.report({ kind: 'failed', class: 'permanent', reason: 'gone' });
    later.report({ kind: 'failed', class: 'transient', reason: 'busy' });
    expect([taken, failed, later].map((process) => process.book().unsent.size)).toEqual([0, 0, 1]);
    expect(failed.log.at(-1)!.event.type).toBe('channel-failed');
  });

  it.each<[string, (process: ReturnType<typeof newProcess>) => void]>([
    ['acceptance', (process) => process.answer('anna', 'accepted')],
    ['rejection', (process) => process.answer('anna', 'rejected')],
    ['acknowledgement', (process) => process.alarm('acknowledged', 2, { signal: 'acknowledged' })],
    ['end', (process) => process.alarm('resolved', 2, { present: false, signal: 'off' })],
    ['removal', (process) => process.alarm('cleared', 2, { present: false, signal: 'off' })],
  ])('after the %s of an alarm, its message is not wanted any more', (_what, end) => {
    const process = newProcess();
    process.alarm('raised', 1);
    const message = process.message('push')!;
    expect(wantedCalls(process.book().state, message)).toHaveLength(1);
    end(process);
    expect(wantedCalls(process.book().state, message)).toEqual([]);
    expect(process.book().unsent.has(message.messageId)).toBe(false);
  });

  it('take accepts an answer or returns a sentence with the reason, and a repeated command has no effect', () => {
    const process = newProcess();
    const idOf = (n: number) => commandId.replace(/1$/, String(n));
    const seen = (records: readonly DeliveryRecord[]) => records.at(-1)?.event;
    expect(seen(process.answer('anna', 'accepted', idOf(1)))).toMatchObject({
      taken: false,
      reason: 'This alarm is over.',
    });
    process.alarm('raised', 1);
    expect(seen(process.answer('tom', 'accepted', idOf(2)))).toMatchObject({
      reason: 'This alarm has not called you.',
    });
    expect(seen(process.answer('anna', 'accepted', idOf(3), 7))).toMatchObject({ reason: 'This call does not exist.' });
    expect(seen(process.answer('anna', 'accepted', idOf(4)))).toMatchObject({ taken: true });
    expect(process.answer('anna', 'accepted', idOf(4))).toEqual([]);
    expect(seen(process.answer('anna', 'accepted', idOf(5)))).toMatchObject({
      reason: 'You have accepted this call already.',
    });
    process.alarm('acknowledged', 2, { signal: 'acknowledged' });
    expect(seen(process.answer('anna', 'rejected', idOf(6)))).toMatchObject({
      taken: false,
      reason: 'Somebody has acknowledged this alarm already.',
    });
  });

  it('take returns records that fit their schema, and the records or a snapshot alone restore the same book', () => {
    const process = newProcess();
    process.alarm('raised', 1);
    process.painted('anna', process.calls()[0]!.callId);
    process.report({ kind: 'failed', class: 'transient', reason: '' });
    process.at(seconds(70));
    process.give({ type: 'timer' });
    process.answer('ben', 'rejected');
    process.give({ type: 'changed' });
    process.alarm('updated', 2, { text: 'x'.repeat(120) });
    process.at(seconds(200));
    process.give({ type: 'timer' });
    for (const record of process.log) {
      const checked = checkRecord(contentTypes.delivery, Buffer.from(JSON.stringify(record)));
      expect(checked, JSON.stringify(record)).toMatchObject({ ok: true });
    }
    const stored = JSON.parse(JSON.stringify(process.log)) as DeliveryRecord[];
    const replayed = stored.reduce(evolveBook, emptyBook);
    expect(replayed).toEqual(process.book());
    expect(stored.concat(stored.slice(-1)).reduce(evolveBook, emptyBook)).toEqual(replayed);
    expect(bookOf(JSON.parse(JSON.stringify(partsOf(replayed))))).toEqual(replayed);
  });

  it('take does not keep the text of an alarm that calls nobody', () => {
    const process = newProcess();
    process.alarm('raised', 1, { late: true });
    expect(process.book().texts.size).toBe(0);
  });
});

it('a large book is split into parts that each fit into a record, and all parts together restore the book', () => {
  const process = newProcess();
  process.alarm('raised', 1);
  const [text] = process.book().texts.values();
  const texts = new Map(Array.from({ length: 9_000 }, (_, n) => [`alarm-${n}`, text!]));
  const large = { ...process.book(), texts };
  const parts = partsOf(large);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(400_000);
  expect(bookOf(parts)).toEqual(large);
});

describe('the code throws an error for the book or the view of one alarm', () => {
  const other = 'alarm-000000000002';
  const broken = () => {
    throw new RangeError('broken');
  };
  /** Two alarms are new. The book of the first alarm is broken by `change`. */
  function twoAlarms(change: (book: Book) => Book) {
    const give = (book: Book, id: string) =>
      take(book, { type: 'alarm', event: eventOf('raised', alarmOf(id), t0) }, context, t0).book;
    return change(give(give(emptyBook, alarmId), other));
  }
  const withTracks = (book: Book): Book => ({
    ...book,
    tracks: new Map(book.tracks).set(alarmId, Object.defineProperty(new Map(), 'get', { value: broken })),
  });
  const withTexts = (book: Book): Book => {
    const texts = new Map(book.texts);
    const get = (id: string) => (id === alarmId ? broken() : book.texts.get(id));
    return { ...book, texts: Object.defineProperty(texts, 'get', { value: get }) };
  };
  const names = [
    { name: 'how far its calls came', change: withTracks },
    { name: 'its text', change: withTexts },
  ];

  it.each(names)('$name: a timer calls the next person about each alarm, and the views name both', ({ change }) => {
    const book = twoAlarms(change);
    const taken = take(book, { type: 'timer' }, context, t0 + seconds(70));
    const called = taken.records.flatMap(({ event }) => (event.type === 'called' ? [event.alarmId] : []));
    expect(new Set(called)).toEqual(new Set([alarmId, other]));
    expect(new Set(taken.failures?.map((failure) => failure.alarmId))).toEqual(new Set([alarmId]));
    const views = new Map(
      taken.records.flatMap((record) => ('after' in record ? [[record.after?.alarmId, record]] : [])),
    );
    expect([...views.keys()].sort()).toEqual([alarmId, other]);
    for (const record of taken.records) {
      const checked = checkRecord(contentTypes.delivery, Buffer.from(JSON.stringify(record)));
      expect(checked, JSON.stringify(record)).toMatchObject({ ok: true });
    }
  });

  it.each([
    { name: 'the message left', report: { kind: 'reached', stage: 'taken' } as const, left: [] },
    {
      name: 'the person has no address',
      report: { kind: 'failed', class: 'permanent', reason: 'x' } as const,
      left: [],
    },
    {
      name: 'the host is away',
      report: { kind: 'failed', class: 'transient', reason: 'x' } as const,
      left: ['push/1'],
    },
  ])('after the report that $name, the next process sends again only what has not left', ({ report, left }) => {
    const book = twoAlarms(withTracks);
    const call = book.state.alarms.get(alarmId)!.round!.calls[0]!;
    const calls = [{ alarmId, callId: call.callId, dueAtMs: t0 }];
    const sent = { type: 'message', atMs: t0, userId: call.userId, name: 'anna', channel: 'push', calls } as const;
    const message = { ...sent, messageId: 'push/1', onlyCounted: 0, confirmDueAtMs: t0 };
    const withMessage = { ...book, unsent: new Map([['push/1', message]]) };
    const taken = take(withMessage, { type: 'report', message, report }, context, t0 + 1_000);
    expect([...taken.book.unsent.keys()]).toEqual(left);
  });

  it.each(names)('$name: the report about a message with both alarms counts for the other alarm', ({ change }) => {
    const book = twoAlarms(change);
    const callOf = (id: string) => book.state.alarms.get(id)!.round!.calls[0]!;
    const calls = [alarmId, other].map((id) => ({ alarmId: id, callId: callOf(id).callId, dueAtMs: t0 }));
    const sent = { type: 'message', atMs: t0, userId: 'anna', name: 'anna', channel: 'push', calls } as const;
    const message = { ...sent, messageId: 'push/1', onlyCounted: 0, confirmDueAtMs: t0 };
    const report = { kind: 'reached', stage: 'taken' } as const;
    const taken = take(book, { type: 'report', message, report }, context, t0 + 1_000);
    expect(taken.records.map(({ event }) => 'alarmId' in event && event.alarmId)).toEqual(
      expect.arrayContaining([alarmId, other]),
    );
    expect(taken.book.state.alarms.get(other)!.round!.calls[0]!.confirmDueAtMs).toBeNull();
  });
});
