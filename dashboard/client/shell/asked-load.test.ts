import { expect, it } from 'vitest';
import { askAgainMs, createAskedLoad } from './asked-load.ts';

function newLoad(ask: () => Promise<boolean>, mayLoad = () => true) {
  const done = { asked: 0, loads: 0, nowMs: 0 };
  const tryLoad = createAskedLoad({
    ask() {
      done.asked += 1;
      return ask();
    },
    mayLoad,
    load: () => {
      done.loads += 1;
    },
    steady: () => done.nowMs,
  });
  return { done, tryLoad };
}

it('the page is loaded after the server has answered', async () => {
  const { done, tryLoad } = newLoad(async () => true);
  await tryLoad();
  expect(done).toMatchObject({ asked: 1, loads: 1 });
});

it.each([
  ['does not answer', () => Promise.reject(new Error('no connection'))],
  ['answers that it cannot give the page', async () => false],
])('while the server %s, the page is not loaded, and the server is asked again after 10 s', async (_name, ask) => {
  const { done, tryLoad } = newLoad(ask);
  await tryLoad();
  done.nowMs = askAgainMs - 1;
  await tryLoad();
  expect(done).toMatchObject({ asked: 1, loads: 0 });
  done.nowMs = askAgainMs;
  await tryLoad();
  expect(done).toMatchObject({ asked: 2, loads: 0 });
});

it('the page is not loaded if somebody touches it, or an alarm begins, before the server answers', async () => {
  let isAtRest = true;
  const { done, tryLoad } = newLoad(
    async () => {
      isAtRest = false;
      return true;
    },
    () => isAtRest,
  );
  await tryLoad();
  expect(done.loads).toBe(0);
});

it('while the server has not answered, it is not asked a second time', async () => {
  const answer = Promise.withResolvers<boolean>();
  const { done, tryLoad } = newLoad(() => answer.promise);
  const first = tryLoad();
  await tryLoad();
  expect(done.asked).toBe(1);
  answer.resolve(true);
  await first;
  expect(done.loads).toBe(1);
});
