/**
 * What is wrong with a message and what would be right, in one sentence for who connects a device. A sentence says our own names, numbers
 * of a place and codes, never what a device called or said otherwise: that may be a patient's name.
 */
import { chunkMsMax, NumericValue, Observation, Status, Waveform } from '../../contracts/messages/device.ts';
import { DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { parameters } from '../../contracts/parameters.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import type { ValueFault } from './values.ts';

/** Where the codes and units are, from the root of the repository. */
export const tableFile = 'contracts/parameters.ts';

const instant = 'an instant in UTC with milliseconds, as 2026-03-01T12:00:00.000Z';

/** What a member must be, by its name. */
const rules: Readonly<Record<string, string>> = {
  boot: '1 to 64 of A-Z a-z 0-9 . _ -',
  seq: 'a whole number from 1',
  time: instant,
  start: instant,
  intervalMs: 'a whole number of ms from 100 to 86400000',
  values: 'a list of 1 to 64 numerics',
  code: `a code of ${tableFile}, as MDC_ECG_HEART_RATE`,
  value: 'a number; where there is none, validity says why',
  unit: `the unit of the code in ${tableFile}, as text`,
  validity: 'invalid, questionable or calibrating, or left out',
  rateHz: 'a number from 1 to 2000',
  scale: 'a number',
  offset: 'a number',
  samples: `base64 of little-endian 16-bit numbers, at most ${chunkMsMax / 1000} s of them`,
  online: 'true or false',
  alerts: 'a list of your alarms, empty where there is none',
};

/** Names that a sentence may repeat: those of our schemas. */
const ourNames = new Set(
  [Observation, Waveform, Status, DeviceAlerts, NumericValue].flatMap((schema) => Object.keys(schema.properties)),
);

/** What a schema found, as typebox says it. */
export type SchemaError = { readonly instancePath: string; readonly keyword: string; readonly params: object };

export function misfitWords(kind: DeviceTopicKind, errors: readonly SchemaError[]): string {
  return `The payload does not fit ${kind}: ${reasonOf(errors[0])}.`;
}

function reasonOf(error: SchemaError | undefined): string {
  const path = (error?.instancePath ?? '').split('/').slice(1);
  const missing = missingOf(error).filter((name) => ourNames.has(name));
  if (missing.length > 0) return `${path.length === 0 ? 'it' : placeOf(path)} has no ${missing.join(' and no ')}`;
  if (path.length === 0) return 'it must be a JSON object';
  const name = path.findLast((part) => ourNames.has(part));
  const rule = isPlace(path.at(-1)) ? 'an object' : name === undefined ? undefined : rules[name];
  return `${placeOf(path)} ${rule === undefined ? 'cannot be used' : `must be ${rule}`}`;
}

function missingOf(error: SchemaError | undefined): readonly string[] {
  return error?.keyword === 'required' ? (error.params as { requiredProperties: string[] }).requiredProperties : [];
}

/** `values[0].unit`; a name that is not ours ends it. */
function placeOf(path: readonly string[]): string {
  const end = path.findIndex((part) => !ourNames.has(part) && !isPlace(part));
  const ours = end === -1 ? path : path.slice(0, end);
  const words = ours.map((part, i) => (isPlace(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
  return words === '' ? 'a member' : words;
}

function isPlace(part: string | undefined): boolean {
  return part !== undefined && /^\d{1,3}$/.test(part);
}

/** Names the parameter and what is right, never the value. */
export function valueWords(fault: ValueFault, code: string): string {
  const { unit, min, max } = parameters.get(code) ?? { unit: '', min: 0, max: 0 };
  switch (fault) {
    case 'code-unknown':
      return `${code} is not in the table of parameters, ${tableFile}.`;
    case 'unit-unknown':
      return `${code} comes in another unit: it must be in ${unit}.`;
    case 'value-implausible':
      return `${code} has a value that no body yields: ${min} to ${max} ${unit} are taken.`;
    case 'payload-schema':
      return `${code} has neither a value nor a validity that says why there is none.`;
  }
}

export const noInstantWords = `The time is no instant of the calendar. It must be ${instant}.`;

export function aheadWords(byMs: number, nowMs: number): string {
  return `The time is more than ${spanText(byMs)} ahead of the gateway, where it is ${formatInstant(nowMs)}: set the device's clock.`;
}

export function agoWords(byMs: number, nowMs: number): string {
  return `The time is more than ${spanText(byMs)} ago; at the gateway it is ${formatInstant(nowMs)}: set the device's clock, or drop what is so old.`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** In the largest unit of which it is a whole number. */
function spanText(ms: number): string {
  const [name, size] = units.find(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size} ${name}`;
}
