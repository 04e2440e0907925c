/**
 * Builds texts about refused messages, for the person who connects a device. A text says what is wrong and what would
 * be right. It contains only names and list positions that Vigil knows, and codes of the form `MDC_…`. Any other text
 * from the device may be a patient's name, so it is left out.
 */
import { instantRule, misfitText, type SchemaError, tableFile } from '../../contracts/messages/member-rules.ts';
import { parameters } from '../../contracts/parameters.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import type { ValueFault } from './values.ts';

/** Returns the text for a message that does not fit the schema of its topic; names the first error. */
export function schemaRefusal(kind: DeviceTopicKind, errors: readonly SchemaError[]): string {
  return `The payload does not fit ${kind}: ${misfitText(errors[0])}.`;
}

/** Returns the text for a numeric that cannot be used. The text names the parameter, but not the value. */
export function valueRefusal(fault: ValueFault, code: string): string {
  const { unit, min, max } = parameters.get(code) ?? { unit: '', min: 0, max: 0 };
  switch (fault) {
    case 'code-unknown':
      return `${code} is not in the table of parameters, ${tableFile}.`;
    case 'unit-unknown':
      return `${code} has a wrong unit: it must be in ${unit}.`;
    case 'value-implausible':
      return `${code} has a value that is not possible in a human body: it must be from ${min} to ${max} ${unit}.`;
    case 'payload-schema':
      return `${code} has no value. Send a value, or a validity that says why there is no value.`;
  }
}

export const noInstantRefusal = `The time does not exist in the calendar. It must be ${instantRule}.`;

/** @param allowedMs how far the time may be ahead, ms */
export function aheadRefusal(allowedMs: number, nowMs: number): string {
  return `The time is more than ${durationText(allowedMs)} ahead of the gateway's time, ${formatInstant(nowMs)}. Set the device's clock.`;
}

/** @param allowedMs how old a reading may be, ms */
export function tooOldRefusal(allowedMs: number, nowMs: number): string {
  return `The time is more than ${durationText(allowedMs)} before the gateway's time, ${formatInstant(nowMs)}. Set the device's clock, or do not send readings that are so old.`;
}

/** The text for a reading whose patient is not known, if the budget for such readings is spent (rejected-budget.ts). */
export const apartBudgetRefusal =
  'The reading is not kept: it is not clear which patient it belongs to, and the space for such readings is full. Set the clock, send a birth message with its time, and send the reading again later.';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** Returns a duration in the largest unit that gives a whole number: `5 min` for 300,000 ms. */
function durationText(ms: number): string {
  const [name, size] = units.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / size} ${name}`;
}
