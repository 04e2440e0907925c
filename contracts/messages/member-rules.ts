/**
 * Sentences that say what each member of a device's message must be, for the person who connects the device. The
 * gateway sends them to the device as reason strings and stores them in `rejected`. The sentences repeat no text that a
 * device sent.
 */
import { technicalConditions } from '../parameters.ts';
import { priorities } from '../priorities.ts';
import { alertKinds } from './alarms.ts';
import { chunkMsMax, NumericValue, Observation, Status, StatusDevice, TechnicalCondition, Waveform } from './device.ts';
import { alertTextMax, DeviceAlert, DeviceAlerts, deviceSounds } from './device-alerts.ts';

/** Path of the file with the codes and units, relative to the root of the repository. */
export const tableFile = 'contracts/parameters.ts';

export const instantRule = 'an instant in UTC with milliseconds, for example 2026-03-01T12:00:00.000Z';

/**
 * The rule for each member, by its name. If a name has two meanings, the key also has the name of the list or object,
 * for example `alerts.code`.
 */
const memberRules: Readonly<Record<string, string>> = {
  boot: '1 to 64 of A-Z a-z 0-9 . _ -',
  seq: 'a whole number from 1',
  time: instantRule,
  start: instantRule,
  intervalMs: 'a whole number of ms from 100 to 86400000',
  values: 'a list of 1 to 64 numerics',
  code: `a code of ${tableFile}, for example MDC_ECG_HEART_RATE`,
  value: 'a number; if it is missing, validity says why',
  unit: `the unit of the code in ${tableFile}, as text`,
  validity: 'invalid, questionable or calibrating, or left out',
  rateHz: 'a number from 1 to 2000',
  scale: 'a number',
  offset: 'a number',
  samples: `base64 of little-endian 16-bit numbers, at most ${chunkMsMax / 1000} s of them`,
  online: 'true or false',
  device: 'an object with manufacturer and model, each text of at most 80 characters',
  'device.serial': 'text of at most 80 characters, or left out',
  'device.firmware': 'text of at most 80 characters, or left out',
  conditions: 'a list of at most 64 technical conditions',
  condition: `one of ${Object.keys(technicalConditions).join(', ')}`,
  present: 'true or false',
  alerts: 'a list of your alarms, empty if you have no alarm',
  'alerts.code': '1 to 64 of A-Z a-z 0-9 . _ : -',
  priority: listText(priorities),
  kind: listText(alertKinds),
  text: `text of 1 to ${alertTextMax} characters`,
  since: instantRule,
  parameter: `a code of ${tableFile}, or left out`,
  side: 'low or high, or left out',
  'alerts.value': 'a number, or left out',
  limit: 'a number, or left out',
  signal: `${listText([...deviceSounds, 'latched', 'acknowledged'])}, or left out`,
  sound: `${listText(deviceSounds)}, or left out`,
  pausedUntil: `${instantRule}, or left out`,
};

/** Names that a sentence may contain. Other names come from the device. */
const schemaNames = new Set(
  [Observation, Waveform, Status, DeviceAlerts, NumericValue, DeviceAlert, TechnicalCondition, StatusDevice].flatMap(
    (schema) => Object.keys(schema.properties),
  ),
);

/** A schema error, as typebox reports it. */
export type SchemaError = { readonly instancePath: string; readonly keyword: string; readonly params: object };

/**
 * Returns which part of a message is wrong and what this part must be, without a full stop: `online must be true or
 * false`.
 * @param at path of the checked part in the message: `['alerts', '2']`
 */
export function misfitText(error: SchemaError | undefined, at: readonly string[] = []): string {
  const path = [...at, ...(error?.instancePath ?? '').split('/').slice(1)];
  const missingNames = missingOf(error).filter((name) => schemaNames.has(name));
  if (missingNames.length > 0)
    return `${path.length === 0 ? 'it' : pathText(path)} has no ${missingNames.join(' and no ')}`;
  if (path.length === 0) return 'it must be a JSON object';
  return requirementText(path);
}

/** Returns what a member must be. @param path the names and list positions that lead to the member */
export function requirementText(path: readonly string[]): string {
  const name = path.findLast((part) => schemaNames.has(part)) ?? '';
  const rule = isListIndex(path.at(-1)) ? 'an object' : (memberRules[`${path[0]}.${name}`] ?? memberRules[name]);
  return `${pathText(path)} ${rule === undefined ? 'cannot be used' : `must be ${rule}`}`;
}

function missingOf(error: SchemaError | undefined): readonly string[] {
  return error?.keyword === 'required' ? (error.params as { requiredProperties: string[] }).requiredProperties : [];
}

/**
 * Returns the path as text, for example `values[0].unit`. The text ends before the first name that is not in our
 * schemas.
 */
function pathText(path: readonly string[]): string {
  const end = path.findIndex((part) => !schemaNames.has(part) && !isListIndex(part));
  const knownPath = end === -1 ? path : path.slice(0, end);
  const text = knownPath.map((part, i) => (isListIndex(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
  return text === '' ? 'a member' : text;
}

function isListIndex(part: string | undefined): boolean {
  return part !== undefined && /^\d{1,5}$/.test(part);
}

function listText(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
