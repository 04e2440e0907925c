/** The work for screens that change what they show. The clock is the test's; a piece of work says how long it took. */
import { expect, it } from 'vitest';
import { createWatchTurns, restTimes } from './watch-turns.ts';

function world() {
  const clock = { ms: 0 };
  const done: string[] = [];
  const turns = createWatchTurns(() => clock.ms);
  const work = (account: string, tookMs: number) =>
    turns.run(account, () => {
      clock.ms += tookMs;
      done.push(account);
      return account;
    });
  const settle = async () => {
    for (let n = 0; n < 10; n += 1) await new Promise((next) => setTimeout(next, 5));
  };
  return { clock, done, turns, work, settle };
}

it('a second account waits for one piece of a flood, and for none while the flood rests', async () => {
  const w = world();
  for (let n = 0; n < 100; n += 1) void w.work('flood', 10);
  void w.work('nora', 0);
  await w.settle();
  // The clock stands: the flood rests, and nora does not wait for it.
  expect(w.done).toEqual(['flood', 'nora']);
  expect(await w.work('nora', 0)).toBe('nora');
});

it('an account has a fifth of the time at most, however long a piece takes', async () => {
  const w = world();
  for (let n = 0; n < 20; n += 1) void w.work('flood', n % 2 === 0 ? 10 : 30);
  await w.settle();
  let workedMs = 10;
  for (let n = 1; n < 20; n += 1) {
    const beforeMs = workedMs;
    workedMs += n % 2 === 0 ? 10 : 30;
    w.clock.ms = beforeMs * (restTimes + 1) - 1;
    await w.settle();
    expect(w.done).toHaveLength(n);
    w.clock.ms += 1;
    await w.settle();
    expect(w.done).toHaveLength(n + 1);
  }
}, 60_000);

it('between two pieces the event loop turns, so that an alarm goes between', async () => {
  const w = world();
  const seen: number[] = [];
  for (let n = 0; n < 5; n += 1)
    void w.work(`account ${n}`, 0).then(() => setImmediate(() => seen.push(w.done.length)));
  await w.settle();
  expect(w.done).toHaveLength(5);
  expect(Math.min(...seen)).toBeLessThan(5);
});

it('an error of a piece goes to the screen that asked for it: the next piece is done', async () => {
  const w = world();
  const broken = w.turns.run('nora', () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(await w.work('nora', 0)).toBe('nora');
});
