/**
 * The routes for the audit trail: pages, search and export. The trail records each page, search and export before the
 * person gets it.
 */
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { AuditExport, AuditPage, AuditQuery, AuditSearch, auditExportMax } from '../../protocol/audit.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { createAuditExporter, exportStream } from '../audit/export.ts';
import { filterText } from '../core/audit-filter.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { Parts } from './parts.ts';

const refusals = { 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody, 503: ErrorBody } as const;

export function auditRoutes(app: App, parts: Parts): void {
  const { trail, audit, now } = parts;
  const pace: RequestPace = new Map();
  const exporter = createAuditExporter();

  app.get(
    '/api/audit',
    {
      config: { access: 'view-audit', share: 'history' },
      schema: { querystring: AuditQuery, response: { 200: AuditPage, ...refusals } },
    },
    async (request) => {
      const { before: _before, limit: _limit, ...filter } = request.query;
      await trail.record({ ...whoOf(request), action: 'audit-viewed', detail: filterText(filter) });
      return audit.page(request.query);
    },
  );

  app.post(
    '/api/audit/search',
    {
      config: { access: 'view-audit', share: 'history' },
      schema: { body: AuditSearch, response: { 200: AuditPage, ...refusals } },
    },
    async (request) => {
      await requirePace(pace, request, trail, 'audit-search');
      const { before: _before, limit: _limit, ...filter } = request.body;
      await trail.record({ ...whoOf(request), action: 'audit-viewed', detail: filterText(filter) });
      return audit.search(request.body);
    },
  );

  app.post(
    '/api/audit/export',
    {
      config: { access: 'view-audit', share: 'history' },
      schema: { body: AuditExport, response: { 200: Type.Unknown(), ...refusals } },
    },
    async (request, reply) => {
      const { format, ...filter } = request.body;
      await requirePace(pace, request, trail, 'audit-export');
      await exporter.begin(viewerOf(request).userId, reply.raw);
      const { records, knownFrom } = await audit.matching(filter);
      if (records.length > auditExportMax)
        throw new VigilError(
          'payload-schema',
          `${records.length} records match. An export has at most ${auditExportMax}: choose a shorter time.`,
        );
      const formatName = format === 'csv' ? 'CSV' : 'FHIR AuditEvent';
      const detail = `${records.length} ${records.length === 1 ? 'record' : 'records'} as ${formatName}: ${filterText(filter)}; the server knows the records since ${knownFrom}`;
      await trail.record({ ...whoOf(request), action: 'audit-exported', detail });
      // The file name says since when records are known, because the first line of the file must be the line that
      // programs expect.
      const times = `${formatInstant(now()).slice(0, 10)}-records-since-${knownFrom.replaceAll(':', '')}`;
      const [type, name] =
        format === 'csv'
          ? ['text/csv; charset=utf-8', `vigil-audit-${times}.csv`]
          : ['application/fhir+ndjson', `vigil-audit-${times}.ndjson`];
      reply
        .header('vigil-records-since', knownFrom)
        .header('content-type', type)
        .header('content-disposition', `attachment; filename="${name}"`);
      return reply.send(exportStream(records, format));
    },
  );
}
