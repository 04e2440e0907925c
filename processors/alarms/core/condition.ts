/** What detectors find, and what the alarms are made from. Times are ms since 1970, in the device's time unless said otherwise. */
import type { AlertKind, Priority } from '../../../contracts/messages/alarms.ts';

/** A condition that holds. */
export type Condition = {
  /** Unique in an association. */
  readonly key: string;
  /** As in contracts/messages/alarms.ts. Two keys may have one, such as a device's own condition of two parameters. */
  readonly name: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** Conditions of one cause: only the one of the highest rank calls. */
  readonly chain: string;
  readonly rank: number;
  /** Chains of which any condition stands for this one, too: a parameter is silent where the whole device is. */
  readonly under?: readonly string[];
  /** The device's own alarm; absent: Vigil's. */
  readonly origin?: 'device';
  /** It is shown and kept on record, and does not call: with the name of the one that calls for it, where there is one. */
  readonly quiet?: boolean;
  readonly listedUnder?: string;
  readonly text: string;
  readonly code?: string;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly onset: number;
  /** When its delay had passed. */
  readonly determined: number;
  /** When `value` was measured. */
  readonly valueAt: number;
  /** How far beyond the limit. */
  readonly excess: number;
  /** Inside the limit by now, though not for long enough to be over. */
  readonly clearing?: boolean;
  /** Clearing, and a graver limit stood for it at each value at which it held: it has never called. */
  readonly stoodFor?: boolean;
  /** It keeps an alarm that is there, and raises none. */
  readonly onlyGoesOn?: boolean;
  /** Since when it holds, where that is later than its onset: until then it was judged otherwise, or the device did not say it. */
  readonly resumedAt?: number;
  /** From readings that were not about now when they came. */
  readonly late: boolean;
  /** From a reading that came after later ones: what it shows may have been an alarm already. */
  readonly outOfOrder: boolean;
};

/**
 * A condition that held and was over by the time it was found, since readings came in another order; or (`endedAt` infinite) one that goes
 * on, and called before a graver one came to stand for it.
 */
export type Episode = { readonly condition: Condition; readonly endedAt: number };
