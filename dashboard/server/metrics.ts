/** The dashboard's metrics for Prometheus. ops/prometheus/alerts.yml uses their names. */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { ReviewBook } from './core/alarm-review.ts';
import type { DutyGaps } from './core/duty-notices.ts';
import { addDeliveryMetrics, type DeliveryState } from './delivery-metrics.ts';
import { type CallTimes, newCallTimes } from './live/delivery-writer.ts';
import type { Hub } from './live/hub.ts';
import { type ConfirmationTimes, newConfirmationTimes } from './live/unconfirmed-screens.ts';

/** The figures of a started server. Each function returns the present value. */
export type DashboardFigures = {
  readonly hub: Pick<Hub, 'stats' | 'health' | 'confirmationFigures' | 'sound'>;
  isReady(): boolean;
  /** Sessions that were used within the idle time. */
  sessions(): number;
  /** Audit records that wait for Kafka. */
  auditWaiting(): number;
  /** Bytes of records that wait for Kafka. */
  appendBytes(): number;
  /** Records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  readonly damage: DamageBook;
  /** Beds with a patient that have no nurse, or whose hand-over is overdue. */
  dutyGaps(): DutyGaps;
  /** Number of first paintings and soundings of alarms that were not written into the log. */
  shownLeftOut(): number;
  delivery(): DeliveryState;
  readonly review: Pick<ReviewBook, 'alarms' | 'leftOut'>;
};

/** The number of answers by HTTP status. */
export type Answers = Map<number, number>;

export function countAnswer(answers: Answers, status: number): void {
  answers.set(status, (answers.get(status) ?? 0) + 1);
}

/**
 * Returns the metrics of the dashboard.
 * @param figures returns undefined until the server has started
 */
export function dashboardMetrics(
  figures: () => DashboardFigures | undefined,
  answers: Answers,
  clock?: SystemClock,
  times: ConfirmationTimes = newConfirmationTimes(),
  callTimes: CallTimes = newCallTimes(),
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, () => figures()?.damage);
  addCertificateMetrics(metrics);
  const asNumber = (condition: boolean | undefined) => (condition ? 1 : 0);
  metrics.gauge('vigil_dashboard_ready', '1 while screens are served.', () => asNumber(figures()?.isReady()));
  const kafkaHelp =
    '1 while the server can read back its own record from Kafka. Otherwise the screens say that the message log is down.';
  metrics.gauge('vigil_dashboard_kafka_up', kafkaHelp, () => asNumber(figures()?.hub.health().kafka === 'ok'));
  const alarmsHelp =
    '0 while readings arrive but the alarm processor gives no sign of life. The screens then show a notice.';
  metrics.gauge('vigil_dashboard_alarms_up', alarmsHelp, () => asNumber(figures()?.hub.health().alarms === 'ok'));
  metrics.gauge(
    'vigil_dashboard_screens',
    'Number of open live connections of screens.',
    () => figures()?.hub.stats().screens ?? 0,
  );
  metrics.gauge(
    'vigil_dashboard_sessions',
    'Number of sessions that were used at this dashboard in the last 30 min.',
    () => figures()?.sessions() ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_answers_total',
    'Number of requests by the HTTP status of the answer. 401 and 403: refused; 429: too many; 5xx: failed.',
    () => [...answers].map(([status, n]) => [String(status), n] as const),
    'status',
  );
  screenMetrics(metrics, figures);
  reviewMetrics(metrics, figures);
  confirmationMetrics(metrics, figures, times);
  addDeliveryMetrics(metrics, () => figures()?.delivery(), callTimes);
  const auditHelp =
    'Number of audit records that wait for Kafka. The request of such a record waits, too, and is refused after 4 s.';
  metrics.gauge('vigil_dashboard_audit_waiting', auditHelp, () => figures()?.auditWaiting() ?? 0);
  metrics.gauge(
    'vigil_dashboard_append_bytes',
    'Bytes of records that wait for Kafka.',
    () => figures()?.appendBytes() ?? 0,
  );
  const unreadableHelp =
    'Number of records that could not be decrypted or did not match their schema. The log of the process names each.';
  metrics.counter('vigil_dashboard_unreadable_total', unreadableHelp, () => figures()?.unreadable() ?? 0);
  return metrics;
}

