/** The routes of the page "Alarm history": the alarms of a ward, bed, person or patient, and who answered them. */
import { setImmediate as letOtherWorkRun } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { auditPatientsMax } from '../../../contracts/messages/records.ts';
import { type ReviewSpanFault, reviewSpanFault } from '../../../contracts/review-span.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import {
  AlarmReview,
  AlarmReviewExport,
  AlarmReviewQuery,
  reviewExportMax,
  reviewPageDefault,
} from '../../protocol/alarm-review.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { alarmCsvHeader, alarmCsvLine } from '../core/alarm-review-csv.ts';
import { alarmsOfQuery, beginReview, patientsOfReview, type ReviewSource } from '../core/alarm-review-query.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard, type Viewer } from '../core/rights.ts';
import { createSlots } from '../core/slots.ts';
import { recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';

/** Number of alarms that are examined without a pause for other work: about 2 ms. */
const partAlarms = 1_000;
/** Maximum number of lists that are made at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 32, waitingPerKeyMax: 8 } as const;

const refusals = {
  ...{ 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
  ...{ 429: ErrorBody, 503: ErrorBody },
} as const;

export function alarmReviewRoute(app: App, parts: Parts): void {
  const { trail, now } = parts;
  const pace: RequestPace = new Map();
  const turns = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many lists of alarms are being made: try again shortly.'),
  );

  app.get(
    '/api/alarm-review',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: {
        querystring: AlarmReviewQuery,
        response: { 200: AlarmReview, ...refusals },
      },
    },
    async (request) => {
      const { query } = request;
      await requirePace(pace, request, trail, 'alarm-review');
      const answer = await reviewFor({ parts, turns }, request, query, query.limit ?? reviewPageDefault);
      await recordReview(parts, request, query, {
        action: 'alarms-reviewed',
        patients: patientsOfReview(answer),
        detail: filtersText(query),
      });
      return answer;
    },
  );

  app.post(
    '/api/alarm-review/export',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { body: AlarmReviewExport, response: { 200: Type.Unknown(), ...refusals } },
    },
    async (request, reply) => {
      const query = request.body;
      await requirePace(pace, request, trail, 'alarm-export');
      const { rows, next, counts, isRead, completeFromMs } = await reviewFor(
        { parts, turns },
        request,
        query,
        reviewExportMax,
      );
      if (next !== null)
        throw new VigilError(
          'payload-schema',
          `${counts.total} alarms match. A file has at most ${reviewExportMax}: choose a shorter time.`,
        );
      const gap = isRead ? `all alarms since ${formatInstant(completeFromMs)}` : 'the server still read older alarms';
      const detail = `${rows.length} ${rows.length === 1 ? 'alarm' : 'alarms'} as CSV: ${filtersText(query)}; ${gap}`;
      const patients = [...new Set(rows.flatMap(({ patient }) => (patient ? [patient.patientId] : [])))];
      // One audit record names a limited number of patients. So a large file has several records, all written before
      // the file is sent.
      for (let from = 0; from === 0 || from < patients.length; from += auditPatientsMax)
        await recordReview(parts, request, query, {
          ...{ action: 'alarms-exported', patients: patients.slice(from, from + auditPatientsMax), detail },
        });
      const since = isRead ? `since-${formatInstant(completeFromMs).replaceAll(':', '')}` : 'incomplete';
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header(
          'content-disposition',
          `attachment; filename="vigil-alarms-${formatInstant(now()).slice(0, 10)}-${since}.csv"`,
        );
      return reply.send(`${[alarmCsvHeader, ...rows.map(alarmCsvLine)].join('\r\n')}\r\n`);
    },
  );
}

const spanFaultTexts = {
  'future-start': 'The beginning is in the future.',
  'future-end': 'The end is in the future.',
  reversed: 'The end is not after the beginning.',
} as const satisfies Record<Exclude<ReviewSpanFault, 'too-long-ago'>, string>;

type Turns = ReturnType<typeof createSlots>;

/**
 * Makes a list.
 * @throws VigilError if the account may not see the ward, if the requested time is not possible, or if too many lists
 * wait
 */
async function reviewFor(
  { parts, turns }: { readonly parts: Parts; readonly turns: Turns },
  request: FastifyRequest,
  query: AlarmReviewQuery,
  limit: number,
): Promise<AlarmReview> {
  const { feed, review, accounts, now } = parts;
  const viewer = viewerOf(request);
  for (const instant of [query.from, query.to])
    if (instant !== undefined && parseInstant(instant) === undefined)
      throw new VigilError('time-invalid', 'One of the times does not exist.');
  const fault = reviewSpanFault(
    parseInstant(query.from ?? '') ?? Number.NEGATIVE_INFINITY,
    parseInstant(query.to ?? ''),
    now(),
  );
  // A beginning before the kept alarms is allowed: the answer says since when it has all alarms.
  if (fault !== undefined && fault !== 'too-long-ago') throw new VigilError('time-invalid', spanFaultTexts[fault]);
  const { ward } = query;
  if (ward !== undefined && !seesWard(viewer, ward)) {
    await recordDenied(parts, request, { ward });
    throw notFound();
  }
  const nameOf = (userId: string) => accounts.get(userId)?.name;
  const source = { book: review.book, state: feed.state, nameOf, nowMs: now() };
  return turns.run(viewer.userId, () => reviewInParts(source, viewer, query, limit));
}

async function recordReview(
  { trail }: Parts,
  request: FastifyRequest,
  { ward, associationId }: AlarmReviewQuery,
  look: Pick<AuditEvent, 'action' | 'patients' | 'detail'>,
): Promise<void> {
  await trail.record({
    ...{ ...whoOf(request), ...look },
    ...(ward !== undefined && { ward }),
    ...(associationId !== undefined && { associationId }),
  });
}

/** Answers a query. Pauses after each part of the alarms, so that alarms and other requests do not wait. */
async function reviewInParts(
  source: ReviewSource,
  viewer: Viewer,
  query: AlarmReviewQuery,
  limit: number,
): Promise<AlarmReview> {
  const review = beginReview(source, viewer, query, limit);
  const alarms = alarmsOfQuery(source, query);
  for (let index = 0; index < alarms.length; index += partAlarms) {
    review.add(alarms.slice(index, index + partAlarms));
    await letOtherWorkRun();
  }
  return review.result();
}

/** Returns the filters of a query for the audit trail, without ward and association, which have their own fields. */
function filtersText({ ward: _ward, associationId: _association, ...filters }: AlarmReviewQuery): string {
  return Object.entries(filters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
