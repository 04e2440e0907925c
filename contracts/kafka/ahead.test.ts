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

it('takes more while few wait, and no more until they are handed out', async () => {
  const ahead = createAhead(10);
  const [first, second] = [gate(), gate()];
  expect(await settled(ahead.put(10, () => first.promise))).toBe(true);
  const full = ahead.put(5, () => second.promise);
  expect(await settled(full)).toBe(false);
  first.open();
  expect(await settled(full)).toBe(true);
  second.open();
});

it('hands batches out one after the other, in their order', async () => {
  const ahead = createAhead(100);
  const seen: string[] = [];
  const first = gate();
  void ahead.put(1, async () => {
    seen.push('first begins');
    await first.promise;
    seen.push('first ends');
  });
  void ahead.put(1, async () => {
    seen.push('second');
  });
  expect(await settled(ahead.done())).toBe(false);
  expect(seen).toEqual(['first begins']);
  first.open();
  await ahead.done();
  expect(seen).toEqual(['first begins', 'first ends', 'second']);
});
