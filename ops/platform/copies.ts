/**
 * The setting for the number of copies of each record in Kafka. The setting decides how many brokers `npm start` runs,
 * and how many copies a topic has.
 */
import type { Setting } from '../../process/settings.ts';

/**
 * `factor` is the number of copies of each partition. `inSyncMin` copies must have a record before it is acknowledged.
 */
export type Replication = { readonly factor: number; readonly inSyncMin: number };

export const oneCopy: Replication = { factor: 1, inSyncMin: 1 };
/** If one of three brokers fails, readings are still acknowledged. If two brokers fail, no reading is acknowledged. */
export const threeCopies: Replication = { factor: 3, inSyncMin: 2 };

export const copiesSetting = {
  kind: 'choice',
  env: 'VIGIL_KAFKA_COPIES',
  help: 'copies that Kafka keeps of each record, each on another broker; with 3, a reading is acknowledged when two brokers have it',
  choices: ['1', '3'],
  fallback: '1',
} as const satisfies Setting;

export function replicationOf(copies: string): Replication {
  return copies === '3' ? threeCopies : oneCopy;
}
