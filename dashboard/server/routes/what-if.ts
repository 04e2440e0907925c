/** The route for a person who wants to set limits: it returns how many alarms these limits would have raised. */
import type { FastifyReply } from 'fastify';
import { VigilError } from '../../../contracts/errors.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { WhatIf, WhatIfBody } from '../../protocol/what-if.ts';
import { requirePace, sessionOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { BedState } from '../core/state.ts';
import { codesOfGroup, limitsToCompare } from '../core/what-if.ts';
import { lookBackMs } from '../core/what-if-spans.ts';
import { createWhatIf } from '../what-if.ts';
import { AssociationParams, auditFieldsOf, bedOf } from './clinical.ts';
import type { Parts } from './parts.ts';

export function whatIfRoute(app: App, parts: Parts): void {
  const { feed, trail, trends, now } = parts;
  const whatIf = createWhatIf(trends);
  const pace: RequestPace = new Map();

  app.post(
    '/api/associations/:associationId/what-if',
    {
      config: { access: 'set-limits', share: 'history' },
      schema: {
        params: AssociationParams,
        body: WhatIfBody,
        response: {
          200: WhatIf,
          400: ErrorBody,
          401: ErrorBody,
          403: ErrorBody,
          404: ErrorBody,
          409: ErrorBody,
          429: ErrorBody,
          503: ErrorBody,
        },
      },
    },
    async (request, reply) => {
      const live = sessionOf(request);
      await requirePace(pace, request, trail, 'what-if');
      const { group, limits } = request.body;
      const bed = await bedOf(parts, request, request.params.associationId);
      const toMs = now();
      const comparedLimits = limitsToCompare(feed.state.limits.get(bed.associationId), group, limits, toMs);
      if ('fault' in comparedLimits)
        throw new VigilError(
          comparedLimits.fault === 'refused' ? 'payload-schema' : 'log-unavailable',
          comparedLimits.message,
        );
      const limitsText =
        limits === undefined ? 'limits in force' : limits ? JSON.stringify(limits) : 'the limits of the ward';
      const detail = `${group}: what ${limitsText} would have done in the last 24 h`;
      await trail.record({ ...whoOf(request), action: 'trend-viewed', ...auditFieldsOf(bed), detail });
      // A device without a bed keeps its association id when it comes into the tray of another ward. No ward may learn
      // what the device measured in another ward. So the examined time begins when the device came into its present
      // tray.
      const fromMs = Math.min(toMs - 1, Math.max(toMs - lookBackMs, bed.tray?.sinceMs ?? 0));
      const intervalMs = declaredIntervalOf(bed, codesOfGroup(group));
      const question = {
        associationId: bed.associationId,
        group,
        limitsToCompare: comparedLimits,
        fromMs,
        toMs,
        intervalMs,
      };
      const asker = { account: live.viewer.userId, dialog: `${live.claims.sessionId} ${bed.associationId}` };
      return whatIf.ask(asker, question, abortedOnClose(reply));
    },
  );
}

/**
 * Returns the interval that the device declared for its readings. Episodic parameters such as cuff pressure are left
 * out, because their interval is different.
 */
function declaredIntervalOf({ rhythms }: BedState, codes: readonly string[]): number | undefined {
  const code = codes.find((candidate) => parameters.get(candidate)?.episodicMs === undefined && rhythms.has(candidate));
  return code === undefined ? undefined : rhythms.get(code)?.declaredMs;
}

/** Returns a signal that is aborted when the browser closes the request. */
function abortedOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
