import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { createOutbox } from './outbox.ts';

const log = pino({ level: 'silent' });
const event = (rev: number) => ({ type: 'updated', at: '', alarm: { rev } }) as unknown as AlarmEvent;

/** A log that takes what `takes` says, and notes it in order. */
function logOf(takes: (rev: number, attempt: number) => boolean) {
  const landed: number[] = [];
  const attempts = new Map<number, number>();
  let offset = 100n;
  return {
    landed,
    async append({ alarm: { rev } }: AlarmEvent) {
      const attempt = (attempts.get(rev) ?? 0) + 1;
      attempts.set(rev, attempt);
      await Promise.resolve();
      if (!takes(rev, attempt)) throw new VigilError('log-append-failed', 'Kafka did not take it.');
      landed.push(rev);
      return { offset: offset++ };
    },
  };
}

describe('alarm events on their way', () => {
  it('land in their order', async () => {
    const { append, landed } = logOf(() => true);
    const outbox = createOutbox({ append, start: 100n, log });
    for (let rev = 1; rev <= 500; rev++) outbox.put(event(rev));
    expect(await outbox.sent()).toBe(true);
    expect(landed).toEqual(Array.from({ length: 500 }, (_, n) => n + 1));
    expect([outbox.waiting(), outbox.next(), outbox.waitingSince()]).toEqual([0, 600n, undefined]);
  });

  it('are tried until they land, and nothing stays before what failed', async () => {
    const { append, landed } = logOf((rev, attempt) => rev !== 2 || attempt > 2);
    const outbox = createOutbox({ append, start: 100n, log });
    for (let rev = 1; rev <= 4; rev++) outbox.put(event(rev));
    expect(await outbox.sent()).toBe(true);
    // 3 and 4 may have landed before 2; they land again after it.
    expect(landed.slice(landed.indexOf(2))).toEqual([2, 3, 4]);
  });

  it('hold up their source when too many wait', async () => {
    let open = false;
    const { append } = logOf(() => open);
    const outbox = createOutbox({ append, start: 0n, log });
    for (let rev = 1; rev <= 2_001; rev++) outbox.put(event(rev));
    let room = false;
    const waiting = outbox.room().then(() => {
      room = true;
    });
    await new Promise((done) => setTimeout(done, 50));
    expect(room).toBe(false);
    open = true;
    await waiting;
    expect(room).toBe(true);
    outbox.close();
  });

  it('are given up when the partition is let go, and nobody waits for them', async () => {
    const { append } = logOf(() => false);
    const outbox = createOutbox({ append, start: 0n, log });
    outbox.put(event(1));
    const sent = outbox.sent();
    outbox.close();
    expect([await sent, outbox.waiting()]).toEqual([false, 0]);
  });
});
