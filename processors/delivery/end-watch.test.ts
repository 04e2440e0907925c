import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEndReading, type EndWatch, watchEnds } from './end-watch.ts';

const log = pino({ level: 'silent' });
let watch: EndWatch | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  watch?.close();
  vi.useRealTimers();
});
const ageMs = () => Date.now() - watch!.readMs();

it('while a topic has no new records, `readMs` is at most 2 s old', async () => {
  watch = watchEnds({ reachEnds: [async () => {}, async () => {}], now: Date.now, log });
  for (let second = 0; second < 60; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ageMs()).toBeLessThanOrEqual(2_000);
  }
});

it('if each check takes 3 s, as on a busy machine, `readMs` is at most 8 s old', async () => {
  const slow = () => new Promise((done) => setTimeout(done, 3_000));
  watch = watchEnds({ reachEnds: [slow], now: Date.now, log });
  let oldestMs = 0;
  for (let second = 0; second < 60; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    oldestMs = Math.max(oldestMs, ageMs());
  }
  expect(oldestMs).toBeLessThanOrEqual(8_000);
});

it('while one reader hangs, `readMs` does not move and no second check starts; when the reader continues, `readMs` moves again', async () => {
  let still = Promise.withResolvers<void>();
  still.resolve();
  let asked = 0;
  const second = () => {
    asked += 1;
    return still.promise;
  };
  watch = watchEnds({ reachEnds: [async () => {}, second], now: Date.now, log });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ageMs()).toBeLessThanOrEqual(2_000);
  still = Promise.withResolvers();
  asked = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ageMs()).toBeGreaterThan(58_000);
  expect(asked).toBe(1);
  still.resolve();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(ageMs()).toBeLessThanOrEqual(2_000);
});

it('`readMs` does not move while the end of a topic cannot be found, and moves again afterwards', async () => {
  let fails = true;
  const failing = async () => {
    if (fails) throw new Error('Kafka does not answer.');
  };
  watch = watchEnds({ reachEnds: [failing], now: Date.now, log });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ageMs()).toBe(20_000);
  fails = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ageMs()).toBeLessThanOrEqual(2_000);
});

it('`readMs` is the time at which `readEnd` was called; a failed `readEnd` does not change `readMs`', async () => {
  let end = Promise.withResolvers<void>();
  const reading = createEndReading({ reachEnd: () => end.promise, now: Date.now, log });
  const beginMs = Date.now();
  const first = reading.readEnd();
  await vi.advanceTimersByTimeAsync(3_000);
  end.resolve();
  await first;
  expect(reading.readMs()).toBe(beginMs);
  end = Promise.withResolvers();
  const second = reading.readEnd();
  end.reject(new Error('Kafka does not answer.'));
  await expect(second).rejects.toThrow('Kafka does not answer.');
  expect(reading.readMs()).toBe(beginMs);
});
