/**
 * Says in one sentence what is wrong with a message and what would be right, for the person who connects a device. A sentence holds our
 * own names, list positions and codes, never other text of the device: that may be a patient's name.
 */
import { instantRule, misfitText, type SchemaError, tableFile } from '../../contracts/messages/member-rules.ts';
import { parameters } from '../../contracts/parameters.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import type { ValueFault } from './values.ts';

export function schemaRefusal(kind: DeviceTopicKind, errors: readonly SchemaError[]): string {
  return `The payload does not fit ${kind}: ${misfitText(errors[0])}.`;
}

/** Names the parameter and what would be right, never the value. */
export function valueRefusal(fault: ValueFault, code: string): string {
  const { unit, min, max } = parameters.get(code) ?? { unit: '', min: 0, max: 0 };
  switch (fault) {
    case 'code-unknown':
      return `${code} is not in the table of parameters, ${tableFile}.`;
    case 'unit-unknown':
      return `${code} comes in another unit: it must be in ${unit}.`;
    case 'value-implausible':
      return `${code} has a value that no body yields: ${min} to ${max} ${unit} are taken.`;
    case 'payload-schema':
      return `${code} has no value, and no validity that says why.`;
  }
}

export const noInstantRefusal = `The time is no instant of the calendar. It must be ${instantRule}.`;

export function aheadRefusal(byMs: number, nowMs: number): string {
  return `The time is more than ${spanText(byMs)} ahead of the gateway, where it is ${formatInstant(nowMs)}: set the device's clock.`;
}

export function tooOldRefusal(byMs: number, nowMs: number): string {
  return `The time is more than ${spanText(byMs)} ago; at the gateway it is ${formatInstant(nowMs)}: set the device's clock, or drop what is so old.`;
}

/** For a reading of unclear owner, when no more of such readings are kept (rejected-budget.ts). */
export const apartBudgetRefusal =
  'Not kept: it is not clear whose it is, and no more of such readings are kept now. Set the clock, send a birth message with its time, and send this again later.';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** Writes the time in the largest unit of which it is a whole number. */
function spanText(ms: number): string {
  const [name, size] = units.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / size} ${name}`;
}
