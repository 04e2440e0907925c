/** The routes for the trends of a bed, as charts, as a table and as a file: values from InfluxDB and the log. */

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { minuteMs } from '../../../contracts/durations.ts';
import { type Fault, VigilError } from '../../../contracts/errors.ts';
import type { ScoreTrendCode } from '../../../contracts/score-trends.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { TrendScores, TrendScoresQuery } from '../../protocol/trend-scores.ts';
import { TrendTable, TrendTableExport, TrendTableQuery } from '../../protocol/trend-table.ts';
import { TrendQuery, Trends } from '../../protocol/trends.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { BedState } from '../core/state.ts';
import { deviceShiftMs, planByDevice, trayFromMs } from '../core/trend-clock.ts';
import { noMarks, trendMarks } from '../core/trend-marks.ts';
import { planTrend, type TrendPlan, trendsOf } from '../core/trend-query.ts';
import { fromWholeInterval, planScores, planTable, tableOf } from '../core/trend-table.ts';
import { trendCsvLines } from '../core/trend-table-csv.ts';
import { clockOffsetMsOf, readScores } from '../trend-scores.ts';
import { readTrend } from '../trend-values.ts';
import { AssociationParams, auditFieldsOf, bedOf } from './clinical.ts';
import type { Parts } from './parts.ts';

const refusals = {
  ...{ 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 429: ErrorBody, 503: ErrorBody },
} as const;

