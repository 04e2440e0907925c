/**
 * The route of the bar over the page "Waves": when the device sent waves, as far as this server has seen since its
 * start. The route reads nothing from the log, and the answer has no sample. So the audit trail does not record these
 * requests. The audit trail records the looks at the waves themselves.
 */
import { dayMs, hourMs } from '../../../contracts/durations.ts';
import { VigilError } from '../../../contracts/errors.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { emptyTimesMax, WaveTimes, WaveTimesQuery } from '../../protocol/wave-times.ts';
import { notFound, requirePace, viewerOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { changedMinutes, emptyTimes } from '../core/wave-coverage.ts';
import { waveSubject } from '../core/wave-subject.ts';
import { AssociationParams, recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';
import { auditFields, clockErrorOf, settleMs } from './waves.ts';

/** Kafka keeps waves for at least 24 h and at most 25 h. */
const keptMsMax = dayMs + hourMs;

export function waveTimesRoute(app: App, parts: Parts): void {
  const { trail, feed, now } = parts;
  const pace: RequestPace = new Map();
  app.get(
    '/api/associations/:associationId/wave-times',
    {
      config: { access: 'view-patients', share: 'own' },
      schema: {
        params: AssociationParams,
        querystring: WaveTimesQuery,
        response: {
          ...{ 200: WaveTimes, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 409: ErrorBody, 429: ErrorBody },
        },
      },
    },
    async (request): Promise<WaveTimes> => {
      const { associationId } = request.params;
      await requirePace(pace, request, trail, 'waves');
      const nowMs = now();
      const answer = waveSubject(feed.state, viewerOf(request), associationId, {
        fromMs: nowMs - keptMsMax,
        toMs: nowMs,
      });
      if (answer?.isHidden) await recordDenied(parts, request, auditFields(answer.subject));
      if (answer === undefined || answer.isHidden) throw notFound();
      const { deviceId, fromMs, toMs, hiddenBeforeMs } = answer.subject;
      // Refuses an ended stay, because its ward may differ from hour to hour. The page of an ended stay shows only what
      // it has loaded.
      if (toMs !== null) throw new VigilError('conflict', 'This stay has ended.');
      const errorMs = clockErrorOf(parts, deviceId);
      const { coverage } = feed.waves;
      const hiddenMs = hiddenBeforeMs ?? Number.NEGATIVE_INFINITY;
      const span = {
        fromMs: Math.max(coverage.sinceMs, fromMs, hiddenMs, nowMs - keptMsMax) - errorMs,
        toMs: nowMs - errorMs - settleMs,
      };
      // A number above the server's own number comes from before a restart of the server. Then all samples since the
      // start are new.
      const { after = coverage.change } = request.query;
      const sinceChange = after > coverage.change ? 0 : after;
      return {
        change: coverage.change,
        toMs: span.toMs,
        waves: emptyTimes(coverage, associationId, span).map(({ code, empty }) => {
          const shown = empty.slice(-emptyTimesMax);
          const isCut = shown.length < empty.length;
          return { code, fromMs: isCut ? shown[0]!.fromMs : span.fromMs, empty: shown };
        }),
        changed: changedMinutes(coverage, associationId, sinceChange).filter((ms) => ms + errorMs >= hiddenMs),
      };
    },
  );
}
