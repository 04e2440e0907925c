/**
 * Tests sessions with a real Kafka: which process may write, and what is sent again after a kill between the commit and
 * the sending.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type DeliveryLab, openDeliveryLab } from '../../tests/delivery/lab.ts';
import { openLogAs, until } from '../../tests/system.ts';
import type { Channel, OutgoingMessage, SendResult } from './channels/channel.ts';
import { openSession, type Session } from './session.ts';
import { openTables, type Tables } from './tables.ts';

const platform = inject('platform');
const log = pino({ level: 'silent' });
let lab: DeliveryLab;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await openDeliveryLab(platform);
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await lab.close();
});

/** A channel that hangs until the test releases it, or until the message is aborted. */
function hangingChannel() {
  const sent: { message: OutgoingMessage; signal: AbortSignal; finish: (result: SendResult) => void }[] = [];
  const channel: Channel = {
    name: 'push',
    confirms: 'taken',
    send(_entry, message, signal) {
      const { promise, resolve } = Promise.withResolvers<SendResult>();
      signal.addEventListener('abort', () => resolve({ kind: 'failed', class: 'transient', reason: 'aborted' }));
      sent.push({ message, signal, finish: resolve });
      return promise;
    },
    check: async () => ({ kind: 'reached', stage: 'taken' }),
    close: async () => {},
  };
  const ofAlarm = (alarmId: string) => sent.filter(({ message }) => message.alarms.some((a) => a.alarmId === alarmId));
  return { channel, sent, ofAlarm };
}

type Process = {
  sealedLog: SealedLog;
  tables: Tables;
  session: Session;
  failures: unknown[];
  push: ReturnType<typeof hangingChannel>;
};

/** Opens a session, as a separate process would do. */
async function openProcess(): Promise<Process> {
  const sealedLog = await openLogAs(platform, 'delivery');
  const failures: unknown[] = [];
  const push = hangingChannel();
  let session: Session | undefined;
  const tables = await openTables({
    assignmentsCheckedUntil: -1,
    sealedLog,
    pseudonymKey: 'AAAA',
    onChange: () => session?.changed(),
    now: Date.now,
    log,
  });
  session = await openSession({
    ...{ sealedLog, tables, log },
    channels: new Map([['push', push.channel]]),
    policy: () => builtInPolicy,
    isDown: () => false,
    zoneOf: () => undefined,
    onWritten: () => {},
    onRestored: () => {},
    onLeftOut: () => {},
    onCheckReceipt: () => {},
    onFailed: (error) => failures.push(error),
    now: () => Date.now(),
  });
  const opened = { sealedLog, tables, session, failures, push };
  closing.push(async () => {
    await opened.session.close();
    await tables.close();
    await sealedLog.close();
  });
  return opened;
}

async function reachable(userId: string): Promise<void> {
  const push = { endpoint: 'https://push.example/1', p256dh: 'p'.repeat(87), auth: 'a'.repeat(22) };
  const entry = { channel: 'push', reachId: randomUUID(), userId, name: userId, label: 'Phone', ...push } as const;
  await lab.reach({ ...entry, addedAt: new Date().toISOString() });
}

it('a message that a kill interrupted is sent again once with the same id, and the former process can write nothing', async () => {
  const anna = `anna-${randomUUID().slice(0, 6)}`;
  await reachable(anna);
  const bed = await lab.admit();
  await bed.assign(anna, 'nurse');
  const first = await openProcess();
  await bed.event('raised', { text: 'HR 134 > 120' });
  const [sent] = await until('the first process sends', () => {
    const all = first.push.ofAlarm(bed.alarmId);
    return all.length > 0 && all;
  });
  expect(sent!.message).toMatchObject({
    userId: anna,
    alarms: [{ ward: bed.ward, bed: 'BED-1', text: 'HR 134 > 120' }],
  });
  // The message was committed before it was sent.
  await until('the event', () => bed.messages().some(({ messageId }) => messageId === sent!.message.messageId));
  const due = bed.called()[0]!.dueAtMs;

  // The first process is not closed: it hangs, as a stopped process does. The second process takes over.
  const second = await openProcess();
  const [again] = await until('the second process sends', () => {
    const all = second.push.ofAlarm(bed.alarmId);
    return all.length > 0 && all;
  });
  expect(again!.message.messageId).toBe(sent!.message.messageId);
  expect(again!.message.alarms).toEqual(sent!.message.alarms);
  again!.finish({ kind: 'reached', stage: 'taken' });
  await bed.has('receipt');
  sent!.finish({ kind: 'reached', stage: 'taken' });
  await until('the first process notices that it lost its turn', () => first.failures.length > 0);
  expect(first.failures[0]).toMatchObject({ code: 'turn-lost' });
  expect(
    bed.ofAlarm().filter(({ event }) => event.type === 'receipt' && event.messageId === again!.message.messageId),
  ).toHaveLength(1);
  expect(bed.called().map(({ dueAtMs }) => dueAtMs)).toEqual([due]);
  expect(second.push.ofAlarm(bed.alarmId)).toHaveLength(1);
  expect(second.session.counts().unsent).toBe(0);

  // The answer stops a message that is being sent, and no message is sent after the answer.
  const other = await lab.admit();
  await other.assign(anna, 'nurse');
  await other.event('raised');
  const [running] = await until('the message is on its way', () => {
    const all = second.push.ofAlarm(other.alarmId);
    return all.length > 0 && all;
  });
  await other.answer(anna, 'accepted');
  await until('the sending is aborted', () => running!.signal.aborted);
  await other.has('accepted');
  expect(second.push.ofAlarm(other.alarmId)).toHaveLength(1);
});

it('an address that does not exist any more is not used again, and a person without an address is not called through the channel', async () => {
  const anna = `anna-${randomUUID().slice(0, 6)}`;
  await reachable(anna);
  const [first, later] = [await lab.admit(), await lab.admit()];
  for (const bed of [first, later]) await bed.assign(anna, 'nurse');
  const { push, session, tables } = await openProcess();
  await first.event('raised');
  const [sent] = await until(
    'the message',
    () => push.ofAlarm(first.alarmId).length > 0 && push.ofAlarm(first.alarmId),
  );
  sent!.finish({ kind: 'ended', reason: 'The push service answered 410.' });
  await first.has('channel-failed');
  expect(lab.records.some(({ event }) => event.type === 'reach-ended' && event.userId === anna)).toBe(true);
  await later.event('raised');
  const call = await later.callOf(anna);
  expect(call.channels).toEqual(['screen']);
  // Nothing more is written. A process that has read everything must still notice that it is at the end.
  const atMs = Date.now();
  await until('all is read', () => session.intakeReadMs() > atMs && tables.readMs() > atMs);
});

it('the log takes no answer and no decision that does not fit its schema', async () => {
  const dashboard = await openLogAs(platform, 'dashboard');
  closing.push(() => dashboard.close());
  const answer = { type: 'answer', commandId: 'no id', at: new Date().toISOString(), round: 1 };
  await expect(
    dashboard.append('delivery-commands', 'anna', contentTypes.deliveryCommand, answer),
  ).rejects.toMatchObject({ code: 'payload-schema' });
  const { sealedLog } = await openProcess();
  const turn = await sealedLog.takeTurn('deliveries');
  closing.push(turn.close);
  const record = { key: 'deliveries', contentType: contentTypes.delivery, body: { event: { type: 'called' } } };
  await expect(turn.write([record])).rejects.toMatchObject({ code: 'payload-schema' });
});
