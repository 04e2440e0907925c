/** Tests createScreenWorkQueue with a clock that the test sets. Each item of work moves the clock by its duration. */
import { expect, it } from 'vitest';
import { createScreenWorkQueue, restFactor } from './screen-work-queue.ts';

function world() {
  const clock = { ms: 0 };
  const done: string[] = [];
  const workQueue = createScreenWorkQueue(() => clock.ms);
  const work = (account: string, tookMs: number) =>
    workQueue.run(account, () => {
      clock.ms += tookMs;
      done.push(account);
      return account;
    });
  const settle = async () => {
    for (let n = 0; n < 10; n += 1) await new Promise((next) => setTimeout(next, 5));
  };
  return { clock, done, workQueue, work, settle };
}

it('an account waits for at most one item of another account with 100 items, and need not wait for the pause of that account', async () => {
  const w = world();
  for (let n = 0; n < 100; n += 1) void w.work('flood', 10);
  void w.work('nora', 0);
  await w.settle();
  // The clock does not move, so the pause of the account `flood` does not end, and Nora does not wait.
  expect(w.done).toEqual(['flood', 'nora']);
  expect(await w.work('nora', 0)).toBe('nora');
});

it('an account uses at most a fifth of the time, even if its items take long', async () => {
  const w = world();
  for (let n = 0; n < 20; n += 1) void w.work('flood', n % 2 === 0 ? 10 : 30);
  await w.settle();
  let workedMs = 10;
  for (let n = 1; n < 20; n += 1) {
    const beforeMs = workedMs;
    workedMs += n % 2 === 0 ? 10 : 30;
    w.clock.ms = beforeMs * (restFactor + 1) - 1;
    await w.settle();
    expect(w.done).toHaveLength(n);
    w.clock.ms += 1;
    await w.settle();
    expect(w.done).toHaveLength(n + 1);
  }
}, 60_000);

it('other work of the event loop runs between two items of screen work', async () => {
  const w = world();
  const seen: number[] = [];
  for (let n = 0; n < 5; n += 1)
    void w.work(`account ${n}`, 0).then(() => setImmediate(() => seen.push(w.done.length)));
  await w.settle();
  expect(w.done).toHaveLength(5);
  expect(Math.min(...seen)).toBeLessThan(5);
});

it('an error of an item of screen work rejects only the promise of this item, and the next item is done', async () => {
  const w = world();
  const broken = w.workQueue.run('nora', () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(await w.work('nora', 0)).toBe('nora');
});
