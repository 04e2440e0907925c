/** The route of the page "Strip": the waves around an onset of an alarm, for as long as Kafka keeps strips. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VigilError } from '../../../contracts/errors.ts';
import { missingStrip } from '../../../contracts/strip-state.ts';
import { hasRightDigest } from '../../../log/strips/find-strip.ts';
import { AlarmParams } from '../../protocol/explain.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { StripAnswer, StripQuery } from '../../protocol/strip.ts';
import { lookKeyOf, notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { ownerOfAlarm, reviewedRow } from '../core/alarm-review-query.ts';
import { olderStrip, ownerAtFirstOnset, ownerOfStrip, type StripOwner } from '../core/older-strip.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { createSeenLooks } from '../core/seen-looks.ts';
import { recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';

export function stripRoute(app: App, parts: Parts): void {
  const { trail, feed, review, accounts, strips, now } = parts;
  const pace: RequestPace = new Map();
  const recordLook = createLookRecorder(parts);
  app.get(
    '/api/alarms/:alarmId/strip',
    {
      // The reader of strips has its own slots, because reading the log can take seconds.
      config: { access: 'view-patients', share: 'own' },
      schema: {
        params: AlarmParams,
        querystring: StripQuery,
        response: {
          ...{ 200: StripAnswer, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 409: ErrorBody, 429: ErrorBody, 503: ErrorBody },
        },
      },
    },
    async (request, reply): Promise<StripAnswer> => {
      const { alarmId } = request.params;
      const { onset = 1 } = request.query;
      const viewer = viewerOf(request);
      const nameOf = (userId: string) => accounts.get(userId)?.name;
      const source = { book: review.book, state: feed.state, nameOf, nowMs: now() };
      const alarm = reviewedRow(source, viewer, alarmId);
      if (alarm === undefined) {
        const owner = ownerOfAlarm(source, alarmId);
        if (owner !== undefined) {
          await recordDenied(parts, request, { alarmId, ...owner });
          throw notFound();
        }
        if (!review.book.isRead)
          throw new VigilError('log-unavailable', 'The server still reads the alarms: try again.');
        await requirePace(pace, request, trail, 'waves');
        return olderAnswer(parts, request, { alarmId, onset, recordLook }, abortedOnClose(reply));
      }
      if (onset > alarm.onsets) throw notFound();
      const found = await strips.read(viewer.userId, alarm, onset, abortedOnClose(reply));
      const { strip } = found;
      // Only the strip has the time of a later onset. Without a strip, the place of the bed at this onset is not known.
      const { associations } = feed.state;
      const first = ownerAtFirstOnset(alarm, associations);
      const { ward: _ward, bed: _bed, ...unplaced } = first;
      const owner = strip ? ownerOfStrip(strip, associations) : onset === 1 ? first : unplaced;
      const detail = `${alarm.condition}, onset ${onset}${strip ? '' : ', no strip'}`;
      await recordLook(request, { alarmId, ...owner, detail });
      return {
        at: now(),
        alarm,
        onset,
        strip: strip ?? null,
        missing: strip === undefined ? missingStrip(alarm, onset, found, now()) : null,
        isDigestRight: strip !== undefined && hasRightDigest(strip),
        isOlder: false,
      };
    },
  );
}

/**
 * Answers for an alarm that the alarm history no longer has, from its strip alone. Only the strip shows whose alarm
 * this is. So the server reads the strip before it can check whether the person may see the alarm. The look is in the
 * audit trail before the person gets the answer.
 */
async function olderAnswer(
  parts: Parts,
  request: FastifyRequest,
  { alarmId, onset, recordLook }: { readonly alarmId: string; readonly onset: number; readonly recordLook: RecordLook },
  closed: AbortSignal,
): Promise<StripAnswer> {
  const { feed, strips, now } = parts;
  const viewer = viewerOf(request);
  const { strip } = await strips.read(viewer.userId, { alarmId, raisedMs: undefined }, onset, closed);
  if (strip === undefined) throw notFound();
  const { row, isHidden, owner } = olderStrip(strip, feed.state.associations, viewer);
  if (isHidden) {
    await recordDenied(parts, request, { alarmId, ...owner });
    throw notFound();
  }
  const detail = `${row.condition}, onset ${onset}`;
  await recordLook(request, { alarmId, ...owner, detail });
  const isDigestRight = hasRightDigest(strip);
  return { at: now(), alarm: row, onset, strip, missing: null, isDigestRight, isOlder: true };
}

type Look = Partial<StripOwner> & { readonly alarmId: string; readonly detail: string };
/** Records a look before the person gets the answer. */
type RecordLook = (request: FastifyRequest, look: Look) => Promise<void>;

/**
 * Creates the function that records looks. An open page asks again every few seconds while its strip may still grow:
 * these requests are one look for some minutes (core/seen-looks.ts), as long as the answer is about the same patient,
 * bed and onset. The first answer that has the strip is a new look.
 */
export function createLookRecorder({ trail, now }: Pick<Parts, 'trail' | 'now'>): RecordLook {
  const seenLooks = createSeenLooks();
  return async (request, look) => {
    const key = JSON.stringify([lookKeyOf(request), look]);
    if (seenLooks.has(key, now())) return;
    await trail.record({ ...whoOf(request), action: 'strip-viewed', ...look });
    seenLooks.note(key, now());
  };
}

/** Returns a signal that is aborted when the browser closes the request. */
export function abortedOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
