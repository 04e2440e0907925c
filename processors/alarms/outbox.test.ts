import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { createOutbox } from './outbox.ts';

const log = pino({ level: 'silent' });
const event = (rev: number) => ({ type: 'updated', at: '', alarm: { rev } }) as unknown as AlarmEvent;

/**
 * Returns a log in memory. `accepts` decides whether an append succeeds; `appended` has the appended revisions in
 * order.
 */
function logOf(accepts: (rev: number, attempt: number) => boolean) {
  const appended: number[] = [];
  const attempts = new Map<number, number>();
  let offset = 100n;
  return {
    appended,
    async append({ alarm: { rev } }: AlarmEvent) {
      const attempt = (attempts.get(rev) ?? 0) + 1;
      attempts.set(rev, attempt);
      await Promise.resolve();
      if (!accepts(rev, attempt)) throw new VigilError('log-append-failed', 'Kafka did not take it.');
      appended.push(rev);
      return { offset: offset++ };
    },
  };
}

describe('the outbox', () => {
  it('the outbox appends the events in order', async () => {
    const { append, appended } = logOf(() => true);
    const outbox = createOutbox({ append, start: 100n, log });
    for (let rev = 1; rev <= 500; rev++) outbox.put(event(rev));
    expect(await outbox.waitUntilSent()).toBe(true);
    expect(appended).toEqual(Array.from({ length: 500 }, (_, n) => n + 1));
    expect([outbox.waitingCount(), outbox.nextOffset(), outbox.waitingSince()]).toEqual([0, 600n, undefined]);
  });

  it('the outbox appends a failed event and all events after it again, until every event is in the log in order', async () => {
    const { append, appended } = logOf((rev, attempt) => rev !== 2 || attempt > 2);
    const outbox = createOutbox({ append, start: 100n, log });
    for (let rev = 1; rev <= 4; rev++) outbox.put(event(rev));
    expect(await outbox.waitUntilSent()).toBe(true);
    // Events 3 and 4 may be in the log before event 2. They are appended again after event 2.
    expect(appended.slice(appended.indexOf(2))).toEqual([2, 3, 4]);
  });

  it('an event that is too large is left out and reported, and the later events are appended', async () => {
    const { append, appended } = logOf(() => true);
    const leftOut: number[] = [];
    const outbox = createOutbox<AlarmEvent>({
      async append(item) {
        if (item.alarm.rev === 2) throw new VigilError('payload-too-large', 'too large');
        return append(item);
      },
      start: 100n,
      log,
      onLeftOut: ({ alarm }) => leftOut.push(alarm.rev),
    });
    for (let rev = 1; rev <= 4; rev++) outbox.put(event(rev));
    expect(await outbox.waitUntilSent()).toBe(true);
    expect(leftOut).toEqual([2]);
    expect([...new Set(appended)]).toEqual([1, 3, 4]);
    expect(outbox.waitingCount()).toBe(0);
  });

  it('an event about which the code fails is tried again a few times, and is then left out and reported', async () => {
    vi.useFakeTimers();
    const { append, appended } = logOf(() => true);
    const leftOut: number[] = [];
    const outbox = createOutbox<AlarmEvent>({
      async append(item) {
        if (item.alarm.rev === 1) throw new TypeError('a fault of the code');
        return append(item);
      },
      start: 100n,
      log,
      onLeftOut: ({ alarm }) => leftOut.push(alarm.rev),
    });
    for (let rev = 1; rev <= 2; rev++) outbox.put(event(rev));
    await vi.advanceTimersByTimeAsync(0);
    expect(leftOut).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(leftOut).toEqual([1]);
    expect(appended.at(-1)).toBe(2);
    expect(await outbox.waitUntilSent()).toBe(true);
    vi.useRealTimers();
  });

  it('waitForRoom() waits while more than 2,000 events wait', async () => {
    let isKafkaUp = false;
    const { append } = logOf(() => isKafkaUp);
    const outbox = createOutbox({ append, start: 0n, log });
    for (let rev = 1; rev <= 2_001; rev++) outbox.put(event(rev));
    let hasRoom = false;
    const waiting = outbox.waitForRoom().then(() => {
      hasRoom = true;
    });
    await new Promise((done) => setTimeout(done, 50));
    expect(hasRoom).toBe(false);
    isKafkaUp = true;
    await waiting;
    expect(hasRoom).toBe(true);
    outbox.close();
  });

  it('close() drops the waiting events, and waitUntilSent() resolves to false', async () => {
    const { append } = logOf(() => false);
    const outbox = createOutbox({ append, start: 0n, log });
    outbox.put(event(1));
    const sent = outbox.waitUntilSent();
    outbox.close();
    expect([await sent, outbox.waitingCount()]).toEqual([false, 0]);
  });
});
