/** The routes for trends from InfluxDB and for the audit trail. */
import { VigilError } from '../../../contracts/errors.ts';
import { AuditPage, AuditQuery, ErrorBody, TrendQuery, Trends } from '../../protocol/rest.ts';
import { whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { planTrend, trendsOf } from '../core/trend-query.ts';
import { AssociationParams, auditFieldsOf, bedOf } from './clinical.ts';
import type { Parts } from './parts.ts';

export function recordRoutes(app: App, parts: Parts): void {
  const { trail, trends, audit, now } = parts;

  app.get(
    '/api/associations/:associationId/trends',
    {
      config: { access: 'view-vitals', share: 'history' },
      schema: {
        params: AssociationParams,
        querystring: TrendQuery,
        response: { 200: Trends, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody },
      },
    },
    async (request) => {
      const bed = await bedOf(parts, request, request.params.associationId);
      const plan = planTrend(request.query, now());
      if ('message' in plan) throw new VigilError(plan.code, plan.message);
      const detail = `${plan.codes.join(' ')} from ${request.query.from} to ${request.query.to}`;
      await trail.record({ ...whoOf(request), action: 'trend-viewed', ...auditFieldsOf(bed), detail });
      // A device without a bed keeps its association id when it comes into the tray of another ward. The trend begins when
      // the device came into its present tray, so that no ward sees what the device measured in another ward.
      const fromMs = Math.max(plan.fromMs, bed.tray?.sinceMs ?? 0);
      if (fromMs >= plan.toMs) return trendsOf(plan, new Map());
      return trendsOf(plan, await trends.query({ ...plan, fromMs }, bed.associationId));
    },
  );

  app.get(
    '/api/audit',
    {
      config: { access: 'view-audit', share: 'history' },
      schema: {
        querystring: AuditQuery,
        response: { 200: AuditPage, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 503: ErrorBody },
      },
    },
    async (request) => {
      await trail.record({ ...whoOf(request), action: 'audit-viewed' });
      return audit.page(request.query);
    },
  );
}
