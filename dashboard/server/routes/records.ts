/**
 * The routes for stored data: the alarm history, the summary of a shift, strips, trends, waves, and the audit trail.
 */
import type { App } from '../app.ts';
import { alarmReviewRoute } from './alarm-review.ts';
import { auditRoutes } from './audit.ts';
import type { Parts } from './parts.ts';
import { shiftSummaryRoute } from './shift-summary.ts';
import { stripRoute } from './strip.ts';
import { stripsRoute } from './strips.ts';
import { trendRoutes } from './trends.ts';
import { waveTimesRoute } from './wave-times.ts';
import { waveRoute } from './waves.ts';

export function recordRoutes(app: App, parts: Parts): void {
  alarmReviewRoute(app, parts);
  shiftSummaryRoute(app, parts);
  stripRoute(app, parts);
  stripsRoute(app, parts);
  trendRoutes(app, parts);
  waveRoute(app, parts);
  waveTimesRoute(app, parts);
  auditRoutes(app, parts);
}
