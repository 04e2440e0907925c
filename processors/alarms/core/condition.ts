/**
 * The conditions that detectors find. The book makes alarms from conditions. Times are ms since 1970: device time, or
 * the clock of the gateway or of the engine if that clock noticed the condition.
 */
import type { Alarm, AlertKind, Priority } from '../../../contracts/messages/alarms.ts';

/** Something that is wrong now, about the patient or about the device. */
export type Condition = {
  /** Identifies the condition within an association. */
  readonly key: string;
  /**
   * The name in contracts/messages/alarms.ts. Two conditions may share a name, for example "sensor off" for two
   * parameters.
   */
  readonly name: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** The cause. If several conditions have one cause, only the condition with the highest rank calls. */
  readonly chain: string;
  readonly rank: number;
  /**
   * Other causes that call instead of this condition. Example: if the whole device is silent, the alarm of a silent
   * parameter does not call.
   */
  readonly yieldsTo?: readonly string[];
  /** `device`: the device raised this alarm itself. Absent: Vigil found the condition. */
  readonly origin?: 'device';
  /** The condition is shown and recorded, but does not call. */
  readonly quiet?: boolean;
  /** Name of the alarm that calls instead of this quiet condition. */
  readonly listedUnder?: string;
  readonly text: string;
  readonly code?: string;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly onset: number;
  /** The value at `onset`. Its parameter may differ from `code`, if two sensors show the condition. */
  readonly atOnset?: NonNullable<Alarm['atOnset']>;
  /** Time at which the alarm delay had passed. */
  readonly determined: number;
  /** Time at which `value` was measured. */
  readonly valueAt: number;
  /** How far the value is beyond the limit. */
  readonly excess: number;
  /** The value is inside the limit again, but not yet for long enough to end the condition. */
  readonly clearing?: boolean;
  /** The condition is clearing and has never called, because a more serious limit always called instead. */
  readonly hasNeverCalled?: boolean;
  /** The condition lets a present alarm continue, but does not raise a new alarm. */
  readonly raisesNoAlarm?: boolean;
  /**
   * The time from which the condition counts, if this time is later than the onset. Between the onset and this time,
   * another parameter was judged instead, or the device had not reported the condition yet.
   */
  readonly resumedAt?: number;
  /** The readings that show the condition were late. */
  readonly late: boolean;
  /** The reading that shows the condition came after newer readings. So the condition may already have had an alarm. */
  readonly outOfOrder: boolean;
};

/**
 * A condition that the engine finds late, because the readings came out of order. If the condition has already ended,
 * `endedAt` is its end. If `endedAt` is infinite, the condition still holds, and should have called before a more
 * serious condition called.
 */
export type Episode = { readonly condition: Condition; readonly endedAt: number };

/** Joins the conditions of two sensors: the result has the latest value and the earliest onset. */
export function joinConditions(a: Condition, b: Condition): Condition {
  const first = a.onset <= b.onset ? a : b;
  const { onset, determined, atOnset } = first;
  const { atOnset: _atOnset, ...latest } = a.valueAt >= b.valueAt ? a : b;
  return { ...latest, onset, determined, ...(atOnset && { atOnset }) };
}

/**
 * Returns a technical condition without a measured value, and with a cause of its own.
 * @param since the onset, ms since 1970
 * @param more fields that replace the default fields
 */
export function technicalCondition(
  key: string,
  priority: Priority,
  text: string,
  since: number,
  more: Partial<Condition> = {},
): Condition {
  return {
    key,
    name: key,
    kind: 'technical',
    priority,
    chain: key,
    rank: 0,
    text,
    onset: since,
    determined: since,
    valueAt: since,
    excess: 0,
    late: false,
    outOfOrder: false,
    ...more,
  };
}
