/** The dashboard's metrics about the delivery of alarms to persons. ops/prometheus/alerts.yml uses their names. */
import type { Metrics } from '../../process/metrics.ts';
import type { CallTimes, DeliveryFigures } from './live/delivery-writer.ts';

export type DeliveryState = {
  /** True if the delivery process gives signs of life, and also if no ward has assignments. */
  readonly isRunning: boolean;
  /** Whether this server reached the end of the deliveries within the last `deliveriesUnreadMs`. */
  readonly isRead: boolean;
  /** Time since this server last reached the end of the deliveries, ms. */
  readonly readAgoMs: number;
  readonly figures: DeliveryFigures;
};

/** @param state returns undefined until the server has started */
export function addDeliveryMetrics(metrics: Metrics, state: () => DeliveryState | undefined, times: CallTimes): void {
  metrics.gauge(
    'vigil_dashboard_delivery_up',
    '0 while a ward has assignments but no delivery process gives a sign of life. Then nobody is called, and the screens show a notice.',
    () => (state()?.isRunning === false ? 0 : 1),
  );
  metrics.gauge(
    'vigil_dashboard_deliveries_age_seconds',
    'Time since this server last reached the end of the deliveries. Above 10 s the screens show a notice.',
    () => (state()?.readAgoMs ?? 0) / 1_000,
  );
  const receipts = () => state()?.figures.receipts;
  metrics.counter(
    'vigil_dashboard_call_receipts_total',
    'Number of confirmations that were written: calls that a page painted, push messages on a device, and canaries.',
    () => [
      ['painted', receipts()?.painted ?? 0],
      ['on-device', receipts()?.onDevice ?? 0],
      ['check', receipts()?.checks ?? 0],
    ],
    'what',
  );
  metrics.counter(
    'vigil_dashboard_unknown_receipts_total',
    'Number of ignored confirmations: the person did not have the call or canary, or did not have it any more.',
    () => state()?.figures.unknownReceipts ?? 0,
  );
  metrics.counter(
    'vigil_dashboard_receipts_lost_total',
    'Number of confirmations that Kafka did not take. The delivery process then calls the next person.',
    () => state()?.figures.lostReceipts ?? 0,
  );
  const answers = () => state()?.figures.answers;
  metrics.counter(
    'vigil_dashboard_call_answers_total',
    'Number of answers of persons. unknown: the delivery process did not confirm the answer in 5 s.',
    () => [
      ['taken', answers()?.taken ?? 0],
      ['no-effect', answers()?.noEffect ?? 0],
      ['unknown', answers()?.unknown ?? 0],
    ],
    'result',
  );
  const calledHelp = 'Time from a call until a page of the called person first painted it.';
  metrics.histogram('vigil_call_painted_seconds', calledHelp, times.sinceCalled, 0.001);
  const raisedHelp = 'Time from the raising of an alarm until a page of the first called person painted the call.';
  metrics.histogram('vigil_alarm_call_painted_seconds', raisedHelp, times.sinceRaised, 0.001);
}
