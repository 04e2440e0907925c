import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Chunk } from '../core/waves.ts';
import { createWaveSending, wavesEveryMs } from './wave-sending.ts';

const chunkOf = (start: string) =>
  ({
    ...{ associationId: 'a', code: 'ECG', rateHz: 250, timeline: 0 },
    record: { reading: { start, scale: 1, offset: 0, samples: '' } },
  }) as unknown as Chunk;

/** Notes what a connection does, in order. */
function newTarget() {
  const done: string[] = [];
  const transport = { cork: () => done.push('cork'), uncork: () => done.push('uncork') };
  const screen = { wave: (_: Chunk, text: () => string) => void done.push(JSON.parse(text()).start) };
  return { done, target: { screen, transport } };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('chunks that come shortly after each other are sent together, in their order, to each screen', () => {
  const [first, second] = [newTarget(), newTarget()];
  const sending = createWaveSending(() => [first.target, second.target]);
  sending.add(chunkOf('1'));
  vi.advanceTimersByTime(wavesEveryMs - 1);
  sending.add(chunkOf('2'));
  expect(first.done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect([first.done, second.done]).toEqual([
    ['cork', '1', '2', 'uncork'],
    ['cork', '1', '2', 'uncork'],
  ]);
  vi.advanceTimersByTime(10 * wavesEveryMs);
  expect(first.done.length).toBe(4);
});

it('a flush sends at once what waits, and nothing is sent twice', () => {
  const { done, target } = newTarget();
  const sending = createWaveSending(() => [target]);
  sending.add(chunkOf('1'));
  sending.flush();
  sending.flush();
  vi.advanceTimersByTime(10 * wavesEveryMs);
  expect(done).toEqual(['cork', '1', 'uncork']);
});

it('a connection holds nothing back after a chunk that could not be sent', () => {
  const { done, target } = newTarget();
  const screen = {
    wave() {
      throw new Error('no text');
    },
  };
  const sending = createWaveSending(() => [{ ...target, screen }]);
  sending.add(chunkOf('1'));
  expect(() => sending.flush()).toThrow('no text');
  expect(done).toEqual(['cork', 'uncork']);
});

it('at most 1,000 chunks wait', () => {
  const { done, target } = newTarget();
  const sending = createWaveSending(() => [target]);
  for (let count = 0; count < 1_000; count += 1) sending.add(chunkOf(String(count)));
  expect(done.length).toBe(1_002);
});

it('nothing is sent after the end', () => {
  const { done, target } = newTarget();
  const sending = createWaveSending(() => [target]);
  sending.add(chunkOf('1'));
  sending.close();
  vi.advanceTimersByTime(10 * wavesEveryMs);
  expect(done).toEqual([]);
});
