/** The routes with which a person tests the sound of a ward, and says whether she or he heard the signals. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import { BeginTestBody, TestAnswerBody, TestBegun } from '../../protocol/sound-test.ts';
import { sessionOf, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { soundTestDetail } from '../core/sound-test-records.ts';
import type { WhyNoTest } from '../live/sound-tests.ts';
import type { Parts } from './parts.ts';

const params = Type.Object({ ward: Ward });
const refusals = { 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 409: ErrorBody, 503: ErrorBody };
const config = { access: 'pause-audio' } as const;

const refusalTexts: Readonly<Record<WhyNoTest, string>> = {
  alarm: 'Nothing was tested: an alarm of this ward sounds, or should sound.',
  pause: 'Nothing was tested: somebody has just tested the sound of this ward. Wait a minute.',
  'no-screen': 'Nothing was tested: this screen is not open any more, or its browser plays no sound.',
  'too-many': 'Nothing was tested: too many tests wait for an answer. Try again in ten minutes.',
};
/** The answer to a page of an older version, which asks to test all wall displays at the same time. */
const askNewPage = 'Nothing was tested: load this page again, and choose one screen.';
const refusal = (why: WhyNoTest) => new VigilError('conflict', refusalTexts[why]);

/** @param requireWard throws if the person may not act on the ward */
export function soundTestRoutes(
  app: App,
  { hub, trail }: Pick<Parts, 'hub' | 'trail'>,
  requireWard: (request: FastifyRequest, ward: string) => Promise<void>,
): void {
  app.post(
    '/api/wards/:ward/sound/test',
    { config, schema: { params, body: BeginTestBody, response: { 200: TestBegun, ...refusals } } },
    async (request) => {
      const { ward } = request.params;
      const { screen, at, where } = request.body;
      await requireWard(request, ward);
      if (where === 'wall') throw new VigilError('conflict', askNewPage);
      const wanted = { ward, page: { session: sessionOf(request).claims.sessionId, screen }, at };
      const decision = hub.soundTests.mayBegin(wanted);
      if (!decision.ok) throw refusal(decision.why);
      const detail = soundTestDetail('begun', decision.screen);
      await trail.record({ ...whoOf(request), action: 'sound-tested', ward, detail });
      const test = randomUUID();
      const why = hub.soundTests.begin(wanted, decision.screen, test, viewerOf(request).name);
      if (why !== undefined) {
        // The record "begun" is written before the signals play. In the meantime, an alarm may have begun, or the
        // screen may have closed its connection.
        await trail.record({
          ...whoOf(request),
          ...{ action: 'sound-tested', ward, detail: soundTestDetail('not-begun', decision.screen) },
        });
        throw refusal(why);
      }
      return { test };
    },
  );

  app.post(
    '/api/wards/:ward/sound/test/answer',
    { config, schema: { params, body: TestAnswerBody, response: { 204: Type.Null(), ...refusals } } },
    async (request, reply) => {
      const { ward } = request.params;
      const { test, heard } = request.body;
      await requireWard(request, ward);
      const waiting = hub.soundTests.waiting(ward, sessionOf(request).claims.sessionId, test);
      if (!waiting) throw new VigilError('conflict', 'Not recorded: this test is over. Test the sound again.');
      // Nobody can have heard all signals yet, so a record "heard" could wrongly say that the loudspeaker works.
      if (heard && waiting.isEarly && !waiting.wasCut)
        throw new VigilError('conflict', 'Not recorded: the signals have not all played yet. Test the sound again.');
      // After an alarm nobody can have heard all signals of the test.
      const result = waiting.wasCut ? 'cut' : heard ? 'heard' : 'not-heard';
      const detail = soundTestDetail(result, waiting.screen);
      await trail.record({ ...whoOf(request), action: 'sound-tested', ward, detail });
      hub.soundTests.answered(ward);
      if (waiting.wasCut) throw new VigilError('conflict', 'An alarm ended the test. Test the sound again.');
      return reply.code(204).send(null);
    },
  );
}
