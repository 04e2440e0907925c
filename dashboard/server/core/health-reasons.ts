/**
 * The reasons that the dashboard's `/healthz` gives for `degraded`, each with the first thing that the operator checks.
 * The texts name no device, person or ward.
 */
import type { Health } from '../../protocol/live.ts';

const stepTexts: Readonly<Record<NonNullable<Health['canary']>['step'], string>> = {
  gateway: 'no gateway reports them: look at the gateway and at the process that sends them',
  log: 'the gateway takes them, but they are not in Kafka: look at the gateway and at Kafka',
  engine: 'they are in Kafka, but not judged: look at the alarm processor',
};

/** Whether alarms are delivered to persons (delivery-health.ts). */
type DeliveryHealth = { readonly isRunning: boolean; readonly isRead: boolean };

/** Returns one line for each reason; an empty list if all is well. */
export function healthReasons(
  { kafka, alarms, canary }: Pick<Health, 'kafka' | 'alarms' | 'canary'>,
  delivery: DeliveryHealth = { isRunning: true, isRead: true },
): string[] {
  const reasons: string[] = [];
  if (kafka !== 'ok')
    reasons.push('Kafka does not answer the dashboard: look at Kafka and at the network between them.');
  if (alarms !== 'ok') reasons.push('The alarm processor gives no sign of life: look at its log and its /healthz.');
  if (canary !== undefined) reasons.push(`Test readings do not arrive: ${stepTexts[canary.step]}.`);
  if (!delivery.isRunning)
    reasons.push('No delivery process gives a sign of life, so nobody is called: look at its log and its /healthz.');
  if (!delivery.isRead)
    reasons.push('The deliveries of alarms cannot be read from Kafka: look at Kafka and at the log of the dashboard.');
  return reasons;
}
