import { expect, it } from 'vitest';
import type { Health } from '../protocol/live.ts';
import { type Answers, countAnswer, type DashboardFigures, dashboardMetrics } from './metrics.ts';

const stats = {
  ...{ screens: 3, skippedWaves: 7, skippedNumerics: 5, closedForResync: 2, tooMany: 1, unknownReports: 13 },
  ...{ keptSessions: 14, forgottenWaits: { sessions: 15, alarms: 16 } },
};
const confirmationFigures = { unconfirmed: 12, total: { watched: 3, unwatched: 2 } };
const health: Health = {
  kafka: 'ok',
  alarms: 'stale',
  kafkaAt: null,
  alarmsAt: null,
  unseenAlarms: 4,
  unregistered: 6,
};
const figures: DashboardFigures = {
  hub: {
    stats: () => stats,
    health: () => health,
    confirmationFigures,
    sound: { count: () => ({ sounding: 2, unheard: 1 }) } as never,
  },
  isReady: () => true,
  sessions: () => 9,
  auditWaiting: () => 8,
  appendBytes: () => 1_000,
  unreadable: () => 11,
  shownLeftOut: () => 14,
  review: { alarms: new Map(), leftOut: 15 },
  dutyGaps: () => ({ noNurse: 13, overdue: 12 }),
  delivery: () => ({
    ...{ isRunning: false, isRead: true, readAgoMs: 1_500 },
    figures: {
      receipts: { painted: 21, onDevice: 22, checks: 23 },
      ...{ unknownReceipts: 24, lostReceipts: 25, answers: { taken: 26, noEffect: 27, unknown: 28 } },
    },
  }),
  damage: { batches: new Map(), total: 0, lastAtMs: undefined, close: () => {} },
};

it('the metrics of a dashboard that has not started are 0', async () => {
  const text = await dashboardMetrics(() => undefined, new Map()).text();
  for (const name of ['ready', 'kafka_up', 'alarms_up', 'screens', 'sessions', 'audit_waiting'])
    expect(text).toContain(`\nvigil_dashboard_${name} 0\n`);
});

it('the metrics of a dashboard have its screens, sessions, answers and waiting records', async () => {
  const answers: Answers = new Map();
  for (const status of [200, 200, 403, 429, 503]) countAnswer(answers, status);
  const text = await dashboardMetrics(() => figures, answers).text();
  for (const line of [
    'ready 1',
    'kafka_up 1',
    'alarms_up 0',
    'screens 3',
    'beds_without_nurse 13',
    'beds_overdue 12',
    'sessions 9',
    'delivery_up 0',
    'deliveries_age_seconds 1.5',
    'call_receipts_total{what="painted"} 21',
    'call_receipts_total{what="on-device"} 22',
    'call_receipts_total{what="check"} 23',
    'unknown_receipts_total 24',
    'receipts_lost_total 25',
    'call_answers_total{result="taken"} 26',
    'call_answers_total{result="no-effect"} 27',
    'call_answers_total{result="unknown"} 28',
    'answers_total{status="200"} 2',
    'answers_total{status="403"} 1',
    'answers_total{status="429"} 1',
    'answers_total{status="503"} 1',
    'screens_ended_total{cause="resync"} 2',
    'screens_ended_total{cause="too-many"} 1',
    'left_out_total{what="waves"} 7',
    'left_out_total{what="numerics"} 5',
    'unseen_alarms 4',
    'unregistered 6',
    'unconfirmed_alarms 12',
    'shown_left_out_total 14',
    'reviewed_left_out_total 15',
    'confirmations_missed_total{ward="watched"} 3',
    'confirmations_missed_total{ward="unwatched"} 2',
    'unknown_reports_total 13',
    'kept_waits_sessions 14',
    'kept_waits_forgotten_total{what="sessions"} 15',
    'kept_waits_forgotten_total{what="alarms"} 16',
    'ward_sounds{state="sounding"} 2',
    'ward_sounds{state="unheard"} 1',
    'audit_waiting 8',
    'append_bytes 1000',
    'unreadable_total 11',
  ])
    expect(text).toContain(`\nvigil_dashboard_${line}\n`);
});
