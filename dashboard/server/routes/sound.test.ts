import { expect, it } from 'vitest';
import type { App } from '../app.ts';
import { foldAssociations } from '../core/beds.ts';
import { newConfirmations } from '../core/confirmations.ts';
import { nurse, period, t0, table } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { emptyState } from '../core/state.ts';
import { createSoundOwners, type ScreenWithSound } from '../live/sound-owners.ts';
import type { Parts } from './parts.ts';
import { soundRoutes } from './sound.ts';

type Handler = (request: object, reply: object) => Promise<unknown>;
const screenId = '01890000-0000-4000-8000-000000000001';

function openScreen(session: string, viewer: Viewer): ScreenWithSound {
  const sound = { screen: screenId, beat: t0, at: 5, audio: 'on' } as const;
  return {
    number: 1,
    claims: { sessionId: session },
    person: viewer,
    watched: () => ({ viewer, scope: { ward: 'icu' } }),
    confirmations: newConfirmations(),
    soundReport: () => ({ page: 'painting', sound }),
  };
}

/** Creates the routes for two screens of the ward: of the sessions `stolen` and `other`. */
function newRoutes() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  const screens = [openScreen('stolen', nurse), openScreen('other', nurse)];
  const sound = createSoundOwners({
    screens: () => screens,
    state: () => state,
    others: () => new Map(),
    pseudonymOf: (userId) => userId,
    personOf: () => undefined,
    now: () => t0,
  });
  const handlers = new Map<string, Handler>();
  const note = (method: string) => (url: string, _options: object, handler: Handler) =>
    handlers.set(url.endsWith('/sound') ? method : (url.split('/').at(-1) ?? ''), handler);
  const actions: string[] = [];
  const trail = { record: async ({ action }: { action: string }) => void actions.push(action) };
  const parts = { feed: { state }, hub: { sound }, trail };
  soundRoutes({ post: note('POST'), delete: note('DELETE') } as unknown as App, parts as unknown as Parts);
  const reply = { code: () => reply, send: () => 'done' };
  const call = (method: string, session: string) =>
    handlers.get(method)!(
      {
        params: { ward: 'icu' },
        body: { screen: screenId },
        headers: {},
        socket: {},
        method,
        routeOptions: { url: '/api/wards/:ward/sound' },
        live: { viewer: nurse, claims: { sessionId: session, userId: nurse.userId } },
      },
      reply,
    ).catch((error: Error) => error.message);
  return { call, actions, sound };
}

it('a session whose sound another session took away learns when it can take the sound again', async () => {
  const { call, actions } = newRoutes();
  expect(await call('POST', 'stolen')).toBe('done');
  expect(await call('DELETE', 'other')).toBe('done');
  const refusal = 'Somebody wants every screen to sound. You can take the sound again in 60 s.';
  expect(await call('POST', 'stolen')).toBe(refusal);
  expect(await call('POST', 'other')).toBe('done');
  expect(await call('POST', 'stolen')).toBe(refusal);
  expect(actions).toEqual(['sound-taken', 'sound-given-back', 'sound-taken']);
});

it('a session that gives its own sound back can take it again', async () => {
  const { call } = newRoutes();
  for (const method of ['POST', 'DELETE', 'POST']) expect(await call(method, 'stolen')).toBe('done');
});

it('“Sound everywhere” keeps wall displays from the sound until a person allows it, and both are recorded', async () => {
  const { call, actions, sound } = newRoutes();
  await call('POST', 'stolen');
  await call('DELETE', 'other');
  expect(sound.everywhereUntilMs('icu')).toBe(t0 + 12 * 3_600_000);
  expect(await call('display', 'other')).toBe('done');
  expect(sound.everywhereUntilMs('icu')).toBe(0);
  // A second press changes nothing, so it is not recorded.
  expect(await call('display', 'other')).toBe('done');
  expect(actions).toEqual(['sound-taken', 'sound-given-back', 'sound-given-back']);
});
