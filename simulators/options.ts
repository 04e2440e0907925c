/** Reads the command line of `npm run simulate`. */
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { deviceIdPattern } from '../contracts/topics.ts';
import { scenarioNames, scenarios } from './core/scenario.ts';

export type Options = {
  readonly beds: number;
  readonly prefix: string;
  readonly first: number;
  readonly scenario: string;
  /** Undefined if the speed of the scenario is used. */
  readonly speed: number | undefined;
  readonly loop: boolean;
  readonly durationMs: number | undefined;
  readonly seed: number | undefined;
  readonly waves: boolean;
  readonly waveQos: 0 | 1;
  readonly protocol: 4 | 5;
  readonly recordings: readonly string[];
  readonly url: string | undefined;
  readonly certs: string | undefined;
  readonly ca: string | undefined;
  readonly issue: boolean;
  readonly json: boolean;
  readonly inspect: boolean;
  readonly help: boolean;
};

/** Maximum number of beds in one process. */
const bedsMax = 2_000;

const scenarioList = scenarios.map((scenario) => `    ${scenario.name.padEnd(14)} ${scenario.text}`).join('\n');

export const helpText = `Replays recordings of real patients as simulated bedside devices, over MQTT with client certificates.

  npm run simulate -- --beds 200 --scenario sepsis

  --beds <n>         number of devices, 1 to ${bedsMax} (default 8)
  --prefix <text>    beginning of each device id (default bed-)
  --first <n>        number of the first device (default 1: bed-01)
  --scenario <name>  what happens to the devices (default steady):
${scenarioList}
    ${'mixed'.padEnd(14)} a different scenario for each bed
  --speed <x>        factor of speed, 0.01 to 100000 (default: the speed of the scenario)
  --no-loop          stop at the end of the recordings
  --duration <s>     stop after this many seconds
  --seed <n>         use the random choices of an earlier run (each run prints its seed)
  --no-waves         send numerics only
  --wave-qos <0|1>   quality of service of waves (default 1)
  --protocol <4|5>   MQTT 3.1.1 or 5 (default 5)
  --recording <r>    play this recording, by name or file (CSV, PSV or WFDB .hea); may be repeated
  --inspect          decode the recordings, print what they contain, and stop
  --url <url>        URL of the gateway (VIGIL_MQTT_URL, default mqtts://127.0.0.1:8883)
  --certs <folder>   folder with <id>.pem and <id>.key of each device (VIGIL_DEVICE_CERTS_DIR)
  --ca <file>        CA of the gateway (VIGIL_MQTT_CA_FILE)
  --issue            issue missing certificates with the development CA
  --json             print progress and summary as JSON lines
  --help             print this text
`;

const optionSpec = {
  beds: { type: 'string' },
  prefix: { type: 'string' },
  first: { type: 'string' },
  scenario: { type: 'string' },
  speed: { type: 'string' },
  loop: { type: 'boolean' },
  duration: { type: 'string' },
  seed: { type: 'string' },
  waves: { type: 'boolean' },
  'wave-qos': { type: 'string' },
  protocol: { type: 'string' },
  recording: { type: 'string', multiple: true },
  inspect: { type: 'boolean' },
  url: { type: 'string' },
  certs: { type: 'string' },
  ca: { type: 'string' },
  issue: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the arguments.
 * @throws VigilError `settings-invalid` with a sentence that says which argument is wrong
 */
export function parseOptions(args: readonly string[]): Options {
  const values = parseArguments(args);
  const options: Options = {
    beds: readWholeNumber('beds', values.beds, 1, bedsMax) ?? 8,
    prefix: values.prefix ?? 'bed-',
    first: readWholeNumber('first', values.first, 0, 1_000_000) ?? 1,
    scenario: readChoice('scenario', values.scenario, scenarioNames) ?? 'steady',
    speed: readNumber('speed', values.speed, 0.01, 100_000),
    loop: values.loop ?? true,
    durationMs: readSecondsAsMs(values.duration),
    seed: readWholeNumber('seed', values.seed, 0, 4_294_967_295),
    waves: values.waves ?? true,
    waveQos: readChoice('wave-qos', values['wave-qos'], ['0', '1']) === '0' ? 0 : 1,
    protocol: readChoice('protocol', values.protocol, ['4', '5']) === '4' ? 4 : 5,
    recordings: values.recording ?? [],
    url: readUrl(values.url),
    certs: values.certs,
    ca: values.ca,
    issue: values.issue ?? false,
    json: values.json ?? false,
    inspect: values.inspect ?? false,
    help: values.help ?? false,
  };
  for (const id of deviceIds(options)) {
    if (!deviceIdPattern.test(id))
      fail(`"${id}" is not a device id, which has 1 to 64 characters of A-Z a-z 0-9 . _ -`);
  }
  return options;
}

/** Returns the device ids: bed-01, bed-02 and so on. */
export function deviceIds(options: Pick<Options, 'beds' | 'prefix' | 'first'>): string[] {
  return Array.from(
    { length: options.beds },
    (_, i) => `${options.prefix}${String(options.first + i).padStart(2, '0')}`,
  );
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionSpec, allowNegative: true }).values;
  } catch (cause) {
    return fail((cause as Error).message.split(/\.\s/)[0]!.replace(/\.$/, ''), cause);
  }
}

function readWholeNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : fail(`--${name} "${text}" is not a whole number from ${min} to ${max}`);
}

function readNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : fail(`--${name} "${text}" is not a number from ${min} to ${max}`);
}

function readSecondsAsMs(text: string | undefined): number | undefined {
  const value = readNumber('duration', text, 0.1, 10_000_000);
  return value === undefined ? undefined : value * 1000;
}

function readChoice(name: string, text: string | undefined, choices: readonly string[]): string | undefined {
  if (text === undefined || choices.includes(text)) return text;
  return fail(`--${name} "${text}" is not one of ${choices.join(', ')}`);
}

function readUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^mqtts:\/\/[^/\s]+$/.test(text)) return text;
  return fail(`--url "${text}" does not have the form mqtts://host:port`);
}

function fail(what: string, cause?: unknown): never {
  throw new VigilError('settings-invalid', `${what}; see "npm run simulate -- --help".`, { cause });
}
