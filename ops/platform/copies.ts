/** The number of copies that Kafka keeps of each record: one setting, for the brokers that `npm start` runs and for topics anywhere. */
import type { Setting } from '../../process/settings.ts';

/** The number of copies of each partition, and how many of them must exist for an acknowledgement. */
export type Replication = { readonly factor: number; readonly inSyncMin: number };

export const oneCopy: Replication = { factor: 1, inSyncMin: 1 };
/** With one broker lost, the other two still take readings. With two lost, no reading is acknowledged. */
export const threeCopies: Replication = { factor: 3, inSyncMin: 2 };

export const copiesSetting = {
  kind: 'choice',
  env: 'VIGIL_KAFKA_COPIES',
  help: 'copies that Kafka keeps of each record, each on a broker of its own; with 3, two of them must have a reading before it is acknowledged',
  choices: ['1', '3'],
  fallback: '1',
} as const satisfies Setting;

export function replicationOf(copies: string): Replication {
  return copies === '3' ? threeCopies : oneCopy;
}
