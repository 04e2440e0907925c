/** The topics that only one process may write at a time. */
import type { KafkaTopic, Service } from './topics.ts';

/**
 * Topics that only one process of a service may write at a time, because a change depends on all earlier records. The
 * process must take the turn (log/kafka/turn.ts); `id` is Kafka's transactional id. The operator's tools write without
 * a turn.
 */
export const turns = {
  associations: { service: 'dashboard', id: 'dashboard-associations' },
  assignments: { service: 'dashboard', id: 'dashboard-assignments' },
  deliveries: { service: 'delivery', id: 'delivery-deliveries' },
} as const satisfies Partial<Record<KafkaTopic, { readonly service: Service; readonly id: string }>>;
export type TurnTopic = keyof typeof turns;
