/** The routes with which a person lets one screen have the sound of a ward, and gives the sound back to all screens. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import { TakeSoundBody } from '../../protocol/sound.ts';
import { notFound, requirePace, sessionOf, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard } from '../core/rights.ts';
import { toDisplayDetail } from '../core/sound-everywhere.ts';
import { wardsFor } from '../core/wards-for.ts';
import { noteBedError } from '../live/shared-changes.ts';
import type { Parts } from './parts.ts';
import { soundTestRoutes } from './sound-test.ts';

const params = Type.Object({ ward: Ward });
const refusals = { 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 409: ErrorBody, 503: ErrorBody };
const config = { access: 'pause-audio' } as const;

const mustSoundEverywhere = (waitS: number) =>
  new VigilError('conflict', `Somebody wants every screen to sound. You can take the sound again in ${waitS} s.`);

export function soundRoutes(app: App, parts: Parts): void {
  const { feed, hub, trail } = parts;
  const pace: RequestPace = new Map();

  /**
   * @throws VigilError `not-found` if there is no such ward, or the person may not see the ward; the audit trail
   *   records the refusal
   */
  async function requireWard(request: FastifyRequest, ward: string): Promise<void> {
    await requirePace(pace, request, trail, 'beds');
    const viewer = viewerOf(request);
    if (seesWard(viewer, ward) && wardsFor(feed.state, viewer, noteBedError).some((entry) => entry.ward === ward))
      return;
    const detail = `${request.method} ${request.routeOptions.url ?? ''}`;
    await trail.record({ ...whoOf(request), action: 'access-denied', ward, detail });
    throw notFound();
  }

  app.post(
    '/api/wards/:ward/sound',
    { config, schema: { params, body: TakeSoundBody, response: { 204: Type.Null(), 400: ErrorBody, ...refusals } } },
    async (request, reply) => {
      const { ward } = request.params;
      await requireWard(request, ward);
      const page = { session: sessionOf(request).claims.sessionId, screen: request.body.screen };
      const notShown = () =>
        new VigilError('conflict', 'The server does not know yet that this screen shows the ward. Try again.');
      const waitS = Math.ceil(hub.sound.retakeWaitMs(ward, page.session) / 1_000);
      if (waitS > 0) throw mustSoundEverywhere(waitS);
      if (!hub.sound.mayTake(ward, page)) throw notShown();
      const before = hub.sound.personOf(ward);
      const detail = before === undefined ? {} : { detail: `from the screen of ${before}` };
      await trail.record({ ...whoOf(request), action: 'sound-taken', ward, ...detail });
      if (!hub.sound.take(ward, page)) throw notShown();
      return reply.code(204).send(null);
    },
  );

  // Every person who may act on the ward may use this route, because the result is safe: every screen sounds.
  app.delete(
    '/api/wards/:ward/sound',
    { config, schema: { params, response: { 204: Type.Null(), ...refusals } } },
    async (request, reply) => {
      const { ward } = request.params;
      await requireWard(request, ward);
      const before = hub.sound.personOf(ward);
      if (before === undefined) return reply.code(204).send(null);
      await trail.record({
        ...whoOf(request),
        action: 'sound-given-back',
        ward,
        detail: `from the screen of ${before}`,
      });
      hub.sound.giveBack(ward, sessionOf(request).claims.sessionId);
      return reply.code(204).send(null);
    },
  );

  soundTestRoutes(app, parts, requireWard);

  // After "Sound everywhere", no wall display takes the sound by itself for some time. This route ends that time early.
  app.post(
    '/api/wards/:ward/sound/display',
    { config, schema: { params, response: { 204: Type.Null(), ...refusals } } },
    async (request, reply) => {
      const { ward } = request.params;
      await requireWard(request, ward);
      if (hub.sound.everywhereUntilMs(ward) > 0) {
        await trail.record({ ...whoOf(request), action: 'sound-given-back', ward, detail: toDisplayDetail });
        hub.sound.endEverywhere(ward);
      }
      return reply.code(204).send(null);
    },
  );
}
