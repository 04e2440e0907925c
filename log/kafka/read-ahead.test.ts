import { expect, it } from 'vitest';
import { createReadAheadQueue } from './read-ahead.ts';

const isSettledSoon = async (promise: Promise<void>) => {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
  return isSettled;
};

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

const records = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(bytes) }));

it('put resolves immediately while the queue is small, and otherwise after a task has ended', async () => {
  const queue = createReadAheadQueue(20_000);
  const [first, second] = [gate(), gate()];
  expect(await isSettledSoon(queue.put(records(10, 1_000), () => first.promise))).toBe(true);
  const full = queue.put(records(10, 1_000), () => second.promise);
  expect(await isSettledSoon(full)).toBe(false);
  first.open();
  expect(await isSettledSoon(full)).toBe(true);
  second.open();
});

it('put counts bytes: a batch of a few large records fills the queue', async () => {
  const queue = createReadAheadQueue(10_000_000);
  const first = gate();
  const full = queue.put(records(40, 262_144), () => first.promise);
  expect(await isSettledSoon(full)).toBe(false);
  first.open();
  expect(await isSettledSoon(full)).toBe(true);
});

it('no task runs in the turn of the event loop in which it was put', async () => {
  const queue = createReadAheadQueue(10_000);
  const seen: string[] = [];
  for (const name of ['first', 'second'])
    await queue.put(records(1, 100), async () => {
      seen.push(name);
    });
  seen.push('the whole fetch is in the queue');
  await queue.done();
  expect(seen).toEqual(['the whole fetch is in the queue', 'first', 'second']);
});

it('all tasks of a fetch run before a timer runs', async () => {
  const queue = createReadAheadQueue(10_000);
  const seen: string[] = [];
  for (const name of ['first', 'second', 'third'])
    await queue.put(records(1, 100), async () => {
      seen.push(name);
      if (name === 'first') setTimeout(() => seen.push('timer'), 0);
      const until = performance.now() + 3;
      while (performance.now() < until);
    });
  await queue.done();
  expect(seen.slice(0, 3)).toEqual(['first', 'second', 'third']);
});

it('tasks run one after the other, in the order in which they were put', async () => {
  const queue = createReadAheadQueue(10_000);
  const seen: string[] = [];
  const first = gate();
  void queue.put(records(1, 100), async () => {
    seen.push('first begins');
    await first.promise;
    seen.push('first ends');
  });
  void queue.put(records(1, 100), async () => {
    seen.push('second');
  });
  expect(await isSettledSoon(queue.done())).toBe(false);
  expect(seen).toEqual(['first begins']);
  first.open();
  await queue.done();
  expect(seen).toEqual(['first begins', 'first ends', 'second']);
});
