/** How often Kafka keeps each record: the one setting of it, for the brokers that `npm start` runs and for the topics anywhere. */
import type { Setting } from '../../process/settings.ts';

/** How many copies of each partition there are, and how many of them an acknowledgement waits for at least. */
export type Replication = { readonly factor: number; readonly inSyncMin: number };

export const oneCopy: Replication = { factor: 1, inSyncMin: 1 };
/** With one broker lost, the other two still take readings; with two lost, nobody is told that a reading is kept. */
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
