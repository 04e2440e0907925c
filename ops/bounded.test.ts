import { expect, it } from 'vitest';
import { endedWithin } from './bounded.ts';

const never = new Promise<never>(() => {});

it('endedWithin returns the result or the error of the work', async () => {
  const { signal } = new AbortController();
  await expect(endedWithin(Promise.resolve(7), signal, 1)).resolves.toBe(7);
  await expect(endedWithin(Promise.reject(new Error('no')), signal, 1)).rejects.toThrow('no');
});

it('endedWithin rejects after the grace time if the signal is aborted before or during the work', async () => {
  const stopping = new AbortController();
  const waiting = endedWithin(never, stopping.signal, 5);
  stopping.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  await expect(endedWithin(never, stopping.signal, 5)).rejects.toThrow(/abort/i);
});

it('endedWithin returns the result of work that ends within the grace time', async () => {
  const stopping = new AbortController();
  stopping.abort();
  await expect(endedWithin(Promise.resolve('ended'), stopping.signal, 60_000)).resolves.toBe('ended');
});
