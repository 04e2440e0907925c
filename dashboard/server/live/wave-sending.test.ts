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
  const screen = {
    wave: (_: Chunk, text: () => string) => void done.push(JSON.parse(text()).start),
    fail: (error: unknown) => void done.push((error as Error).message),
  };
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

it('if one connection fails, only this connection ends; it holds nothing back, and the others get the waves of the timer', () => {
  const [broken, unwritable, healthy] = [newTarget(), newTarget(), newTarget()];
  const throwing = () => {
    throw new Error('broken');
  };
  const sending = createWaveSending(() => [
    { ...broken.target, screen: { ...broken.target.screen, wave: throwing } },
    { ...unwritable.target, transport: { ...unwritable.target.transport, cork: throwing } },
    healthy.target,
  ]);
  sending.add(chunkOf('1'));
  vi.advanceTimersByTime(wavesEveryMs);
  expect(broken.done).toEqual(['cork', 'uncork', 'broken']);
  expect(unwritable.done).toEqual(['broken']);
  expect(healthy.done).toEqual(['cork', '1', 'uncork']);
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
