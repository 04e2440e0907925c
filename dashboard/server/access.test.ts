/** Tests which cookies the server sends with a renewed session. */
import cookie from '@fastify/cookie';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { type AccessOptions, cookieName, guardRoutes } from './access.ts';
import type { App } from './app.ts';
import { createStations, stationCookie } from './sessions/stations.ts';

const stations = createStations('a-key-of-a-test'.repeat(4));

async function renewedCookies(ofDisplay: boolean): Promise<string[]> {
  const { station, value } = stations.issue();
  const claims = { userId: 'wall', sessionId: 's', ...(ofDisplay && { station }) };
  const viewer = { userId: 'wall', name: 'Wall', role: ofDisplay ? 'display' : 'nurse', wards: ['icu'] };
  const options = {
    sessions: { read: async () => ({ viewer, claims, renewed: 'a-new-token' }) },
    stations,
    trail: { record: async () => {} },
    origins: [],
    isReady: () => true,
  };
  const app = fastify() as unknown as App;
  await app.register(cookie);
  guardRoutes(app, options as unknown as AccessOptions);
  app.get('/api/session', { config: { access: 'session' } }, async () => 'done');
  const cookies = { [cookieName]: 'an-old-token', [stationCookie]: value };
  const answer = await app.inject({ method: 'GET', url: '/api/session', cookies });
  await app.close();
  expect(answer.statusCode).toBe(200);
  for (const sent of answer.cookies) if (sent.name === stationCookie) expect(sent.value).toBe(value);
  return answer.cookies.map(({ name }) => name);
}

it('a renewed session of a wall display also sends the id of the browser again, because the session needs this id', async () => {
  expect(await renewedCookies(true)).toEqual([cookieName, stationCookie]);
});

it('a renewed session of a person does not send the id of the browser again', async () => {
  expect(await renewedCookies(false)).toEqual([cookieName]);
});
