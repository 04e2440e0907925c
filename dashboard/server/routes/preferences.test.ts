import { expect, it } from 'vitest';
import type { Preferences, PreferencesBody } from '../../protocol/preferences.ts';
import type { App } from '../app.ts';
import { nurse } from '../core/fold.testing.ts';
import { changedPreferences } from '../core/preferences.ts';
import type { Viewer } from '../core/rights.ts';
import { preferenceRoutes } from './preferences.ts';

type Handler = (request: object) => Promise<unknown>;

function newRoutes(viewer: Viewer = nurse, auditFails = false) {
  const saved = new Map<string, Preferences>();
  const records: string[] = [];
  const preferences = {
    of: (userId: string) => saved.get(userId) ?? {},
    async change(userId: string, body: PreferencesBody) {
      saved.set(userId, changedPreferences(saved.get(userId) ?? {}, body));
      return saved.get(userId)!;
    },
  };
  const trail = {
    async record({ action, detail }: { action: string; detail?: string }) {
      if (auditFails) throw new Error('no audit trail');
      records.push(`${action}: ${detail}`);
    },
  };
  const handlers = new Map<string, Handler>();
  const note =
    (method: string) =>
    (_url: string, { preValidation }: { preValidation?: Handler }, handler: Handler) =>
      handlers.set(method, async (request) => {
        await preValidation?.(request);
        return handler(request);
      });
  preferenceRoutes(
    { get: note('GET'), post: note('POST') } as unknown as App,
    { preferences, trail } as never,
    () => {},
  );
  const request = (body?: PreferencesBody) => ({
    body,
    headers: {},
    socket: {},
    live: { viewer, claims: { sessionId: 's', userId: viewer.userId } },
  });
  return {
    saved,
    records,
    get: () => handlers.get('GET')!(request()),
    post: (body: PreferencesBody) => handlers.get('POST')!(request(body)).catch((error: Error) => error.message),
  };
}

it('a change is recorded with the former choice, then saved; the same choice again is not recorded', async () => {
  const { post, get, records } = newRoutes();
  await post({ language: 'de' });
  await post({ language: 'de' });
  await post({ language: null, theme: 'light' });
  expect(await get()).toEqual({ theme: 'light' });
  expect(records).toEqual([
    'preferences-changed: language: not chosen → de',
    'preferences-changed: language: de → not chosen; theme: not chosen → light',
  ]);
});

it('nothing is saved if the audit trail cannot record the change', async () => {
  const { post, saved } = newRoutes(nurse, true);
  expect(await post({ language: 'de' })).toBe('no audit trail');
  expect(saved.size).toBe(0);
});

it('a locked screen changes nothing', async () => {
  const { post, saved } = newRoutes({ ...nurse, locked: true });
  expect(await post({ language: 'de' })).toMatch(/locked/);
  expect(saved.size).toBe(0);
});

it('a locked screen gets the language, and not the ward', async () => {
  const { get, saved } = newRoutes({ ...nurse, locked: true });
  saved.set(nurse.userId, { language: 'de', ward: '*' });
  expect(await get()).toEqual({ language: 'de' });
});

it('a ward that the person may not see is refused and recorded', async () => {
  const { post, saved, records } = newRoutes({ ...nurse, wards: ['icu'] });
  expect(await post({ ward: 'another' })).not.toEqual({ ward: 'another' });
  expect([saved.size, records]).toEqual([0, ['access-denied: ward of the preferences']]);
  expect(await post({ ward: 'icu' })).toEqual({ ward: 'icu' });
  expect(await post({ ward: '*' })).toEqual({ ward: '*' });
});

it('a ward that the person may not see any more is left out', async () => {
  const { get, saved } = newRoutes({ ...nurse, wards: ['icu'] });
  saved.set(nurse.userId, { language: 'de', ward: 'former' });
  expect(await get()).toEqual({ language: 'de' });
});
