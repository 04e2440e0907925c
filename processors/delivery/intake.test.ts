import type { Kafka } from 'kafkajs';
import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { clinicalPartitions } from '../../contracts/topics.ts';
import { openIntake } from './intake.ts';
import type { Item } from './writing.ts';

const log = pino({ level: 'silent' });
const alarmPartitions = Array.from({ length: clinicalPartitions }, (_, partition) => partition);
const rest = () => new Promise((done) => setTimeout(done, 20));

/**
 * Creates a stand-in for the kafkajs client. Partition 0 of `alarms` has records up to `high`; the other partitions are
 * empty.
 */
function fakeKafka(firstHigh: number) {
  let high = firstHigh;
  const listeners = new Map<string, (event: object) => void>();
  let eachBatch: (payload: object) => Promise<void> = async () => {};
  const seeks: string[] = [];
  const names = ['GROUP_JOIN', 'END_BATCH_PROCESS', 'REBALANCING', 'CRASH', 'COMMIT_OFFSETS'];
  const doNothing = async () => {};
  const consumer = {
    events: Object.fromEntries(names.map((name) => [name, name])),
    on: (name: string, listener: (event: object) => void) => void listeners.set(name, listener),
    async run(options: { eachBatch: typeof eachBatch }) {
      eachBatch = options.eachBatch;
    },
    ...{ connect: doNothing, subscribe: doNothing, disconnect: doNothing },
    seek(to: { topic: string; partition: number; offset: string }) {
      if (to.topic === 'alarms' && to.partition === 0) seeks.push(to.offset);
    },
  };
  const rowsOf = (topic: string) =>
    (topic === 'alarms' ? alarmPartitions : [0]).map((partition) => ({
      ...{ partition, low: '0', high: topic === 'alarms' && partition === 0 ? String(high) : '0' },
    }));
  const admin = {
    ...{ connect: doNothing, disconnect: doNothing },
    fetchTopicOffsets: async (topic: string) => rowsOf(topic),
  };
  return {
    kafka: { consumer: () => consumer, admin: () => admin } as unknown as Kafka,
    seeks,
    async join(assigned = alarmPartitions) {
      const memberAssignment = { alarms: assigned, 'delivery-commands': [0] };
      listeners.get('GROUP_JOIN')!({ payload: { memberAssignment } });
      await rest();
    },
    /** Adds records that this process has not got yet. */
    write(count: number) {
      high += count;
    },
    /**
     * Sends records of partition 0 of `alarms`, written some time ago. These records have no value, so they only move
     * the position.
     */
    batch(from: number, count: number, agoMs = 0) {
      const timestamp = String(Date.now() - agoMs);
      const messages = Array.from({ length: count }, (_, n) => ({
        ...{ offset: String(from + n), key: null, value: null, timestamp },
      }));
      const batch = {
        ...{ topic: 'alarms', partition: 0, messages, highWatermark: String(high) },
        lastOffset: () => String(from + count - 1),
      };
      const isTrue = { isRunning: () => true, isStale: () => false };
      return eachBatch({ batch, resolveOffset() {}, heartbeat: doNothing, ...isTrue });
    },
  };
}

async function openWith(high: number, begin: number) {
  const fake = fakeKafka(high);
  const given: string[] = [];
  let room = Promise.resolve();
  const opening = openIntake({
    sealedLog: { kafka: fake.kafka, boot: 'boot', open: () => Promise.reject(new Error('not used')) },
    name: 'session-1',
    positions: { alarms: alarmPartitions.map((partition) => (partition === 0 ? String(begin) : '0')), commands: '0' },
    give: (...items: Item[]) => void given.push(...items.map(({ from }) => String(from?.next))),
    hasRoom: () => room,
    onLeftOut: () => {},
    ...{ now: Date.now, log },
  });
  await rest();
  await fake.join();
  const waitForRoom = (promise: Promise<void>) => {
    room = promise;
  };
  return { ...fake, given, opening, waitForRoom };
}

