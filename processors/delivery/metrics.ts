/**
 * Counts what the process decides and sends, and defines its metrics for Prometheus. The alerts in
 * ops/prometheus/alerts.yml use the names of the metrics.
 */
import { type DeliveryRecord, wardNotices } from '../../contracts/messages/deliveries.ts';
import { deliveryChannels } from '../../contracts/messages/delivery-policy.ts';
import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createHistogram, observe } from '../../process/histogram.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import type { OperatorFile } from '../../process/operator-file.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import { type Book, wayOf } from './core/book.ts';
import { shownNotice } from './core/state.ts';
import type { ReachCount } from './reach/canaries.ts';

/** The values of the running process that the metrics show. */
export type Running = {
  readonly owner: number;
  readonly alarms: number;
  readonly waiting: number;
  readonly unsent: number;
  readonly sending: number;
  readonly refused: number;
  /** Time since the process was last at the end of the inputs, or of the tables, s. */
  readonly unreadSeconds: ReadonlyMap<string, number>;
  readonly notices: ReadonlyMap<string, number>;
  readonly reach: readonly ReachCount[];
  /** Records of the tables that cannot be read, by topic. */
  readonly unreadable: ReadonlyMap<string, number>;
};

export type DeliveryCounts = ReturnType<typeof createCounts>;

/** Creates the counts of the process. All counts are 0 at the start of the process. */
export function createCounts() {
  const calls = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const messages = new Map<string, number>();
  const receipts = new Map<string, number>();
  const answers = new Map<string, number>();
  const add = (counts: Map<string, number>, label: string) => counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    ...{ calls, outcomes, messages, receipts, answers },
    sessions: 0,
    failures: 0,
    restoreMs: 0,
    restoredRecords: 0,
    leftOut: 0,
    /**
     * `toMessageMs`: from the onset, escalation or re-alarm to each message whose most urgent call is the first call of
     * its round. The first call of each round counts, once for each channel.
     * `toReceiptMs`: from a call to each further stage of its message.
     */
    toMessageMs: createHistogram(10, 16),
    toReceiptMs: createHistogram(10, 16),
    /** @param book has the alarms of the records @param nowMs when the records were committed */
    note(records: readonly DeliveryRecord[], book: Book, nowMs: number): void {
      for (const { event } of records) {
        switch (event.type) {
          case 'called':
            add(calls, event.call.duty);
            break;
          case 'call-ended':
            add(outcomes, event.outcome);
            break;
          case 'accepted':
          case 'rejected':
            add(outcomes, event.type);
            break;
          case 'message': {
            add(messages, event.channel);
            const alarm = book.state.alarms.get(event.calls[0]!.alarmId);
            const isFirst = event.calls[0]!.callId.endsWith('/1');
            if (alarm && isFirst) observe(this.toMessageMs, Math.max(0, nowMs - alarm.freshAtMs));
            break;
          }
          case 'receipt': {
            add(receipts, event.stage ?? `${event.failure?.class ?? 'unknown'} failure`);
            const way = wayOf(book, event.alarmId, event.callId, event.channel);
            const calledAtMs = book.tracks.get(event.alarmId)?.get(event.callId)?.calledAtMs;
            if (event.stage && way?.atMs === event.atMs && calledAtMs !== undefined)
              observe(this.toReceiptMs, Math.max(0, event.atMs - calledAtMs));
            break;
          }
          case 'answer-seen':
            add(answers, event.taken ? 'taken' : 'without effect');
            break;
          default:
            break;
        }
      }
    },
  };
}

/** Returns the number of alarms for each notice of a ward. */
export function noticesOf({ state }: Book): ReadonlyMap<string, number> {
  const counts = new Map<string, number>(wardNotices.map((notice) => [notice, 0]));
  for (const { round } of state.alarms.values()) {
    const notice = shownNotice(round);
    if (notice) counts.set(notice, (counts.get(notice) ?? 0) + 1);
  }
  return counts;
}

