/** Answers what other limits would have done, before they are set. */
import type { FastifyReply } from 'fastify';
import { VigilError } from '../../../contracts/errors.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { WhatIf, WhatIfBody } from '../../protocol/what-if.ts';
import { keepPace, sessionOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { BedState } from '../core/state.ts';
import { codesOfGroup, judgesOf } from '../core/what-if.ts';
import { lookBackMs } from '../core/what-if-spans.ts';
import { createWhatIf } from '../what-if.ts';
import { AssociationParams, bedOf, whereabouts } from './clinical.ts';
import type { Parts } from './parts.ts';

export function whatIfRoute(app: App, parts: Parts): void {
  const { feed, trail, trends, now } = parts;
  const desk = createWhatIf(trends);
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
      await keepPace(pace, request, trail, 'what-if');
      const { group, limits } = request.body;
      const bed = await bedOf(parts, request, request.params.associationId);
      const toMs = now();
      const judges = judgesOf(feed.state.limits.get(bed.associationId), group, limits, toMs);
      if ('fault' in judges)
        throw new VigilError(judges.fault === 'refused' ? 'payload-schema' : 'log-unavailable', judges.message);
      const tried = limits === undefined ? 'limits in force' : limits ? JSON.stringify(limits) : "the ward's";
      const detail = `${group}: what ${tried} would have done in the last 24 h`;
      await trail.record({ ...whoOf(request), action: 'trend-viewed', ...whereabouts(bed), detail });
      // A device without a bed keeps the same association in the tray of each ward. The answer therefore begins when it
      // came into this tray, so that no ward sees what the device measured in another.
      const fromMs = Math.min(toMs - 1, Math.max(toMs - lookBackMs, bed.tray?.endedAtMs ?? 0));
      const intervalMs = declaredOf(bed, codesOfGroup(group));
      const question = { associationId: bed.associationId, group, judges, fromMs, toMs, intervalMs };
      const asker = { account: live.viewer.userId, dialog: `${live.claims.sessionId} ${bed.associationId}` };
      return desk.ask(asker, question, abortedWhenGone(reply));
    },
  );
}

/**
 * Returns the interval at which the device says that it sends. Leaves out episodic parameters (such as cuff pressure):
 * these have their own rhythm.
 */
function declaredOf({ rhythms }: BedState, codes: readonly string[]): number | undefined {
  const code = codes.find((candidate) => parameters.get(candidate)?.episodicMs === undefined && rhythms.has(candidate));
  return code === undefined ? undefined : rhythms.get(code)?.declaredMs;
}

/** Aborted when nobody waits for the answer any more: another number was typed, or the page was left. */
function abortedWhenGone(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  return left.signal;
}
