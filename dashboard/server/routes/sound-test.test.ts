import { expect, it } from 'vitest';
import type { App } from '../app.ts';
import { nurse } from '../core/fold.testing.ts';
import type { TestedScreen } from '../core/sound-test-records.ts';
import type { WhyNoTest } from '../live/sound-tests.ts';
import type { Parts } from './parts.ts';
import { soundTestRoutes } from './sound-test.ts';

type Handler = (request: object) => Promise<unknown>;
const screen: TestedScreen = { kind: 'display', name: 'Wall', userId: 'wall' };

/** Asks for a test. `why`: what prevents the test after its record was written. */
async function ask(why: WhyNoTest | undefined) {
  const details: string[] = [];
  let begin: Handler | undefined;
  const app = {
    post(url: string, _options: object, handler: Handler) {
      if (url.endsWith('/test')) begin = handler;
    },
  };
  const parts = {
    hub: { soundTests: { mayBegin: () => ({ ok: true, screen }), begin: () => why } },
    trail: { record: async ({ detail }: { detail: string }) => void details.push(detail) },
  };
  soundTestRoutes(app as unknown as App, parts as unknown as Parts, async () => {});
  const request = {
    ...{ params: { ward: 'icu' }, body: { screen: 's', at: 'page' }, headers: {}, socket: {}, method: 'POST' },
    routeOptions: { url: '/api/wards/:ward/sound/test' },
    live: { viewer: nurse, claims: { sessionId: 'session', userId: nurse.userId } },
  };
  const outcome = await begin!(request).then(
    () => 'begun',
    ({ message }: Error) => message,
  );
  return { details, outcome };
}

it('a test that an alarm stopped before its first signal is recorded as not begun', async () => {
  expect(await ask('alarm')).toEqual({
    outcome: 'Nothing was tested: an alarm of this ward sounds, or should sound.',
    details: [
      'begun at the wall display Wall (wall)',
      'did not begin, no signal played at the wall display Wall (wall)',
    ],
  });
  expect(await ask(undefined)).toEqual({ outcome: 'begun', details: ['begun at the wall display Wall (wall)'] });
});
