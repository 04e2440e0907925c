import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTimeGate, gateMsMax } from './time-gate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a gate whose readings end when the test says so. */
function newGate() {
  const reads: PromiseWithResolvers<void>[] = [];
  let changes = 0;
  const gate = createTimeGate({
    readEnd() {
      reads.push(Promise.withResolvers());
      return reads.at(-1)!.promise;
    },
    onChange() {
      changes += 1;
    },
    now: Date.now,
  });
  const settle = async (n: number, fails = false) => {
    if (fails) reads[n]!.reject(new Error('Kafka does not answer.'));
    else reads[n]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
  };
  const isOpen = () => gate.readUntilMs() !== undefined;
  return { gate, isOpen, reads, settle, changes: () => changes };
}

it('opens when a reading that began with the first question has ended, and says so', async () => {
  const { isOpen, reads, settle, changes } = newGate();
  expect([isOpen(), isOpen(), reads.length]).toEqual([false, false, 1]);
  await settle(0);
  expect([isOpen(), changes()]).toEqual([true, 1]);
});

it('needs another reading after each decision', async () => {
  const { gate, isOpen, reads, settle } = newGate();
  isOpen();
  await settle(0);
  gate.shut();
  expect([isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1);
  expect(isOpen()).toBe(true);
});

it.each([
  [gateMsMax - 1, false],
  [gateMsMax, true],
  [-gateMsMax, true],
])('while a reading goes on, is open after %d ms: %s', async (ms, opens) => {
  const { isOpen } = newGate();
  isOpen();
  vi.setSystemTime(Date.now() + ms);
  expect(isOpen()).toBe(opens);
});

it('lets later decisions not wait again while nothing can be read, and forgets a reading that began before the last decision', async () => {
  const { gate, isOpen, reads, settle } = newGate();
  isOpen();
  vi.setSystemTime(Date.now() + gateMsMax);
  gate.shut();
  expect([isOpen(), reads.length]).toEqual([true, 1]);
  await settle(0);
  expect([isOpen(), reads.length]).toEqual([false, 2]);
});

it('reads again a second after a failure, and does not wait longer because of it', async () => {
  const { isOpen, reads, settle } = newGate();
  isOpen();
  await settle(0, true);
  isOpen();
  expect(reads).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1, true);
  await vi.advanceTimersByTimeAsync(gateMsMax - 1_000);
  expect(isOpen()).toBe(true);
});

it('opens only for waits that ended before the reading began', async () => {
  const { gate, settle } = newGate();
  const beginMs = Date.now();
  gate.readUntilMs();
  vi.setSystemTime(beginMs + 1_500);
  await settle(0);
  expect(gate.readUntilMs()).toBe(beginMs);
  vi.setSystemTime(beginMs - 5_000);
  expect(gate.readUntilMs()).toBe(beginMs - 5_000);
});

it('opens for every wait if the log cannot be read', () => {
  const { gate } = newGate();
  gate.readUntilMs();
  vi.setSystemTime(Date.now() + gateMsMax);
  expect(gate.readUntilMs()).toBe(Date.now());
});

it('forgets a reading whose wait was answered', async () => {
  const { gate, isOpen, reads, settle } = newGate();
  isOpen();
  gate.shut();
  await settle(0);
  expect([isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1);
  gate.shut();
  expect([isOpen(), reads.length]).toEqual([false, 3]);
});
