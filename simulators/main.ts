/** `npm run simulate`: runs a fleet of simulated bedside devices. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../contracts/errors.ts';
import { openProcessLog } from '../process/process-log.ts';
import { readSettings } from '../process/settings.ts';
import { stopOnSignals } from '../process/stopping.ts';
import { startSteadyClock } from '../process/system-clock.ts';
import { ensureIdentities, readPem } from './certificates.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { deviceIds, helpText, type Options, parseOptions } from './options.ts';
import { catalogue, recordingShelf } from './recordings.ts';
import { progressLine, recordingLine } from './report.ts';
import { simulatorSettings } from './settings.ts';

const progressEveryMs = 5_000;
/**
 * Longest time from the stop signal until the devices are closed (ours). After this time the process ends, even if
 * devices are still open.
 */
const closeMsMax = 20_000;
const exitCodes = { done: 0, failed: 1, misused: 2 } as const;

/** Resolves when the exit code has been set. */
const exitCodeSet = Promise.withResolvers<void>();

async function run(options: Options): Promise<number> {
  if (options.help) {
    print(helpText);
    return exitCodes.done;
  }
  if (options.inspect) return inspect(options);
  const settings = readSettings(simulatorSettings, process.env);
  const printsJson = options.json || !process.stdout.isTTY;
  const log = openProcessLog({ level: printsJson ? settings.logLevel : 'silent', base: { process: 'simulators' } });
  startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const certs = options.certs ?? (settings.deviceCertsDir || join(settings.stateDir, 'certs', 'devices'));
  const ca = readPem(options.ca ?? (settings.mqttCaFile || join(settings.stateDir, 'certs', 'ca.pem')));
  const issued = await ensureIdentities(certs, deviceIds(options), options.issue);
  const seed = options.seed ?? randomInt(2 ** 32 - 1);
  const url = options.url ?? settings.mqttUrl;
  const stopping = new AbortController();
  const close = () => {
    stopping.abort();
    return exitCodeSet.promise;
  };
  stopOnSignals({ close, withinMs: closeMsMax, log });
  const fleet = startFleet({ ...options, url, ca, certs, seed, log, recording: recordingShelf() });
  log.info({ beds: options.beds, scenario: options.scenario, seed, url, issued }, 'started');
  if (!printsJson) print(`${options.beds} beds, scenario ${options.scenario}, seed ${seed}, to ${url}\n`);

  const startedAtMs = performance.now();
  const report = () => {
    const elapsedMs = performance.now() - startedAtMs;
    if (printsJson) log.info({ elapsedMs: Math.round(elapsedMs), ...fleet.status() }, 'progress');
    else print(`${progressLine(fleet.status(), elapsedMs)}\n`);
  };
  const progress = setInterval(report, progressEveryMs);
  await untilDone(fleet, options, stopping, () => log.info({ beds: options.beds }, 'ready'));
  clearInterval(progress);
  const { connected } = fleet.status();
  await fleet.close();
  return summarise(fleet, options, { seed, connected, elapsedMs: performance.now() - startedAtMs });
}

/**
 * Waits for the end of `--duration`, for the end of all recordings that are played without loop, or for a stop signal.
 */
async function untilDone(
  fleet: Fleet,
  options: Options,
  { signal }: AbortController,
  onReady: () => void,
): Promise<void> {
  const endsAtMs = performance.now() + (options.durationMs ?? Number.POSITIVE_INFINITY);
  let wasReady = false;
  while (!signal.aborted && performance.now() < endsAtMs && !fleet.finished) {
    if (!wasReady && fleet.allConnected) {
      wasReady = true;
      onReady();
    }
    await sleep(100);
  }
}

type RunEnd = {
  readonly seed: number;
  /** Number of devices that were connected before the fleet was closed. */
  readonly connected: number;
  readonly elapsedMs: number;
};

function summarise(fleet: Fleet, options: Options, { seed, connected, elapsedMs }: RunEnd): number {
  const status = { ...fleet.status(), connected };
  const ok = fleet.allConnected;
  const error = ok ? undefined : (fleet.lastError() ?? 'the gateway does not answer');
  const summary = {
    ok,
    seed,
    elapsedS: Math.round(elapsedMs / 100) / 10,
    scenario: options.scenario,
    ...status,
    error,
  };
  if (options.json) print(`${JSON.stringify(summary)}\n`);
  else if (process.stdout.isTTY) print(`${progressLine(status, elapsedMs)}\n`);
  if (ok) return exitCodes.done;
  process.stderr.write(`Not all devices could connect: ${error}.\n`);
  return exitCodes.failed;
}

function inspect(options: Options): number {
  const shelf = recordingShelf();
  const names = options.recordings.length > 0 ? options.recordings : Object.keys(catalogue);
  for (const name of names) print(`${recordingLine(name, shelf(name))}\n`);
  return exitCodes.done;
}

function print(text: string): void {
  process.stdout.write(text);
}

function reportFailure(error: unknown, code: number): void {
  const text = error instanceof VigilError ? error.message : `The simulator failed: ${String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}

process.on('uncaughtException', (error) => {
  reportFailure(error, exitCodes.failed);
  process.exit();
});

let options: Options | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  reportFailure(error, exitCodes.misused);
}
if (options) {
  try {
    process.exitCode = await run(options);
  } catch (error) {
    reportFailure(
      error,
      error instanceof VigilError && error.code === 'settings-invalid' ? exitCodes.misused : exitCodes.failed,
    );
  }
  exitCodeSet.resolve();
}
