import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type ReadContext, readSpan } from './span.ts';

it('if readSpan is ended while its reader opens, and the reader then fails, no rejection stays unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const controller = new AbortController();
    const opening = Promise.withResolvers<never>();
    const consumer = { on() {}, events: {}, connect: () => opening.promise, disconnect: async () => {} };
    const kafka = { consumer: () => consumer, admin: () => ({ connect: () => opening.promise }) };
    const log = { kafka, open: async () => undefined, service: 'dashboard' };
    const context = { log, logger: { warn() {}, info() {}, error() {} }, onBatch() {}, signal: controller.signal };
    const read = readSpan(
      context as unknown as ReadContext,
      { topic: 'alarms', sinceMs: 0, untilMs: () => 1 },
      () => {},
    );
    const outcome = read.catch((error: Error) => error.message);
    controller.abort(new Error('the time is over'));
    await sleep(20);
    opening.reject(new Error('Kafka is away'));
    expect(await outcome).toBe('Kafka is away');
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