export function deliveryMetrics(options: {
  readonly counts: DeliveryCounts;
  readonly running: () => Running | undefined;
  readonly clock?: SystemClock;
  readonly policy: Pick<OperatorFile<unknown>, 'changesAccepted' | 'isRefused'>;
  readonly damage: () => DamageBook | undefined;
  /** Adds the metrics of the channels. */
  readonly addFurther?: (metrics: Metrics) => void;
}): Metrics {
  const { counts, running, clock, policy, damage } = options;
  const metrics = createMetrics();
  options.addFurther?.(metrics);
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, damage);
  addCertificateMetrics(metrics);
  const read = (name: Exclude<keyof Running, 'notices' | 'unreadSeconds' | 'reach' | 'unreadable'>) => () =>
    running()?.[name] ?? 0;
  metrics.gauge('vigil_delivery_owner', '1 while this process delivers; 0 while it stands by.', read('owner'));
  metrics.gauge('vigil_delivery_alarms', 'Alarms that the process follows.', read('alarms'));
  metrics.gauge('vigil_delivery_waiting', 'Inputs that wait for a decision.', read('waiting'));
  metrics.gauge('vigil_delivery_unsent', 'Messages that no channel has confirmed yet.', read('unsent'));
  metrics.gauge('vigil_delivery_sending', 'Messages that channels are sending now.', read('sending'));
  metrics.gauge(
    'vigil_delivery_ward_notices',
    'Alarms about which the ward has a technical alarm, because nobody can be called or nobody answers.',
    () => running()?.notices ?? [],
    'notice',
  );
  metrics.gauge(
    'vigil_delivery_unreadable',
    'Newest records of admissions, assignments and ways to reach persons that the process cannot read, by topic.',
    () => running()?.unreadable ?? [],
    'topic',
  );
  metrics.gauge(
    'vigil_delivery_reach',
    'Channels of persons on duty, by channel and by what their newest canary has found: reached, asked (nothing known yet) or down.',
    () => (running()?.reach ?? []).map(({ channel, state, count }) => [[channel, state], count] as const),
    'channel',
    'state',
  );
  metrics.gauge(
    'vigil_delivery_unread_seconds',
    'Time since the process had read the alarms and answers (inputs), and the assignments, places and addresses (tables), to their end.',
    () => running()?.unreadSeconds ?? [],
    'of',
  );
  metrics.gauge(
    'vigil_delivery_restore_seconds',
    'Time that the last takeover needed.',
    () => counts.restoreMs / 1_000,
  );
  metrics.gauge(
    'vigil_delivery_restored_records',
    'Records that the last takeover read.',
    () => counts.restoredRecords,
  );
  metrics.gauge(
    'vigil_delivery_policy_refused',
    '1 while the changed delivery policy is refused and the former policy is in force.',
    () => (policy.isRefused() ? 1 : 0),
  );
  metrics.counter(
    'vigil_delivery_policy_taken_total',
    'Accepted changes of the delivery policy.',
    policy.changesAccepted,
  );
  metrics.counter('vigil_delivery_sessions_total', 'How often this process began to deliver.', () => counts.sessions);
  metrics.counter(
    'vigil_delivery_failures_total',
    'How often the delivery failed and began again.',
    () => counts.failures,
  );
  addCountMetrics(metrics, counts, read);
  return metrics;
}

function addCountMetrics(metrics: Metrics, counts: DeliveryCounts, read: (name: 'refused') => () => number): void {
  metrics.counter('vigil_delivery_calls_total', 'Calls of persons, by duty.', () => counts.calls, 'duty');
  metrics.counter('vigil_delivery_outcomes_total', 'What became of calls.', () => counts.outcomes, 'outcome');
  metrics.counter(
    'vigil_delivery_messages_total',
    'Messages, by channel.',
    () => deliveryChannels.map((channel) => [channel, counts.messages.get(channel) ?? 0] as const),
    'channel',
  );
  metrics.counter(
    'vigil_delivery_receipts_total',
    'Confirmations and failures of messages.',
    () => counts.receipts,
    'stage',
  );
  metrics.counter('vigil_delivery_answers_total', 'Answers of persons.', () => counts.answers, 'result');
  metrics.counter(
    'vigil_delivery_left_out_total',
    'Records that could not be decrypted or do not match their schema, and inputs about which the rules failed. They were skipped.',
    () => counts.leftOut,
  );
  metrics.counter(
    'vigil_delivery_reach_refused_total',
    'Addresses that were refused, because there are too many.',
    read('refused'),
  );
  metrics.histogram(
    'vigil_delivery_message_seconds',
    'Time from the onset, escalation or repetition of an alarm in the engine to the commit of its first message.',
    counts.toMessageMs,
    0.001,
  );
  metrics.histogram(
    'vigil_delivery_receipt_seconds',
    'Time from a call to each further confirmation of its message.',
    counts.toReceiptMs,
    0.001,
  );
}
