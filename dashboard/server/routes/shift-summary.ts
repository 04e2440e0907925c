/** The route of the page "Shift": what has happened to the patients of a ward since the beginning of a shift. */
import { setImmediate as letOtherWorkRun, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { hourMs } from '../../../contracts/durations.ts';
import { VigilError } from '../../../contracts/errors.ts';
import { auditPatientsMax } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import {
  type NewsAt,
  type NoStartNewsReason,
  type ShiftPatient,
  ShiftQuery,
  ShiftSummary,
} from '../../protocol/shift-summary.ts';
import { notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ReviewedAlarm } from '../core/alarm-review.ts';
import { alarmsOfQuery } from '../core/alarm-review-query.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard, type Viewer } from '../core/rights.ts';
import { newsAtStart, newsQuery } from '../core/shift-news.ts';
import {
  associationsAtStart,
  beginAlarmCount,
  beginPatientAlarms,
  dutiesOfShift,
  type PatientAtBed,
  patientsOfShift,
  type ShiftSource,
  summaryOfPatient,
} from '../core/shift-summary.ts';
import { createSlots } from '../core/slots.ts';
import { membersOf } from './assignments.ts';
import { recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';

/** The longest time of a summary. The alarm history is kept for at least a day longer. */
const spanMsMax = 72 * hourMs;
/** Maximum number of summaries that are made at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 16, waitingPerKeyMax: 4 } as const;
/** Number of alarms that are examined without a pause for other work: about 2 ms. */
const partAlarms = 1_000;
/** Number of queries that one summary sends to InfluxDB at the same time, and how long all of them may take (ours). */
const queriesAtOnce = 4;
const queriesMsMax = 4_000;

export function shiftSummaryRoute(app: App, parts: Parts): void {
  const { trail, now } = parts;
  const pace: RequestPace = new Map();
  const turns = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many summaries are being made: try again shortly.'),
  );

  app.get(
    '/api/wards/:ward/shift',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: {
        params: Type.Object({ ward: Ward }),
        querystring: ShiftQuery,
        response: {
          ...{ 200: ShiftSummary, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody },
          ...{ 429: ErrorBody, 503: ErrorBody },
        },
      },
    },
    async (request) => {
      const { ward } = request.params;
      const { from, bed } = request.query;
      const viewer = viewerOf(request);
      await requirePace(pace, request, trail, 'shift-summary');
      if (!seesWard(viewer, ward)) {
        await recordDenied(parts, request, { ward });
        throw notFound();
      }
      const fromMs = parseInstant(from);
      if (fromMs === undefined || fromMs > now() || now() - fromMs > spanMsMax)
        throw new VigilError('time-invalid', 'The beginning must be in the last 72 hours.');
      const answer = await turns.run(viewer.userId, () => makeSummary(parts, viewer, { ward, bed, fromMs }));
      await recordLook(parts, request, answer, bed);
      return answer;
    },
  );
}

/** Records the look with all patients of the answer. One record can name only some of the patients of a large ward. */
async function recordLook(
  { trail }: Parts,
  request: FastifyRequest,
  { ward, patients, fromMs }: ShiftSummary,
  bed: string | undefined,
): Promise<void> {
  const ids = [...new Set(patients.map(({ patient }) => patient.patientId))];
  for (let index = 0; index === 0 || index < ids.length; index += auditPatientsMax)
    await trail.record({
      ...whoOf(request),
      ...{ action: 'shift-viewed', ward, ...(bed !== undefined && { bed }) },
      patients: ids.slice(index, index + auditPatientsMax),
      detail: `since ${formatInstant(fromMs)}`,
    });
}

type Wanted = { readonly ward: string; readonly bed: string | undefined; readonly fromMs: number };

/** Makes the summary. Pauses after each patient, so that alarms and other requests do not wait. */
async function makeSummary(parts: Parts, viewer: Viewer, { ward, bed, fromMs }: Wanted): Promise<ShiftSummary> {
  const { feed, hub, review, accounts, assignments, audit, now } = parts;
  const atBeds = patientsOfShift(feed.state, viewer, ward, bed);
  const [changes, atStart] = await Promise.all([
    audit.matching({ action: 'limits-changed', from: formatInstant(fromMs) }),
    scoresAtStart(parts, viewer, atBeds, fromMs),
  ]);
  const nowMs = now();
  const nameOf = (userId: string) => accounts.get(userId)?.name;
  const reviewSource = { book: review.book, state: feed.state, nameOf, nowMs };
  const source: ShiftSource = { ...reviewSource, fromMs, changes: changes.records, atStart };
  const alarmsOf = beginPatientAlarms(feed.state, new Set(atBeds.map(({ patient }) => patient.patientId)));
  await addInParts(alarmsOf, alarmsOfQuery(source, { from: formatInstant(fromMs) }));
  const patients: ShiftPatient[] = [];
  for (const atBed of atBeds) {
    const count = beginAlarmCount(source, viewer, atBed);
    await addInParts(count, alarmsOf.of(atBed.patient.patientId));
    patients.push(summaryOfPatient(source, viewer, atBed, count.result()));
    await letOtherWorkRun();
  }
  const { kafka, alarms } = hub.health();
  return {
    ...{ at: nowMs, fromMs, ward: visibleText(ward), alarmsFromMs: review.book.completeFromMs },
    changesFromMs: parseInstant(changes.knownFrom) ?? nowMs,
    ...{ kafka, alarmsState: alarms, areNotesRead: feed.state.areNotesRead },
    ...dutiesOfShift(assignments.board, ward, membersOf(parts, ward), nowMs),
    patients,
  };
}

/** Gives alarms to a function in parts, with a pause after each part, so that alarms and other requests do not wait. */
async function addInParts(
  { add }: { add(alarms: readonly ReviewedAlarm[]): void },
  alarms: readonly ReviewedAlarm[],
): Promise<void> {
  for (let index = 0; index < alarms.length; index += partAlarms) {
    add(alarms.slice(index, index + partAlarms));
    await letOtherWorkRun();
  }
}

/**
 * Returns, for each patient id, the NEWS2 score at the beginning of the shift, or why the patient had no score. If
 * InfluxDB does not answer in time, the remaining patients are left out, because the rest of the summary must not wait.
 */
async function scoresAtStart(
  { feed, trends, now }: Parts,
  viewer: Viewer,
  atBeds: readonly PatientAtBed[],
  fromMs: number,
): Promise<ReadonlyMap<string, NewsAt | NoStartNewsReason>> {
  const found = new Map<string, NewsAt | NoStartNewsReason>();
  const query = newsQuery(fromMs, now());
  const waiting = [...new Set(atBeds.map(({ patient }) => patient.patientId))];
  let isOver = false;

  async function work(): Promise<void> {
    for (let patientId = waiting.pop(); patientId !== undefined && !isOver; patientId = waiting.pop()) {
      const associations = associationsAtStart(feed.state, viewer, patientId, query);
      const stored = await Promise.all(associations.map((associationId) => trends.values(query, associationId)));
      const score = newsAtStart(stored.flat(), fromMs);
      found.set(patientId, score ?? (associations.length === 0 ? 'no-device' : 'not-stored'));
    }
  }
  const workers = Promise.all(Array.from({ length: queriesAtOnce }, work)).catch(() => {
    // InfluxDB does not answer, so each further query would wait for nothing.
  });
  await Promise.race([workers, sleep(queriesMsMax, undefined, { ref: false })]);
  isOver = true;
  return new Map(found);
}
