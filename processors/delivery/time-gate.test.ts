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
  return { gate, reads, settle, changes: () => changes };
}

it('opens when a reading that began with the first question has ended, and says so', async () => {
  const { gate, reads, settle, changes } = newGate();
  expect([gate.isOpen(), gate.isOpen(), reads.length]).toEqual([false, false, 1]);
  await settle(0);
  expect([gate.isOpen(), changes()]).toEqual([true, 1]);
});

it('needs another reading after each decision', async () => {
  const { gate, reads, settle } = newGate();
  gate.isOpen();
  await settle(0);
  gate.shut();
  expect([gate.isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1);
  expect(gate.isOpen()).toBe(true);
});

it.each([
  [gateMsMax - 1, false],
  [gateMsMax, true],
  [-gateMsMax, true],
])('while a reading goes on, is open after %d ms: %s', async (ms, isOpen) => {
  const { gate } = newGate();
  gate.isOpen();
  vi.setSystemTime(Date.now() + ms);
  expect(gate.isOpen()).toBe(isOpen);
});

it('lets later decisions not wait again while nothing can be read, and forgets a reading that began before the last decision', async () => {
  const { gate, reads, settle } = newGate();
  gate.isOpen();
  vi.setSystemTime(Date.now() + gateMsMax);
  gate.shut();
  expect([gate.isOpen(), reads.length]).toEqual([true, 1]);
  await settle(0);
  expect([gate.isOpen(), reads.length]).toEqual([false, 2]);
});

it('reads again a second after a failure, and does not wait longer because of it', async () => {
  const { gate, reads, settle } = newGate();
  gate.isOpen();
  await settle(0, true);
  gate.isOpen();
  expect(reads).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([gate.isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1, true);
  await vi.advanceTimersByTimeAsync(gateMsMax - 1_000);
  expect(gate.isOpen()).toBe(true);
});
