/**
 * `npm start`: runs the whole system on one machine until Ctrl-C. `npm start -- --check` starts a separate system,
 * tests it and ends.
 */
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { visibleLines } from '../contracts/text.ts';
import { settingsHelpText } from '../process/settings.ts';
import { runCheck } from './check.ts';
import { loginLines } from './logins.ts';
import { ignoreOutputErrors } from './output.ts';
import { readStart } from './passed-on.ts';
import { runAs } from './run-as.ts';
import { startSettings } from './settings.ts';
import { createSteps } from './steps.ts';
import { type System, startSystem } from './system.ts';

const help = `Starts Vigil on this machine: Kafka, InfluxDB, gateway, alarms, trends, delivery, strips, dashboard and simulated beds.

  npm start              runs until Ctrl-C; the data stay for the next start
  npm start -- --gateways 3   runs three gateway processes that share the MQTT port
  npm start -- --check   starts a second system in its own folder and on its own ports, waits until a replayed recording
                         raises an alarm on a logged-in clinician's screen, and stops. Prints one line of JSON. Exit code:
                         0 if the alarm came, otherwise 1 with the reason

Settings:
${settingsHelpText(startSettings)}

npm start passes the settings of its processes on to them: docs/settings.md.
`;

/**
 * Returns the time of the launcher's start, ms since 1970. So the printed time until the system is ready includes the
 * installation of packages.
 */
function launchedAtMs(): number {
  const launchedMs = Number(process.env.VIGIL_LAUNCHED_AT_MS);
  return Number.isFinite(launchedMs) && launchedMs > 0 ? launchedMs : Date.now();
}

async function main(args: string[]): Promise<number> {
  const startedAtMs = launchedAtMs();
  const { help: wantsHelp, check, gateways } = readArguments(args);
  if (wantsHelp === true) {
    process.stdout.write(help);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  const env = gateways === undefined ? process.env : { ...process.env, VIGIL_GATEWAYS: gateways };
  const { settings, passed, unused } = readStart(env);
  const user = await runAs(settings.runAs, settings);
  if (check === true) {
    process.stderr.write(`${user}\n`);
    return runCheck({ settings, passed, startedAtMs, signal: stopping.signal });
  }

  const say = (line: string) => process.stdout.write(line);
  if (unused.length > 0) process.stderr.write(`npm start does not use ${unused.join(', ')} (docs/settings.md).\n`);
  const steps = createSteps(say, Date.now);
  const system = await startSystem({
    settings,
    passed,
    upstream: env,
    steps,
    report: (line) => process.stderr.write(`${line}.\n`),
    signal: stopping.signal,
  });
  const [origin] = (passed.dashboard.VIGIL_PUBLIC_ORIGIN ?? `https://localhost:${system.addresses.httpPort}`).split(
    ',',
  );
  say(greeting(system, origin ?? '', (Date.now() - startedAtMs) / 1000));
  say(`${user}\n`);
  const removeSignalHandler = restartOnSignal(system, (line) => say(`${line}.\n`));
  await untilAborted(stopping.signal);
  removeSignalHandler();
  await steps.run('\nStopping', () => system.close());
  return 0;
}

function greeting({ addresses, logins }: System, origin: string, seconds: number): string {
  const rows = loginLines(logins, process.stdout.isTTY, `cat ${addresses.stateDir}/secrets/demo-logins.json`);
  return `
Vigil is ready after ${seconds.toFixed(1)} s: ${origin}
(The browser will warn about the certificate until it trusts the authority ${addresses.stateDir}/certs/ca.pem.)
${rows.length === 0 ? '' : `\n${rows.join('\n')}\n`}
Logs: ${addresses.stateDir}/logs. Ctrl-C stops everything and keeps the data; kill -USR2 ${process.pid} restarts the gateways one after the other.
`;
}

/**
 * Restarts the gateways one after the other at SIGUSR2. Ignores SIGUSR2 during such a restart. Returns a function that
 * removes the handler of the signal.
 */
function restartOnSignal(system: System, report: (line: string) => void): () => void {
  let isRestarting = false;
  const restart = async () => {
    if (isRestarting) return;
    isRestarting = true;
    report('The gateways are restarted one after the other');
    await system.restartGateways();
    report('All gateways were restarted');
    isRestarting = false;
  };
  const onSignal = () => void restart();
  if (process.platform !== 'win32') process.on('SIGUSR2', onSignal);
  return () => process.off('SIGUSR2', onSignal);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

function readArguments(args: string[]) {
  try {
    const options = { help: { type: 'boolean' }, check: { type: 'boolean' }, gateways: { type: 'string' } } as const;
    return parseArgs({ args, options }).values;
  } catch (cause) {
    const message = (cause as Error).message.split('. ')[0];
    throw new VigilError('settings-invalid', `${message}; see npm start -- --help.`, { cause });
  }
}

function explain(error: unknown): string {
  if (error instanceof VigilError) return error.message;
  if ((error as Error).name === 'AbortError') return 'Vigil was stopped before it was ready.';
  return `Vigil cannot start: ${(error as Error).message}`;
}

ignoreOutputErrors();
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${visibleLines(explain(error))}\n`);
    process.exit(1);
  },
);
