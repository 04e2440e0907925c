/**
 * Why the dashboard's `/healthz` says `degraded`, and what an operator looks at first. Names no device, person or ward.
 */
import type { Health } from '../../protocol/live.ts';

const steps: Readonly<Record<NonNullable<Health['canary']>['step'], string>> = {
  gateway: 'the gateway confirms none: look at the gateway and at the canary',
  log: 'the gateway takes them, but they are not in Kafka: look at the gateway and at Kafka',
  engine: 'they are in Kafka, but not judged: look at the alarm processor',
};

/** Returns one line for each reason; none if all is well. */
export function healthReasons({ kafka, alarms, canary }: Pick<Health, 'kafka' | 'alarms' | 'canary'>): string[] {
  const reasons: string[] = [];
  if (kafka !== 'ok') reasons.push('Kafka does not answer the dashboard: look at Kafka and at the way to it.');
  if (alarms !== 'ok') reasons.push('The alarm processor gives no sign of life: look at its log and its /healthz.');
  if (canary !== undefined) reasons.push(`Test readings do not come through: ${steps[canary.step]}.`);
  return reasons;
}
