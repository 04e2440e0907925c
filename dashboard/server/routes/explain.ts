/** The route that explains what happened to an alarm, for physicians and auditors of its ward and its charge nurse. */
import type { FastifyReply } from 'fastify';
import { VigilError } from '../../../contracts/errors.ts';
import type { FoundAlarm, Place } from '../../../log/explain/search.ts';
import { AlarmParams, ExplanationAnswer } from '../../protocol/explain.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { notFound, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { chargeNurses } from '../core/board-context.ts';
import { may, type Viewer } from '../core/rights.ts';
import { membersOf } from './assignments.ts';
import type { Parts } from './parts.ts';

export function explainRoute(app: App, parts: Parts): void {
  const { trail, explainer } = parts;
  app.get(
    '/api/alarms/:alarmId/explain',
    {
      // The explainer has its own slots, because reading the log can take seconds.
      config: { access: 'see-explanations', share: 'own' },
      schema: {
        params: AlarmParams,
        response: {
          ...{ 200: ExplanationAnswer, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 409: ErrorBody, 429: ErrorBody, 503: ErrorBody },
        },
      },
    },
    async (request, reply) => {
      const { alarmId } = request.params;
      const viewer = viewerOf(request);
      const admit = async (found: FoundAlarm | undefined, place: Place) => {
        const refusal = refusalOf(parts, viewer, found, place.ward);
        const about = aboutOf(alarmId, found, place);
        if (refusal !== undefined) {
          if (found !== undefined)
            await trail.record({ ...whoOf(request), ...about, action: 'access-denied', detail: 'explain' });
          throw refusal;
        }
        const detail = found?.alarm.condition ?? '';
        await trail.record({ ...whoOf(request), ...about, action: 'alarm-explained', detail });
        return { maySeeValues: may(viewer, 'view-vitals') };
      };
      return explainer.explain(viewer.userId, alarmId, admit, abortedOnClose(reply));
    },
  );
}

/**
 * Returns why the person may not see the explanation. An unknown alarm and an alarm of another ward give the same
 * error. So the answer does not reveal that an alarm exists.
 */
function refusalOf(
  parts: Parts,
  viewer: Viewer,
  found: FoundAlarm | undefined,
  ward: string | undefined,
): VigilError | undefined {
  if (found === undefined) return notFound();
  const seesAll = viewer.wards.includes('*');
  if (!seesAll && (ward === undefined || !viewer.wards.includes(ward))) return notFound();
  if (may(viewer, 'explain-alarms')) return undefined;
  if (ward === undefined) return notFound();
  const inCharge = chargeNurses(parts.assignments.board.duties, { ward, members: membersOf(parts, ward) }, parts.now());
  return inCharge.some(({ userId }) => userId === viewer.userId)
    ? undefined
    : new VigilError('not-allowed', 'Only the charge nurse of the ward, a physician or an auditor may see this.');
}

function aboutOf(alarmId: string, found: FoundAlarm | undefined, place: Place) {
  return {
    alarmId,
    ...(found && { associationId: found.alarm.associationId }),
    ...(place.ward !== undefined && { ward: place.ward }),
    ...(place.patientId !== undefined && { patientId: place.patientId }),
  };
}

/** Returns a signal that is aborted when the browser closes the request. */
function abortedOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
