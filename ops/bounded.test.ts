import { expect, it } from 'vitest';
import { awaitWithGrace } from './bounded.ts';

const never = new Promise<never>(() => {});

it('awaitWithGrace returns the result or the error of the work', async () => {
  const { signal } = new AbortController();
  await expect(awaitWithGrace(Promise.resolve(7), signal, 1)).resolves.toBe(7);
  await expect(awaitWithGrace(Promise.reject(new Error('no')), signal, 1)).rejects.toThrow('no');
});

it('awaitWithGrace rejects after the grace time if the signal is aborted before or during the work', async () => {
  const stopping = new AbortController();
  const waiting = awaitWithGrace(never, stopping.signal, 5);
  stopping.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  await expect(awaitWithGrace(never, stopping.signal, 5)).rejects.toThrow(/abort/i);
});

it('awaitWithGrace returns the result of work that ends within the grace time', async () => {
  const stopping = new AbortController();
  stopping.abort();
  await expect(awaitWithGrace(Promise.resolve('ended'), stopping.signal, 60_000)).resolves.toBe('ended');
});
