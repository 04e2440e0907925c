/** The route of the page "Waves": the waves of a stay from the log, as the device sent them, with its gaps. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { measuredOffsetMs } from '../../../contracts/device-clock.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { VigilError } from '../../../contracts/errors.ts';
import { chunkMsMax } from '../../../contracts/messages/device.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { namedGaps, placeWaves } from '../../../contracts/wave-gaps.ts';
import type { TimeSpan, WaveChunk } from '../../../contracts/wave-runs.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { WaveHistory, WaveHistoryQuery, waveSpanMsMax } from '../../protocol/wave-history.ts';
import { lookKeyOf, notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { createSeenMinutes } from '../core/seen-minutes.ts';
import { lateDelays } from '../core/wave-coverage.ts';
import { deviceOfStay, type WaveSubject, waveSubject } from '../core/wave-subject.ts';
import { AssociationParams, recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';

/**
 * A chunk may reach the log this much after its first sample, ms: the length of the chunk, and 5 s to the log (ours).
 */
export const settleMs = chunkMsMax + 5_000;

export function waveRoute(app: App, parts: Parts): void {
  const { trail, waves, now } = parts;
  const pace: RequestPace = new Map();
  const seenMinutes = createSeenMinutes();

  app.get(
    '/api/associations/:associationId/waves',
    {
      // The wave reader has its own slots, because reading the log can take seconds.
      config: { access: 'view-patients', share: 'own' },
      schema: {
        params: AssociationParams,
        querystring: WaveHistoryQuery,
        response: {
          ...{ 200: WaveHistory, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 429: ErrorBody, 503: ErrorBody },
        },
      },
    },
    async (request, reply): Promise<WaveHistory> => {
      const { associationId } = request.params;
      const viewer = viewerOf(request);
      await requirePace(pace, request, trail, 'waves');
      const asked = askedSpan(request.query);
      const subject = await subjectOf(parts, request, associationId, asked);
      const look = lookOf(request, subject);
      const minutes = { fromMs: floorTo(asked.fromMs, minuteMs), toMs: floorTo(asked.toMs - 1, minuteMs) + minuteMs };
      if (!seenMinutes.has(look, minutes, now())) {
        const detail = `from ${formatInstant(minutes.fromMs)} to ${formatInstant(minutes.toMs)}`;
        await trail.record({ ...whoOf(request), action: 'waves-viewed', ...auditFields(subject), detail });
        seenMinutes.note(look, minutes, now());
      }
      const errorMs = clockErrorOf(parts, subject.deviceId);
      const settledMs = now() - errorMs - settleMs;
      const lateDelaysMs = lateDelays(parts.feed.waves.coverage, associationId, asked, errorMs);
      const question = { associationId, span: asked, errorMs, settledMs, lateDelaysMs };
      const found = await waves.read(viewer.userId, question, abortedOnClose(reply));
      const chunks = found.chunks.filter((chunk) => maySeeChunk(subject, chunk, errorMs));
      const onDevice = (ms: number | null) => (ms === null ? null : ms - errorMs);
      const stay = { fromMs: subject.fromMs - errorMs, toMs: onDevice(subject.toMs) };
      const keptFromMs = onDevice(found.keptFromMs);
      const { deviceId, ward, bed, patient } = subject;
      return {
        atMs: now(),
        about: { deviceId, ward, bed, patient },
        stay,
        keptFromMs,
        clockErrorMs: errorMs,
        chunks,
        gaps: namedGaps(placeWaves(chunks), asked, { stay, keptFromMs, settledMs, isWhole: found.isWhole }),
        unreadable: found.unreadable,
      };
    },
  );
}

/**
 * Returns a key of a look at the waves of a stay. After a correction of patient or bed, the same waves count as a new
 * look.
 */
export const lookOf = (request: FastifyRequest, subject: WaveSubject): string =>
  JSON.stringify([lookKeyOf(request), auditFields(subject)]);

const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step;

/**
 * Returns the requested time.
 * @throws VigilError `time-invalid` if an instant does not exist, or the span is empty or too long
 */
function askedSpan({ from, to }: WaveHistoryQuery): TimeSpan {
  const [fromMs, toMs] = [parseInstant(from), parseInstant(to)];
  if (fromMs === undefined || toMs === undefined)
    throw new VigilError('time-invalid', 'One of the times does not exist.');
  if (toMs <= fromMs) throw new VigilError('time-invalid', 'The time ends before it begins.');
  if (toMs - fromMs > waveSpanMsMax)
    throw new VigilError('time-invalid', `One request may ask for at most ${waveSpanMsMax / minuteMs} minutes.`);
  return { fromMs, toMs };
}

/** Returns the present error of a device's clock, ms: positive if the clock is behind. */
export function clockErrorOf({ feed }: Pick<Parts, 'feed'>, deviceId: string): number {
  const device = feed.state.devices.get(deviceId);
  return device === undefined ? 0 : Math.round(measuredOffsetMs(device.clock.clock));
}

/**
 * Returns whether a chunk of the stay may be shown. For a device without a bed, the time in a former tray is hidden.
 */
function maySeeChunk({ hiddenBeforeMs }: WaveSubject, { startMs, receivedMs }: WaveChunk, errorMs: number): boolean {
  return hiddenBeforeMs === null || (startMs + errorMs >= hiddenBeforeMs && receivedMs >= hiddenBeforeMs);
}

/** Returns the stay, or refuses the request. An unknown stay and a stay of another ward get the same refusal. */
async function subjectOf(
  parts: Parts,
  request: FastifyRequest,
  associationId: string,
  asked: TimeSpan,
): Promise<WaveSubject> {
  const { state } = parts.feed;
  // The wards of an ended stay have times by the server's clock. But the requested time is by the clock of the device.
  const errorMs = clockErrorOf(parts, deviceOfStay(state, associationId) ?? '');
  const span = { fromMs: asked.fromMs + errorMs, toMs: asked.toMs + errorMs };
  const answer = waveSubject(state, viewerOf(request), associationId, span);
  if (answer?.isHidden) await recordDenied(parts, request, auditFields(answer.subject));
  if (answer === undefined || answer.isHidden) throw notFound();
  return answer.subject;
}

export function auditFields({ associationId, ward, bed, patient }: WaveSubject) {
  return {
    associationId,
    ...(ward !== null && { ward }),
    ...(bed !== null && { bed }),
    ...(patient !== null && { patientId: patient.patientId }),
  };
}

/** Returns a signal that is aborted when the browser closes the request. */
function abortedOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
