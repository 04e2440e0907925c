/** The routes that begin and end the standby of a bed, while the patient is away. */
import type { Command } from '../../../contracts/messages/alarms.ts';
import { ErrorBody, StandbyBody } from '../../protocol/rest.ts';
import { whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { AssociationParams, auditFieldsOf, bedOf, commandAnswers, commandFields, sendCommand } from './clinical.ts';
import type { Parts } from './parts.ts';

export function standbyRoutes(app: App, parts: Parts): void {
  app.post(
    '/api/associations/:associationId/standby',
    {
      config: { access: 'standby' },
      schema: { params: AssociationParams, body: StandbyBody, response: { ...commandAnswers, 400: ErrorBody } },
    },
    async (request, reply) => {
      const bed = await bedOf(parts, request, request.params.associationId);
      const { reason, forMs } = request.body;
      const command: Command = { type: 'standby', ...commandFields(parts, request, bed.associationId), reason, forMs };
      const detail = `${reason}, for ${forMs} ms; command ${command.commandId}`;
      await parts.trail.record({ ...whoOf(request), action: 'standby-begun', ...auditFieldsOf(bed), detail });
      return reply.code(202).send(await sendCommand(parts, command));
    },
  );

  app.delete(
    '/api/associations/:associationId/standby',
    { config: { access: 'standby' }, schema: { params: AssociationParams, response: commandAnswers } },
    async (request, reply) => {
      const bed = await bedOf(parts, request, request.params.associationId);
      const command: Command = { type: 'end-standby', ...commandFields(parts, request, bed.associationId) };
      const detail = `command ${command.commandId}`;
      await parts.trail.record({ ...whoOf(request), action: 'standby-ended', ...auditFieldsOf(bed), detail });
      return reply.code(202).send(await sendCommand(parts, command));
    },
  );
}
