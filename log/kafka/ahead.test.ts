import { expect, it } from 'vitest';
import { createAhead } from './ahead.ts';

const settled = async (promise: Promise<void>) => {
  let is = false;
  void promise.then(() => {
    is = true;
  });
  for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
  return is;
};

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

const records = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(bytes) }));

it('the reader takes more batches while few wait, and no more until they are handed out', async () => {
  const ahead = createAhead(20_000);
  const [first, second] = [gate(), gate()];
  expect(await settled(ahead.put(records(10, 1_000), () => first.promise))).toBe(true);
  const full = ahead.put(records(10, 1_000), () => second.promise);
  expect(await settled(full)).toBe(false);
  first.open();
  expect(await settled(full)).toBe(true);
  second.open();
});

it('the reader takes no more while a few long batches wait, which use as much memory as many short ones', async () => {
  const ahead = createAhead(10_000_000);
  const first = gate();
  const full = ahead.put(records(40, 262_144), () => first.promise);
  expect(await settled(full)).toBe(false);
  first.open();
  expect(await settled(full)).toBe(true);
});

it('the reader hands nothing out in the turn in which it arrives, so that the next fetch is requested first', async () => {
  const ahead = createAhead(10_000);
  const seen: string[] = [];
  for (const name of ['first', 'second'])
    await ahead.put(records(1, 100), async () => {
      seen.push(name);
    });
  seen.push('all of a fetch is put');
  await ahead.done();
  expect(seen).toEqual(['all of a fetch is put', 'first', 'second']);
});

it('the reader hands out a whole fetch before a timer runs', async () => {
  const ahead = createAhead(10_000);
  const seen: string[] = [];
  for (const name of ['first', 'second', 'third'])
    await ahead.put(records(1, 100), async () => {
      seen.push(name);
      if (name === 'first') setTimeout(() => seen.push('timer'), 0);
      const until = performance.now() + 3;
      while (performance.now() < until);
    });
  await ahead.done();
  expect(seen.slice(0, 3)).toEqual(['first', 'second', 'third']);
});

it('the reader hands batches out one after the other, in their order', async () => {
  const ahead = createAhead(10_000);
  const seen: string[] = [];
  const first = gate();
  void ahead.put(records(1, 100), async () => {
    seen.push('first begins');
    await first.promise;
    seen.push('first ends');
  });
  void ahead.put(records(1, 100), async () => {
    seen.push('second');
  });
  expect(await settled(ahead.done())).toBe(false);
  expect(seen).toEqual(['first begins']);
  first.open();
  await ahead.done();
  expect(seen).toEqual(['first begins', 'first ends', 'second']);
});
