/** The conditions of devices' own alarms that a hospital adds to the built-in table, or words otherwise. */
import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type AlertCode, builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { VigilError } from '../../contracts/errors.ts';
import { DeviceAlert } from '../../contracts/messages/device-alerts.ts';
import { parameters } from '../../contracts/parameters.ts';
import { textFault } from '../../contracts/text.ts';

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

/**
 * The table of a file over the built-in one: `{"codes": {"ACME_LINE": {"text": "Line kinked", "parameter": "MDC_…", "side": "low"}}}`.
 * @param path empty: only what is built in
 * @throws VigilError `settings-invalid`: no JSON, another shape, a code or a text that cannot be used
 */
export function readAlertCodes(path: string): ReadonlyMap<string, AlertCode> {
  if (path === '') return builtInAlertCodes;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new VigilError('settings-invalid', `The file that ${setting} names does not hold JSON.`, { cause });
  }
  if (!check.file.Check(given)) {
    const where = check.file.Errors(given)[0]?.instancePath || 'its root';
    throw new VigilError('settings-invalid', `The file that ${setting} names is not right at ${where}.`);
  }
  const { codes } = given as Static<typeof File>;
  for (const [code, { text }] of Object.entries(codes)) {
    const fault = check.code.Check(code) ? textFault(text) : 'has a name that no device can send';
    if (fault) throw new VigilError('settings-invalid', `In the file that ${setting} names, "${code}" ${fault}.`);
  }
  return new Map([...builtInAlertCodes, ...Object.entries(codes)]);
}
