/** The routes for the trends of a bed, as charts, as a table and as a file: values from InfluxDB and the log. */

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { measuredOffsetMs } from '../../../contracts/device-clock.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { type Fault, VigilError } from '../../../contracts/errors.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { TrendTable, TrendTableExport, TrendTableQuery } from '../../protocol/trend-table.ts';
import { TrendQuery, Trends } from '../../protocol/trends.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { BedState, LiveState } from '../core/state.ts';
import { deviceShiftMs, planByDevice, trayFromMs } from '../core/trend-clock.ts';
import { noMarks, trendMarks } from '../core/trend-marks.ts';
import { planTrend, type TrendPlan, trendsOf } from '../core/trend-query.ts';
import { fromWholeInterval, planTable, tableOf } from '../core/trend-table.ts';
import { trendCsvLines } from '../core/trend-table-csv.ts';
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
      const { plan, clockErrorMs, shown } = await readFor(parts, request, asked, 'trend-viewed');
      if (shown === undefined)
        return trendsOf(plan, new Map(), { marks: noMarks, source: { from: 'store' }, clockErrorMs });
      const { bed, fromMs, rows, source } = shown;
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
    async (request) => tableFor(parts, request, request.query, 'trend-viewed'),
  );

  app.post(
    '/api/associations/:associationId/trends/table/export',
    {
      config: { access: 'view-patients', share: 'history' },
      schema: { params: AssociationParams, body: TrendTableExport, response: { 200: Type.Unknown(), ...refusals } },
    },
    async (request, reply) => {
      await requirePace(pace, request, parts.trail, 'trend-export');
      const table = await tableFor(parts, request, request.body, 'trends-exported');
      const isWhole = table.source.missingFromMs === undefined || isAllFromLog(table);
      const day = formatInstant(now()).slice(0, 10);
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="vigil-trends-${day}${isWhole ? '' : '-incomplete'}.csv"`);
      return reply.send(`${trendCsvLines(table).join('\r\n')}\r\n`);
    },
  );
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
): Promise<TrendTable> {
  const asked = planOrThrow(planTable(query, parts.now()));
  const { plan, clockErrorMs, shown } = await readFor(parts, request, asked, action);
  if (shown === undefined) return tableOf(plan, new Map(), { source: { from: 'store' }, clockErrorMs });
  return tableOf(plan, shown.rows, { source: shown.source, clockErrorMs });
}

function planOrThrow(plan: TrendPlan | Fault): TrendPlan {
  if ('message' in plan) throw new VigilError(plan.code, plan.message);
  return plan;
}

/**
 * Records the look, and reads the values. `shown` is undefined if the device came into its present tray after the time.
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
  if (fromMs >= plan.toMs) return { plan, clockErrorMs, shown: undefined };
  const { rows, source } = await readTrend(parts, {
    account: viewerOf(request).userId,
    associationId: bed.associationId,
    plan: { ...plan, fromMs },
    newestMs: newestUsableMs(bed, plan.codes),
    newestScoresMs: parseInstant(feed.state.scores.get(bed.associationId)?.at ?? ''),
    clockOffsetMs,
    nowMs: now(),
  });
  return { plan, clockErrorMs, shown: { bed, fromMs, rows, source } };
}

/**
 * Returns the device time of the newest usable value of the codes, ms since 1970; undefined if no value is usable. InfluxDB
 * gets only usable values, so a sensor that is off is no sign that InfluxDB is behind.
 */
function newestUsableMs({ values }: BedState, codes: readonly string[]): number | undefined {
  const times = codes.flatMap((code) => values.get(code)?.usableMs ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

function clockOffsetMsOf({ devices }: LiveState, { deviceId }: BedState): number {
  const device = devices.get(deviceId);
  return device === undefined ? 0 : measuredOffsetMs(device.clock.clock);
}
