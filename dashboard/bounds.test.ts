import { describe, expect, it } from 'vitest';
import { countFor, createRouteSlots, perMinuteMax, shareOf } from './bounds.ts';
import type { RequestPace } from './core/request-pace.ts';

const claims = (userId: string, sessionId: string) => ({
  userId,
  sessionId,
  startedAtMs: 0,
  seenAtMs: 0,
  fingerprint: 'f',
});

describe('requests in a minute', () => {
  it('of a stolen session leave something for its owner, and of 43 sessions together not 43 times as much', () => {
    const pace: RequestPace = new Map();
    const taken = (session: string, times: number) =>
      Array.from({ length: times }, () => countFor(pace, 'act', claims('nora', session), 0)).filter(
        (one) => one === 'taken',
      ).length;
    expect(taken('stolen', 5_000)).toBe(perMinuteMax.act);
    expect(taken('own', 100)).toBe(100);
    let sum = perMinuteMax.act + 100;
    for (let login = 0; login < 43; login += 1) sum += taken(`login ${login}`, 700);
    expect(sum).toBe(3 * perMinuteMax.act);
    expect(countFor(pace, 'act', claims('nils', 'his'), 0)).toBe('taken');
    expect(countFor(pace, 'look', claims('nora', 'own'), 0)).toBe('taken');
  });
});

it('looks take no place of an act, however many there are', async () => {
  const slots = createRouteSlots();
  const never = Promise.withResolvers<void>();
  for (let account = 0; account < 100; account += 1)
    for (let times = 0; times < 100; times += 1)
      void slots.look.run(`account ${account}`, () => never.promise).catch(() => {});
  await new Promise(setImmediate);
  expect([slots.look.atWork(), slots.look.waiting()]).toEqual([64, 512]);
  expect(await slots.act.run('nora', async () => 'done')).toBe('done');
});

it.each([
  ['GET', { access: 'view-vitals' }, 'look'],
  ['HEAD', { access: 'session' }, 'look'],
  ['POST', { access: 'acknowledge' }, 'act'],
  ['DELETE', { access: 'standby' }, 'act'],
  ['POST', { access: 'session', share: 'look' }, 'look'],
  ['POST', { access: 'session', share: 'own' }, 'own'],
  ['GET', { access: 'public' }, 'own'],
] as const)('%s with %o takes a place as %s', (method, config, share) => {
  expect(shareOf({ method, config })).toBe(share);
});