function confirmationMetrics(
  metrics: Metrics,
  figures: () => DashboardFigures | undefined,
  times: ConfirmationTimes,
): void {
  const confirmations = () => figures()?.hub.confirmationFigures;
  metrics.gauge(
    'vigil_dashboard_unconfirmed_alarms',
    'Number of alarms that a screen has not confirmed in time, now. An alarm counts once for each such screen.',
    () => confirmations()?.unconfirmed ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_confirmations_missed_total',
    'How often a screen did not confirm an alarm in time. unwatched: no other screen watched the ward.',
    () => [
      ['watched', confirmations()?.total.watched ?? 0],
      ['unwatched', confirmations()?.total.unwatched ?? 0],
    ],
    'ward',
  );
  metrics.counter(
    'vigil_dashboard_unknown_reports_total',
    'Number of reports of screens about an alarm or a revision that they did not have, or that had just ended.',
    () => figures()?.hub.stats().unknownReports ?? 0,
  );
  metrics.gauge(
    'vigil_dashboard_kept_waits_sessions',
    'Number of logins whose last page closed within 5 min and had not confirmed some alarms. Their next page continues the waiting times. Maximum 1,000.',
    () => figures()?.hub.stats().keptSessions ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_kept_waits_forgotten_total',
    'Number of sessions (above 1,000 logins) and of alarms (above 500 of a login) whose waiting times were not kept for the next page. On the next page, their waiting times start again.',
    () => Object.entries(figures()?.hub.stats().forgottenWaits ?? { sessions: 0, alarms: 0 }),
    'what',
  );
  metrics.counter(
    'vigil_dashboard_shown_left_out_total',
    'Number of first paintings and soundings of alarms that could not be written into the log. For these, explain says "not known".',
    () => figures()?.shownLeftOut() ?? 0,
  );
  metrics.gauge(
    'vigil_dashboard_ward_sounds',
    'Number of wards whose sound a screen of this dashboard has. unheard: that screen does not sound, so every screen does.',
    () => Object.entries(figures()?.hub.sound.count() ?? { sounding: 0, unheard: 0 }),
    'state',
  );
  const paintedHelp = 'Time from the raising of an alarm until the first screen of this dashboard painted it.';
  metrics.histogram('vigil_alarm_painted_seconds', paintedHelp, times.painted, 0.001);
  const soundedHelp = 'Time from the raising of an alarm until the first screen of this dashboard sounded it.';
  metrics.histogram('vigil_alarm_sounded_seconds', soundedHelp, times.sounded, 0.001);
}

function screenMetrics(metrics: Metrics, figures: () => DashboardFigures | undefined): void {
  const stats = () => figures()?.hub.stats();
  metrics.counter(
    'vigil_dashboard_screens_ended_total',
    'Number of screens that were closed because they were too slow (resync) or because an account or the server had too many (too-many).',
    () => [
      ['resync', stats()?.closedForResync ?? 0],
      ['too-many', stats()?.tooMany ?? 0],
    ],
    'cause',
  );
  metrics.counter(
    'vigil_dashboard_left_out_total',
    'Number of messages that were left out for slow screens. Alarms are never left out.',
    () => [
      ['waves', stats()?.skippedWaves ?? 0],
      ['numerics', stats()?.skippedNumerics ?? 0],
    ],
    'what',
  );
  const unseenHelp = 'Number of present alarms of devices without a bed that no open screen may show.';
  metrics.gauge('vigil_dashboard_unseen_alarms', unseenHelp, () => figures()?.hub.health().unseenAlarms ?? 0);
  const noNurseHelp =
    'Number of beds with a patient for which no nurse has accepted, in wards that use the assignment board.';
  metrics.gauge('vigil_dashboard_beds_without_nurse', noNurseHelp, () => figures()?.dutyGaps().noNurse ?? 0);
  const overdueHelp = 'Number of beds with a patient whose nurse’s shift is over and which nobody has taken over.';
  metrics.gauge('vigil_dashboard_beds_overdue', overdueHelp, () => figures()?.dutyGaps().overdue ?? 0);
  const unregisteredHelp = 'Number of accounts and devices at wards or beds that are not registered.';
  metrics.gauge('vigil_dashboard_unregistered', unregisteredHelp, () => figures()?.hub.health().unregistered ?? 0);
}

function reviewMetrics(metrics: Metrics, figures: () => DashboardFigures | undefined): void {
  metrics.gauge(
    'vigil_dashboard_reviewed_alarms',
    'Number of alarms in the alarm history. Maximum 100,000.',
    () => figures()?.review.alarms.size ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_reviewed_left_out_total',
    'Number of alarms that the alarm history removed early because of its maximum. Its page says since when it is complete.',
    () => figures()?.review.leftOut ?? 0,
  );
}
