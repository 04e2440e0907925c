import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTimeGate, gateMsMax } from './time-gate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a gate. The test decides when each reading of the log ends (`settle`). */
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

it('the first question starts a reading of the log; when this reading ends, the gate opens and calls `onChange`', async () => {
  const { isOpen, reads, settle, changes } = newGate();
  expect([isOpen(), isOpen(), reads.length]).toEqual([false, false, 1]);
  await settle(0);
  expect([isOpen(), changes()]).toEqual([true, 1]);
});

it('after each decision, the gate stays shut until the log was read again', async () => {
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
])('while the log is still being read, the gate is open after %d ms: %s', async (ms, opens) => {
  const { isOpen } = newGate();
  isOpen();
  vi.setSystemTime(Date.now() + ms);
  expect(isOpen()).toBe(opens);
});

it('while the log cannot be read, later decisions do not wait again; a reading of the log that began before the last decision does not open the gate', async () => {
  const { gate, isOpen, reads, settle } = newGate();
  isOpen();
  vi.setSystemTime(Date.now() + gateMsMax);
  gate.shut();
  expect([isOpen(), reads.length]).toEqual([true, 1]);
  await settle(0);
  expect([isOpen(), reads.length]).toEqual([false, 2]);
});

it('the log is read again a second after a failure; the gate does not stay shut longer because of the failure', async () => {
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

it('the gate opens only for waits that ended before the reading of the log began', async () => {
  const { gate, settle } = newGate();
  const beginMs = Date.now();
  gate.readUntilMs();
  vi.setSystemTime(beginMs + 1_500);
  await settle(0);
  expect(gate.readUntilMs()).toBe(beginMs);
  vi.setSystemTime(beginMs - 5_000);
  expect(gate.readUntilMs()).toBe(beginMs - 5_000);
});

it('the gate opens for every wait if the log cannot be read', () => {
  const { gate } = newGate();
  gate.readUntilMs();
  vi.setSystemTime(Date.now() + gateMsMax);
  expect(gate.readUntilMs()).toBe(Date.now());
});

it('a reading of the log that began before the last decision does not open the gate; a new reading starts', async () => {
  const { gate, isOpen, reads, settle } = newGate();
  isOpen();
  gate.shut();
  await settle(0);
  expect([isOpen(), reads.length]).toEqual([false, 2]);
  await settle(1);
  gate.shut();
  expect([isOpen(), reads.length]).toEqual([false, 3]);
});