export function trendRoutes(app: App, parts: Parts): void {
  const { now } = parts;
  const pace: RequestPace = new Map();

  app.get(
    '/api/associations/:associationId/trends',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { params: AssociationParams, querystring: TrendQuery, response: { 200: Trends, ...refusals } },
    },
    async (request) => {
      const asked = planOrThrow(planTrend(request.query, now()));
      const { plan, clockErrorMs, bed, shown } = await readFor(parts, request, asked, 'trend-viewed');
      if (shown === undefined)
        return trendsOf(plan, new Map(), { marks: noMarks, source: { from: 'store' }, clockErrorMs });
      const { fromMs, rows, source } = shown;
      const inForce = parts.feed.state.limits.get(bed.associationId);
      const marks = trendMarks(parts.review.book, bed, inForce, { fromMs, toMs: plan.toMs, shiftMs: clockErrorMs });
      return trendsOf(plan, rows, { marks, source, clockErrorMs });
    },
  );

  app.get(
    '/api/associations/:associationId/trends/table',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { params: AssociationParams, querystring: TrendTableQuery, response: { 200: TrendTable, ...refusals } },
    },
    async (request) => (await tableFor(parts, request, request.query, 'trend-viewed')).table,
  );

  app.get(
    '/api/associations/:associationId/trends/news2',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { params: AssociationParams, querystring: TrendScoresQuery, response: { 200: TrendScores, ...refusals } },
    },
    async (request) => {
      const { stepMs, pick, ...between } = request.query;
      const { fromMs, toMs } = planOrThrow(planScores(request.query, now()));
      const bed = await bedOf(parts, request, request.params.associationId);
      const detail = `NEWS2 with its parts from ${between.from} to ${between.to}`;
      await parts.trail.record({ ...whoOf(request), action: 'trend-viewed', ...auditFieldsOf(bed), detail });
      return readScores(parts.trendLog, askerOf(parts, request, bed), { fromMs, toMs, stepMs, pick });
    },
  );

  app.post(
    '/api/associations/:associationId/trends/table/export',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { params: AssociationParams, body: TrendTableExport, response: { 200: Type.Unknown(), ...refusals } },
    },
    async (request, reply) => {
      await requirePace(pace, request, parts.trail, 'trend-export');
      const { table, bed } = await tableFor(parts, request, request.body, 'trends-exported');
      const scores = await scoresForFile(parts, request, table, bed);
      const isWhole =
        (table.source.missingFromMs === undefined || isAllFromLog(table)) &&
        (scores === undefined || hasAll(scores, table));
      const day = formatInstant(now()).slice(0, 10);
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="vigil-trends-${day}${isWhole ? '' : '-incomplete'}.csv"`);
      return reply.send(`${trendCsvLines(table, scores).join('\r\n')}\r\n`);
    },
  );
}

const newsCodes: readonly string[] = ['VIGIL_NEWS2', 'VIGIL_NEWS2_AT_LEAST'] satisfies ScoreTrendCode[];

/**
 * Returns the scores for the rows of a file; undefined if the file has no column of NEWS2, and `unread` if the log
 * cannot be read.
 */
async function scoresForFile(
  parts: Parts,
  request: Request,
  { fromMs, toMs, intervalMs: stepMs, clockErrorMs, series }: TrendTable,
  bed: BedState,
): Promise<TrendScores | 'unread' | undefined> {
  if (!series.some(({ code }) => newsCodes.includes(code))) return undefined;
  const span = { fromMs: fromMs - clockErrorMs, toMs: toMs - clockErrorMs, stepMs, pick: 'last' } as const;
  return readScores(parts.trendLog, askerOf(parts, request, bed), span).catch(() => 'unread' as const);
}

const hasAll = (scores: TrendScores | 'unread', { fromMs }: TrendTable) =>
  scores !== 'unread' && scores.isWhole && scores.knownFromMs <= fromMs;

function askerOf({ feed }: Parts, request: Request, bed: BedState) {
  return { account: viewerOf(request).userId, bed, clockOffsetMs: clockOffsetMsOf(feed.state, bed) };
}

/** Returns whether the log had all values that InfluxDB did not have. */
function isAllFromLog({ source }: TrendTable): boolean {
  return source.from !== 'store' && source.isWhole && source.logFromMs <= source.missingFromMs;
}

type Request = FastifyRequest<{ Params: { associationId: string } }>;

async function tableFor(
  parts: Parts,
  request: Request,
  query: { readonly codes: string; readonly from: string; readonly to: string; readonly minutes: number },
  action: 'trend-viewed' | 'trends-exported',
): Promise<{ readonly table: TrendTable; readonly bed: BedState }> {
  const asked = planOrThrow(planTable(query, parts.now()));
  const { plan, clockErrorMs, bed, shown } = await readFor(parts, request, asked, action);
  const { rows, source } = shown ?? { rows: new Map(), source: { from: 'store' } as const };
  return { table: tableOf(plan, rows, { source, clockErrorMs }), bed };
}

function planOrThrow(plan: TrendPlan | Fault): TrendPlan {
  if ('message' in plan) throw new VigilError(plan.code, plan.message);
  return plan;
}

/**
 * Records the look, and reads the values. `shown` is undefined if the device came into its present tray after the
 * requested time.
 * @param asked by the clock of the server
 */
async function readFor(parts: Parts, request: Request, asked: TrendPlan, action: 'trend-viewed' | 'trends-exported') {
  const { trail, feed, now } = parts;
  const bed = await bedOf(parts, request, request.params.associationId);
  const clockOffsetMs = clockOffsetMsOf(feed.state, bed);
  const clockErrorMs = deviceShiftMs(clockOffsetMs);
  const moved = planByDevice(asked, clockOffsetMs);
  const plan = asked.isTable ? fromWholeInterval(moved) : moved;
  const kind = asked.isTable ? ` in steps of ${asked.stepMs / minuteMs} min` : '';
  const detail = `${plan.codes.join(' ')} from ${formatInstant(asked.fromMs)} to ${formatInstant(asked.toMs)}${kind}`;
  await trail.record({ ...whoOf(request), action, ...auditFieldsOf(bed), detail });
  // A device without a bed keeps its association id when it comes into the tray of another ward. The trend begins when
  // the device came into its present tray, so that no ward sees what the device measured in another ward.
  const fromMs = Math.max(plan.fromMs, bed.tray === undefined ? 0 : trayFromMs(bed.tray.sinceMs, clockOffsetMs));
  if (fromMs >= plan.toMs) return { plan, clockErrorMs, bed, shown: undefined };
  const { rows, source } = await readTrend(parts, {
    account: viewerOf(request).userId,
    associationId: bed.associationId,
    plan: { ...plan, fromMs },
    newestMs: newestUsableMs(bed, plan.codes),
    newestScoresMs: parseInstant(feed.state.scores.get(bed.associationId)?.at ?? ''),
    clockOffsetMs,
    nowMs: now(),
  });
  return { plan, clockErrorMs, bed, shown: { fromMs, rows, source } };
}

/**
 * Returns the device time of the newest usable value of the codes, ms since 1970; undefined if no value is usable.
 * InfluxDB gets only usable values, so a sensor that is off is no sign that InfluxDB is behind.
 */
function newestUsableMs({ values }: BedState, codes: readonly string[]): number | undefined {
  const times = codes.flatMap((code) => values.get(code)?.usableMs ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
