import { expect, it } from 'vitest';
import { endedWithin } from './bounded.ts';

const never = new Promise<never>(() => {});

it('gives what the work gives', async () => {
  const { signal } = new AbortController();
  await expect(endedWithin(Promise.resolve(7), signal, 1)).resolves.toBe(7);
  await expect(endedWithin(Promise.reject(new Error('no')), signal, 1)).rejects.toThrow('no');
});

it('waits no longer than the grace once all is to stop, whether that was before or comes while it waits', async () => {
  const stopping = new AbortController();
  const waiting = endedWithin(never, stopping.signal, 5);
  stopping.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  await expect(endedWithin(never, stopping.signal, 5)).rejects.toThrow(/abort/i);
});

it('lets the work end by itself within the grace', async () => {
  const stopping = new AbortController();
  stopping.abort();
  await expect(endedWithin(Promise.resolve('ended'), stopping.signal, 60_000)).resolves.toBe('ended');
});
