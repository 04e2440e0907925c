/**
 * Reads the operator's file for the devices' own alarms. A row of the file adds a condition to the built-in table, or
 * replaces the row with the same code. The file may change while the process runs.
 */
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type AlertCode, builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { DeviceAlert } from '../../contracts/messages/device-alerts.ts';
import { parameters } from '../../contracts/parameters.ts';
import { textFault } from '../../contracts/text.ts';
import {
  followOperatorFile,
  type OperatorFile,
  readJsonFile,
  refusalOf,
  schemaFaults,
} from '../../process/operator-file.ts';

const noOtherFields = { additionalProperties: false } as const;
const Row = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 60 }),
    parameter: Type.Optional(Type.Enum([...parameters.keys()])),
    side: Type.Optional(Type.Enum(['low', 'high'])),
  },
  noOtherFields,
);
const File = Type.Object({ codes: Type.Record(Type.String(), Row) }, noOtherFields);
const check = { file: Compile(File), code: Compile(DeviceAlert.properties.code) };
const setting = 'VIGIL_ALERT_CODES_FILE';

/** Maximum number of rows in the file (ours). The monitors of one manufacturer have a few hundred conditions. */
export const alertCodesMax = 2_000;

export type AlertCodes = ReadonlyMap<string, AlertCode>;

/**
 * Returns the built-in table with the rows of a file: `{"codes": {"ACME_LINE": {"text": "Line kinked", "parameter":
 * "MDC_…", "side": "low"}}}`.
 * @param path path of the file. If it is empty, only the built-in table is returned.
 * @throws VigilError `settings-invalid` if the file has faults. The error names every fault with its place.
 */
export function readAlertCodes(path: string): AlertCodes {
  if (path === '') return builtInAlertCodes;
  const content = readJsonFile(setting, path);
  if (!check.file.Check(content)) throw refusalOf(setting, schemaFaults(check.file.Errors(content)));
  const rows = Object.entries((content as Static<typeof File>).codes);
  const faults = rows.flatMap(([code, { text }]) => {
    const fault = check.code.Check(code) ? textFault(text) : 'has a name that no device can send';
    return fault ? [`/codes/${code}: it ${fault}.`] : [];
  });
  if (rows.length > alertCodesMax)
    faults.push(`/codes: it has ${rows.length} rows, but at most ${alertCodesMax} are allowed.`);
  if (faults.length > 0) throw refusalOf(setting, faults);
  return new Map([...builtInAlertCodes, ...rows]);
}

/**
 * Reads the file, and reads it again when it changes. For each device, the new table is used from its next list of
 * alarms.
 */
export const followAlertCodes = (path: string, log: Logger, everyMs?: number): OperatorFile<AlertCodes> =>
  followOperatorFile({
    path,
    builtIn: builtInAlertCodes,
    read: readAlertCodes,
    what: 'the texts for the devices’ own alarms',
    log,
    everyMs,
  });
