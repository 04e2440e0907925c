import { describe, expect, it } from 'vitest';
import type { App } from './app.ts';
import { countRequestOf, createRouteSlots, perMinuteMax, type Share, shareOf } from './bounds.ts';
import type { RequestPace } from './core/request-pace.ts';
import { loginRoutes } from './routes/login.ts';
import type { Parts } from './routes/parts.ts';
import { recordRoutes } from './routes/records.ts';
import { whatIfRoute } from './routes/what-if.ts';

const claims = (userId: string, sessionId: string) => ({
  userId,
  sessionId,
  startedAtMs: 0,
  seenAtMs: 0,
  fingerprint: 'f',
});

describe('countRequestOf', () => {
  it('one session cannot use up the requests of its account, because an account may send three times as many requests', () => {
    const pace: RequestPace = new Map();
    const acceptedCount = (session: string, times: number) =>
      Array.from({ length: times }, () => countRequestOf(pace, 'act', claims('nora', session), 0)).filter(
        (outcome) => outcome === 'accepted',
      ).length;
    expect(acceptedCount('stolen', 5_000)).toBe(perMinuteMax.act);
    expect(acceptedCount('own', 100)).toBe(100);
    let sum = perMinuteMax.act + 100;
    for (let login = 0; login < 43; login += 1) sum += acceptedCount(`login ${login}`, 700);
    expect(sum).toBe(3 * perMinuteMax.act);
    expect(countRequestOf(pace, 'act', claims('nils', 'his'), 0)).toBe('accepted');
    expect(countRequestOf(pace, 'look', claims('nora', 'own'), 0)).toBe('accepted');
  });
});

it('waiting looks do not delay an act, even if there are very many', async () => {
  const slots = createRouteSlots();
  const never = Promise.withResolvers<void>();
  for (let account = 0; account < 100; account += 1)
    for (let times = 0; times < 100; times += 1)
      void slots.look.run(`account ${account}`, () => never.promise).catch(() => {});
  await new Promise(setImmediate);
  expect([slots.look.usedSlots(), slots.look.waiting()]).toEqual([64, 512]);
  expect(await slots.act.run('nora', async () => 'done')).toBe('done');
});

describe('slots while the trend database hangs', () => {
  /** Returns the kind of slots of each route, by URL. */
  function sharesOf(...registers: ((app: App, parts: Parts) => void)[]): Map<string, Share> {
    const shares = new Map<string, Share>();
    const note = (method: string) => (url: string, options: Pick<Parameters<typeof shareOf>[0], 'config'>) =>
      shares.set(url, shareOf({ method, config: options.config }));
    const closers: (() => unknown)[] = [];
    const addHook = (_name: string, close: () => unknown) => closers.push(close);
    const app = { get: note('GET'), post: note('POST'), addHook } as unknown as App;
    const parts = { sessions: {}, delivery: { feed: { board: { isRead: false } } } } as unknown as Parts;
    for (const register of registers) register(app, parts);
    for (const close of closers) close();
    return shares;
  }

  it('a screen can connect, because routes that read stored values do not use the slots of looks', async () => {
    const shares = sharesOf(recordRoutes, whatIfRoute, loginRoutes);
    const slots = createRouteSlots();
    const hanging = Promise.withResolvers<void>();
    for (const [url, share] of shares)
      for (let account = 0; /trends|what-if|audit/.test(url) && account < 100; account += 1)
        void slots[share as 'history'].run(`account ${account}`, () => hanging.promise).catch(() => {});
    await new Promise(setImmediate);
    const answered: string[] = [];
    for (const url of ['/api/ticket', '/api/session'])
      void slots[shares.get(url) as 'look'].run('account 1', async () => answered.push(url));
    await new Promise(setImmediate);
    expect(answered).toEqual(['/api/ticket', '/api/session']);
  });
});

it.each([
  ['GET', { access: 'view-vitals' }, 'look'],
  ['HEAD', { access: 'session' }, 'look'],
  ['POST', { access: 'acknowledge' }, 'act'],
  ['DELETE', { access: 'standby' }, 'act'],
  ['POST', { access: 'session', share: 'look' }, 'look'],
  ['GET', { access: 'view-vitals', share: 'history' }, 'history'],
  ['POST', { access: 'session', share: 'own' }, 'own'],
  ['POST', { access: 'session', share: 'receipt' }, 'receipt'],
  ['GET', { access: 'public' }, 'own'],
] as const)('a %s route with %o uses slots of the kind %s', (method, config, share) => {
  expect(shareOf({ method, config })).toBe(share);
});
