/** The conditions of devices' own alarms that a hospital adds to the built-in table, or words otherwise. The file may change while we run. */
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

/** A hospital's table has at most so many rows (ours): monitors of one make have some hundred conditions. */
export const alertCodesMax = 2_000;

export type AlertCodes = ReadonlyMap<string, AlertCode>;

/**
 * The table of a file over the built-in one: `{"codes": {"ACME_LINE": {"text": "Line kinked", "parameter": "MDC_…", "side": "low"}}}`.
 * @param path empty: only what is built in
 * @throws VigilError `settings-invalid`: names the file's every fault with its place; nothing of such a file is used
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

/** Reads the file, and again when it changes: the next list of each device is shown by it. */
export const followAlertCodes = (path: string, log: Logger, everyMs?: number): OperatorFile<AlertCodes> =>
  followOperatorFile({
    path,
    builtIn: builtInAlertCodes,
    read: readAlertCodes,
    what: 'the words for alarms of devices',
    log,
    everyMs,
  });
