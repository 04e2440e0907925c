/** The dashboard's figures for Prometheus. ops/prometheus/alerts.yml uses the names. */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { Hub } from './live/hub.ts';

/** Figures of a server that has started; each function returns the present value. */
export type DashboardFigures = {
  readonly hub: Pick<Hub, 'stats' | 'health'>;
  isReady(): boolean;
  /** Logins that were at work within the idle time. */
  sessions(): number;
  /** Audit records that wait for Kafka. */
  auditWaiting(): number;
  /** Bytes of records that wait for Kafka. */
  appendBytes(): number;
  /** Records that did not open or did not match their type. */
  unreadable(): number;
  readonly damage: DamageBook;
};

/** Answers by their HTTP status. */
export type Answers = Map<number, number>;

export function countAnswer(answers: Answers, status: number): void {
  answers.set(status, (answers.get(status) ?? 0) + 1);
}

/** @param figures undefined until the server has started */
export function dashboardMetrics(
  figures: () => DashboardFigures | undefined,
  answers: Answers,
  clock?: SystemClock,
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, () => figures()?.damage);
  addCertificateMetrics(metrics);
  const is = (holds: boolean | undefined) => (holds ? 1 : 0);
  metrics.gauge('vigil_dashboard_ready', '1 while screens are served.', () => is(figures()?.isReady()));
  const kafka =
    "1 while the server's own record comes back from Kafka; else its screens say that the message log is down.";
  metrics.gauge('vigil_dashboard_kafka_up', kafka, () => is(figures()?.hub.health().kafka === 'ok'));
  const judged = '0 while readings come and the alarm processor shows no sign of life: screens say so.';
  metrics.gauge('vigil_dashboard_alarms_up', judged, () => is(figures()?.hub.health().alarms === 'ok'));
  metrics.gauge(
    'vigil_dashboard_screens',
    'Live connections of screens now.',
    () => figures()?.hub.stats().screens ?? 0,
  );
  metrics.gauge(
    'vigil_dashboard_sessions',
    'Logins that were at work here in the last 30 min.',
    () => figures()?.sessions() ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_answers_total',
    'Requests by the status of their answer: 401 and 403 are refused, 429 were too many, 5xx failed.',
    () => [...answers].map(([status, n]) => [String(status), n] as const),
    'status',
  );
  screenMetrics(metrics, figures);
  const audit = 'Records of the audit trail that wait for Kafka: what they are about waits, and is refused after 4 s.';
  metrics.gauge('vigil_dashboard_audit_waiting', audit, () => figures()?.auditWaiting() ?? 0);
  metrics.gauge(
    'vigil_dashboard_append_bytes',
    'Bytes of records that wait for Kafka.',
    () => figures()?.appendBytes() ?? 0,
  );
  const unreadable = 'Records that did not open or were not what their type says; the log of the process names each.';
  metrics.counter('vigil_dashboard_unreadable_total', unreadable, () => figures()?.unreadable() ?? 0);
  return metrics;
}

function screenMetrics(metrics: Metrics, figures: () => DashboardFigures | undefined): void {
  const stats = () => figures()?.hub.stats();
  metrics.counter(
    'vigil_dashboard_screens_ended_total',
    'Screens that were closed: too slow to take what they show (resync), or one too many of an account or in all (too-many).',
    () => [
      ['resync', stats()?.closedForResync ?? 0],
      ['too-many', stats()?.tooMany ?? 0],
    ],
    'cause',
  );
  metrics.counter(
    'vigil_dashboard_left_out_total',
    'Messages left out for slow screens; alarms never are.',
    () => [
      ['waves', stats()?.skippedWaves ?? 0],
      ['numerics', stats()?.skippedNumerics ?? 0],
    ],
    'what',
  );
  const unseen = 'Present alarms of devices without a bed that no open screen may show.';
  metrics.gauge('vigil_dashboard_unseen_alarms', unseen, () => figures()?.hub.health().unseenAlarms ?? 0);
  const strays = 'Accounts and devices at wards or beds that are not registered.';
  metrics.gauge('vigil_dashboard_unregistered', strays, () => figures()?.hub.health().unregistered ?? 0);
}
