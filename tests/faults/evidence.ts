import type { StoredReading, Verdict } from './verdict.ts';

/** Result of the comparison for a fleet of devices. */
export type Evidence = {
  readonly verdict: Verdict;
  /** Number of acknowledgements that came before the acknowledgement of an earlier packet of the same connection. */
  readonly outOfOrder: number;
  /** All readings of these devices in Kafka. */
  readonly stored: readonly StoredReading[];
};
