/** The routes with which a person reads and changes her or his own preferences. */
import { Preferences, PreferencesBody } from '../../protocol/preferences.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { locked, notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { changedPreferences, preferenceChangeText } from '../core/preferences.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard, type Viewer } from '../core/rights.ts';
import type { Parts } from './parts.ts';

const refusals = {
  400: ErrorBody,
  401: ErrorBody,
  403: ErrorBody,
  404: ErrorBody,
  409: ErrorBody,
  429: ErrorBody,
  503: ErrorBody,
};
const config = { access: 'session' } as const;

/** @param onLanguage called with the user id when a person has chosen another language or removed the choice */
export function preferenceRoutes(
  app: App,
  { preferences, trail }: Pick<Parts, 'preferences' | 'trail'>,
  onLanguage: (userId: string) => void,
): void {
  const pace: RequestPace = new Map();

  app.get('/api/preferences', { config, schema: { response: { 200: Preferences, ...refusals } } }, async (request) => {
    const viewer = viewerOf(request);
    return seenPreferences(preferences.of(viewer.userId), viewer);
  });

  app.post(
    '/api/preferences',
    {
      config,
      schema: { body: PreferencesBody, response: { 200: Preferences, ...refusals } },
      preValidation: async (request) => {
        if (viewerOf(request).locked) throw locked();
      },
    },
    async (request) => {
      await requirePace(pace, request, trail, 'preferences');
      const viewer = viewerOf(request);
      const { ward } = request.body;
      if (typeof ward === 'string' && !mayOpen(viewer, ward)) {
        await trail.record({ ...whoOf(request), action: 'access-denied', ward, detail: 'ward of the preferences' });
        throw notFound();
      }
      const before = preferences.of(viewer.userId);
      const detail = preferenceChangeText(before, changedPreferences(before, request.body));
      if (detail === undefined) return seenPreferences(before, viewer);
      await trail.record({ ...whoOf(request), action: 'preferences-changed', detail });
      const after = await preferences.change(viewer.userId, request.body);
      if (after.language !== before.language) onLanguage(viewer.userId);
      return seenPreferences(after, viewer);
    },
  );
}

const mayOpen = (viewer: Viewer, ward: string) => ward === '*' || seesWard(viewer, ward);

/** Leaves out a ward that the person may not see any more. A locked screen gets no ward. */
function seenPreferences({ ward, ...rest }: Preferences, viewer: Viewer): Preferences {
  return ward !== undefined && !viewer.locked && mayOpen(viewer, ward) ? { ...rest, ward } : rest;
}