it('after a further assignment, the intake continues after the records that were handed out, not at the start of the session', async () => {
  const { seeks, opening, batch, join, given } = await openWith(100, 100);
  const intake = await opening;
  await batch(100, 400);
  expect(given.at(-1)).toBe('500');
  await join();
  expect(seeks).toEqual(['100', '500']);
  await intake.close();
});

it('after an assignment during the first read, the intake continues after the records that the reader already has', async () => {
  const { seeks, opening, batch, join, given } = await openWith(300, 100);
  await batch(100, 50);
  await join();
  await batch(150, 150);
  const intake = await opening;
  expect(seeks).toEqual(['100', '150']);
  expect(given).toEqual(['300']);
  await intake.close();
});

it('the intake hands out no record twice if a new assignment comes while the reader waits for `hasRoom`', async () => {
  const { seeks, opening, batch, join, given, waitForRoom } = await openWith(100, 100);
  const intake = await opening;
  const room = Promise.withResolvers<void>();
  waitForRoom(room.promise);
  const waiting = batch(100, 2);
  await rest();
  await join();
  room.resolve();
  await waiting;
  await batch(100, 2);
  expect(seeks).toEqual(['100', '100']);
  expect(given).toEqual(['101', '102']);
  await intake.close();
});

it('the intake reaches the end if there are no new records, but not while a record is missing or a partition is not assigned', async () => {
  const { opening, batch, join, write } = await openWith(100, 100);
  const intake = await opening;
  await intake.reachEnd();
  write(1);
  let isReached = false;
  const reaching = intake.reachEnd().then(() => {
    isReached = true;
  });
  await rest();
  expect(isReached).toBe(false);
  await batch(100, 1);
  await reaching;
  await join(alarmPartitions.slice(1));
  await expect(intake.reachEnd()).rejects.toMatchObject({ code: 'log-unavailable' });
  await intake.close();
});

it.each([
  ['more records follow', 200, 0],
  ['the records are old, and the answers may be in another partition', 100, 2_000],
])('the intake collects a backlog up to its end, and hands it out at once: %s', async (_title, count, agoMs) => {
  const { opening, batch, given, write } = await openWith(100, 100);
  const intake = await opening;
  given.length = 0;
  write(count);
  await batch(100, 100, agoMs);
  if (count > 100) {
    await rest();
    expect(given).toEqual([]);
    const reaching = intake.reachEnd();
    await batch(200, 100, agoMs);
    await reaching;
  }
  await vi.waitFor(() => expect(given).not.toEqual([]), { timeout: 30_000 });
  // Records without content only move the position, so only their last position is handed out.
  expect(given).toEqual([String(100 + count)]);
  write(1);
  await batch(100 + count, 1);
  expect(given.at(-1)).toBe(String(101 + count));
  await intake.close();
});

it('the intake hands out a backlog after some seconds even if its end does not come, so that one partition does not delay the others', async () => {
  const { opening, batch, given, write } = await openWith(100, 100);
  const intake = await opening;
  given.length = 0;
  write(200);
  await batch(100, 100);
  await vi.waitFor(() => expect(given).toEqual(['200']), { timeout: 30_000 });
  await intake.close();
});

it('the intake stops waiting for the end of a backlog when it has handed out the backlog', async () => {
  const { opening, batch, given, write } = await openWith(100, 100);
  const intake = await opening;
  given.length = 0;
  // The end of the partition never comes.
  write(200);
  await batch(100, 100);
  await vi.waitFor(() => expect(given).not.toEqual([]), { timeout: 30_000 });
  await rest();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  // This takes 30 times 20 ms. Code that still waits would set a timer of 10 ms again and again.
  for (let n = 0; n < 30; n += 1) await rest();
  expect(timers.mock.calls.filter(([, ms]) => ms === 10)).toEqual([]);
  timers.mockRestore();
  await intake.close();
});
