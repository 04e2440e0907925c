/** The route that writes, ticks off and takes back the tasks of a patient. */
import { randomUUID } from 'node:crypto';
import { VigilError } from '../../../contracts/errors.ts';
import type { PatientTaskEvent } from '../../../contracts/messages/patient-tasks.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { NoteSaved, TaskBody } from '../../protocol/notes.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { actorOf, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { decideTask, taskChangedText } from '../core/patient-tasks.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { confirmedByKafka } from '../kafka-wait.ts';
import { AssociationParams, auditFieldsOf, bedOf } from './clinical.ts';
import type { Parts } from './parts.ts';

const response = {
  ...{ 200: NoteSaved, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
  ...{ 409: ErrorBody, 429: ErrorBody, 503: ErrorBody },
};

export function patientTasksRoute(app: App, parts: Parts): void {
  const { feed, log, notes, now, trail } = parts;
  const pace: RequestPace = new Map();

  app.post(
    '/api/associations/:associationId/tasks',
    {
      // The request may wait long for Kafka. It uses no slot of acts (bounds.ts), so it cannot delay an
      // acknowledgement.
      config: { access: 'write-note', share: 'own' },
      schema: { params: AssociationParams, body: TaskBody, response },
    },
    async (request) => {
      await requirePace(pace, request, trail, 'notes');
      const bed = await bedOf(parts, request, request.params.associationId);
      if (!feed.state.areNotesRead)
        throw new VigilError('log-unavailable', 'This server has not read the tasks yet. Try again shortly.');
      const by = actorOf(viewerOf(request));
      const decision = decideTask(bed, request.body, { by, nowMs: now(), newId: randomUUID });
      if (!decision.ok) throw new VigilError('conflict', decision.message);
      const { event } = decision;
      const audited = { ...whoOf(request), action: 'task-changed', ...auditFieldsOf(bed) } as const;
      await trail.record({ ...audited, detail: detailOf(event) });
      await confirmedByKafka(
        log.append('notes', event.associationId, contentTypes.patientTask, event),
        'Kafka did not answer in time. Perhaps the task was saved, or it will be saved soon. Look before you write it again.',
      );
      if (!(await notes.hasEffect(event.eventId))) {
        await trail.record({ ...audited, detail: `not done, another change came first: ${detailOf(event)}` });
        throw new VigilError('conflict', taskChangedText);
      }
      return { eventId: event.eventId };
    },
  );
}

/**
 * Returns the detail of the audit record. The detail leaves out the text, because auditors may see no clinical data.
 */
function detailOf({ act, taskId, text }: PatientTaskEvent): string {
  return `${act}; task ${taskId}${text === undefined ? '' : `, ${[...text].length} characters`}`;
}
