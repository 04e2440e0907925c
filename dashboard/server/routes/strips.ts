/** The route that lists the strips of a bed or of a patient in a time, for a person who does not know the alarm. */
import { alarmText } from '../../../contracts/alarm-text.ts';
import { VigilError } from '../../../contracts/errors.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { type ListedStrip, stripsSpanMsMax } from '../../../log/strips/list-strips.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { type StripRow, Strips, StripsQuery } from '../../protocol/strips.ts';
import { notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard } from '../core/rights.ts';
import { recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';
import { abortedOnClose } from './strip.ts';

export function stripsRoute(app: App, parts: Parts): void {
  const { trail, feed, strips } = parts;
  const pace: RequestPace = new Map();
  app.get(
    '/api/strips',
    {
      // The reader of strips has its own slots, because reading the log can take seconds.
      config: { access: 'view-patients', share: 'own' },
      schema: {
        querystring: StripsQuery,
        response: {
          ...{ 200: Strips, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 409: ErrorBody, 429: ErrorBody, 503: ErrorBody },
        },
      },
    },
    async (request, reply): Promise<Strips> => {
      const { ward, bed, patientId, from, to } = request.query;
      const viewer = viewerOf(request);
      await requirePace(pace, request, trail, 'waves');
      const span = askedSpan(request.query);
      if (bed === undefined && patientId === undefined)
        throw new VigilError('payload-schema', 'Name a bed or the id of a patient.');
      if (ward !== undefined && !seesWard(viewer, ward)) {
        await recordDenied(parts, request, { ward });
        throw notFound();
      }
      const question = {
        ...span,
        ...(ward !== undefined && { ward }),
        ...(bed !== undefined && { bed }),
        ...(patientId !== undefined && { patientId }),
      };
      const { associations } = feed.state;
      const sees = (name: string | null) => seesWard(viewer, name);
      const found = await strips.list(viewer.userId, associations, question, sees, abortedOnClose(reply));
      const patients = [...new Set(found.strips.flatMap(({ patient }) => (patient ? [patient.patientId] : [])))];
      // The look is in the audit trail before the person gets the answer.
      await trail.record({
        ...{ ...whoOf(request), action: 'alarms-reviewed', patients },
        ...(ward !== undefined && { ward }),
        ...(bed !== undefined && { bed }),
        ...(patientId !== undefined && { patientId }),
        detail: `strips from ${from} to ${to}: ${found.strips.length} shown`,
      });
      return { rows: found.strips.map(rowOf), isCut: found.isCut, isWhole: found.isWhole };
    },
  );
}

/**
 * Returns the requested time.
 * @throws VigilError `time-invalid` if an instant does not exist, or the span is empty or too long
 */
function askedSpan({ from, to }: StripsQuery): { readonly fromMs: number; readonly toMs: number } {
  const [fromMs, toMs] = [parseInstant(from), parseInstant(to)];
  if (fromMs === undefined || toMs === undefined)
    throw new VigilError('time-invalid', 'One of the times does not exist.');
  if (toMs <= fromMs) throw new VigilError('time-invalid', 'The time ends before it begins.');
  if (toMs - fromMs > stripsSpanMsMax)
    throw new VigilError('time-invalid', 'One request may ask for at most 24 hours.');
  return { fromMs, toMs };
}

function rowOf({ alarmId, onset, onsetWallAt, content, isComplete, alarm, places, patient }: ListedStrip): StripRow {
  return {
    ...{ alarmId, onset, onsetMs: parseInstant(onsetWallAt) ?? 0, content, isComplete },
    ...{ priority: alarm.priority, text: visibleText(alarmText(alarm)), places: [...places] },
    patient: patient && {
      patientId: visibleText(patient.patientId),
      familyName: visibleText(patient.familyName),
      givenName: visibleText(patient.givenName),
    },
  };
}
