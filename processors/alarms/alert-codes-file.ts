/**
 * The operator's file for the devices' own alarms: it adds conditions to the built-in table or changes their texts. The file may change
 * while the process runs.
 */
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type AlertCode, builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { DeviceAlert } from '../../contracts/messages/device-alerts.ts';
import { parameters } from '../../contracts/parameters.ts';
import { textFault } from '../../contracts/text.ts';
import { followOperatorFile, type OperatorFile, readJsonFile, refused, schemaFaults } from './operator-file.ts';

const closed = { additionalProperties: false } as const;
const Row = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 60 }),
    parameter: Type.Optional(Type.Enum([...parameters.keys()])),
    side: Type.Optional(Type.Enum(['low', 'high'])),
  },
  closed,
);
const File = Type.Object({ codes: Type.Record(Type.String(), Row) }, closed);
const check = { file: Compile(File), code: Compile(DeviceAlert.properties.code) };
const setting = 'VIGIL_ALERT_CODES_FILE';

/** A hospital's table has at most this many rows (ours): the monitors of one make have some hundred conditions. */
export const alertCodesMax = 2_000;

export type AlertCodes = ReadonlyMap<string, AlertCode>;

/**
 * Returns the built-in table with the rows of a file: `{"codes": {"ACME_LINE": {"text": "Line kinked", "parameter": "MDC_…", "side":
 * "low"}}}`.
 * @param path empty: only the built-in table
 * @throws VigilError `settings-invalid`: names every fault of the file with its place; no part of such a file is used
 */
export function readAlertCodes(path: string): AlertCodes {
  if (path === '') return builtInAlertCodes;
  const given = readJsonFile(setting, path);
  if (!check.file.Check(given)) throw refused(setting, schemaFaults(check.file.Errors(given)));
  const rows = Object.entries((given as Static<typeof File>).codes);
  const faults = rows.flatMap(([code, { text }]) => {
    const fault = check.code.Check(code) ? textFault(text) : 'has a name that no device can send';
    return fault ? [`/codes/${code}: it ${fault}.`] : [];
  });
  if (rows.length > alertCodesMax)
    faults.push(`/codes: it has ${rows.length} rows: at most ${alertCodesMax} are taken.`);
  if (faults.length > 0) throw refused(setting, faults);
  return new Map([...builtInAlertCodes, ...rows]);
}

/** Reads the file, and reads it again when it changes. The next list of each device uses the new table. */
export const followAlertCodes = (path: string, log: Logger, everyMs?: number): OperatorFile<AlertCodes> =>
  followOperatorFile({
    path,
    builtIn: builtInAlertCodes,
    read: readAlertCodes,
    what: 'the words for alarms of devices',
    log,
    everyMs,
  });
