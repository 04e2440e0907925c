/** Tests createWatchTurns with a clock that the test sets. Each piece of work moves the clock by its duration. */
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

it('a second account waits for at most one piece of a flood, and not at all while the flood rests', async () => {
  const w = world();
  for (let n = 0; n < 100; n += 1) void w.work('flood', 10);
  void w.work('nora', 0);
  await w.settle();
  // The clock does not move, so the flood rests, and Nora does not wait.
  expect(w.done).toEqual(['flood', 'nora']);
  expect(await w.work('nora', 0)).toBe('nora');
});

it('an account uses at most a fifth of the time, also with long pieces', async () => {
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

it('other work of the event loop runs between two pieces', async () => {
  const w = world();
  const seen: number[] = [];
  for (let n = 0; n < 5; n += 1)
    void w.work(`account ${n}`, 0).then(() => setImmediate(() => seen.push(w.done.length)));
  await w.settle();
  expect(w.done).toHaveLength(5);
  expect(Math.min(...seen)).toBeLessThan(5);
});

it('an error of a piece rejects only its own promise, and the next piece is done', async () => {
  const w = world();
  const broken = w.turns.run('nora', () => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(await w.work('nora', 0)).toBe('nora');
});
