/** What detectors find. Alarms are made from it. Times are ms since 1970, in device time unless a field says otherwise. */
import type { AlertKind, Priority } from '../../../contracts/messages/alarms.ts';

/** A condition that holds. */
export type Condition = {
  /** Unique in an association. */
  readonly key: string;
  /** As in contracts/messages/alarms.ts. Two keys may share one name, such as one condition of the device for two parameters. */
  readonly name: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** Names the cause. Of the conditions of one cause only the one with the highest rank calls. */
  readonly chain: string;
  readonly rank: number;
  /** Chains that call instead of this one too: if the whole device is silent, the alarm of a silent parameter does not call. */
  readonly under?: readonly string[];
  /** `device`: the device's own alarm. Absent: Vigil's. */
  readonly origin?: 'device';
  /** It is shown and recorded, and does not call. A string names the alarm that calls instead. */
  readonly quiet?: boolean;
  readonly listedUnder?: string;
  readonly text: string;
  readonly code?: string;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly onset: number;
  /** Time at which its delay had passed. */
  readonly determined: number;
  /** Time at which `value` was measured. */
  readonly valueAt: number;
  /** How far the value is beyond the limit. */
  readonly excess: number;
  /** The value is inside the limit again, but not yet for long enough to end the condition. */
  readonly clearing?: boolean;
  /** It is clearing, and a graver limit called instead at each value beyond it. So it has never called. */
  readonly stoodFor?: boolean;
  /** It keeps a present alarm alive, but raises no new one. */
  readonly onlyGoesOn?: boolean;
  /**
   * Time since which it holds, if that is later than its onset. Before that time it was judged by other rules, or the device did not report
   * it.
   */
  readonly resumedAt?: number;
  /** It comes from readings that were already late when they came. */
  readonly late: boolean;
  /** It comes from a reading that came after newer ones. So it may have been an alarm already. */
  readonly outOfOrder: boolean;
};

/**
 * A condition that readings in another order show afterwards. Either it had ended when it was found, or (`endedAt` infinite) it goes on and
 * called before a graver one did.
 */
export type Episode = { readonly condition: Condition; readonly endedAt: number };
