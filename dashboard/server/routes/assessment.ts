/** The route by which a nurse enters consciousness, oxygen and the SpO2 scale for NEWS2. No monitor measures these. */
import { VigilError } from '../../../contracts/errors.ts';
import type { Command } from '../../../contracts/messages/alarms.ts';
import { AssessmentBody, ErrorBody } from '../../protocol/rest.ts';
import { whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { AssociationParams, auditFieldsOf, bedOf, commandAnswers, commandFields, sendCommand } from './clinical.ts';
import type { Parts } from './parts.ts';

export function assessmentRoute(app: App, parts: Parts): void {
  app.post(
    '/api/associations/:associationId/assessment',
    {
      config: { access: 'enter-assessment' },
      schema: { params: AssociationParams, body: AssessmentBody, response: { ...commandAnswers, 400: ErrorBody } },
    },
    async (request, reply) => {
      const bed = await bedOf(parts, request, request.params.associationId);
      if (bed.period?.patient?.category !== 'adult')
        throw new VigilError(
          'payload-schema',
          'NEWS2 is only for adults: the patient at this device is not an adult, or no patient is at this device.',
        );
      const command: Command = {
        type: 'enter-assessment',
        ...commandFields(parts, request, bed.associationId),
        ...request.body,
      };
      const detail = `${assessmentText(request.body)}; command ${command.commandId}`;
      await parts.trail.record({ ...whoOf(request), action: 'assessment-entered', ...auditFieldsOf(bed), detail });
      return reply.code(202).send(await sendCommand(parts, command));
    },
  );
}

function assessmentText({ consciousness, oxygen, spo2Scale }: AssessmentBody): string {
  const facts = [
    consciousness && `consciousness ${consciousness}`,
    oxygen !== undefined && (oxygen ? 'on oxygen' : 'on air'),
    spo2Scale && `SpO2 scale ${spo2Scale}`,
  ];
  return facts.filter(Boolean).join(', ');
}
