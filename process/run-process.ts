/**
 * Runs a server process: reads its settings, opens its log, starts it, and ends it on a signal. Each `main.ts` of a
 * server calls this.
 */
import type { Logger, LoggerOptions } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { openProcessLog } from './process-log.ts';
import {
  type ChoiceSetting,
  type Environment,
  type Manifest,
  readSettings,
  type Settings,
  settingsHelpText,
} from './settings.ts';
import { stopOnSignals } from './stopping.ts';
import { logTimerFailuresTo } from './timer-tasks.ts';

type ServerManifest = Manifest & { readonly logLevel: ChoiceSetting };

/**
 * Reads the settings and calls `open`. With `--help`, prints the settings instead. The exit code is 1 if the start
 * fails, if an error is not caught, or if closing fails. Otherwise it is 0 after SIGTERM or SIGINT
 * (process/stopping.ts), even if the signal comes during the start.
 */
export function runProcess<const M extends ServerManifest>(options: {
  /** Name of the process as the subject of a sentence: "The gateway". */
  readonly title: string;
  readonly manifest: M;
  readonly env: Environment;
  /** The fields that identify the process in each line of its log. */
  readonly log: LoggerOptions;
  /** Time from the signal until the process ends, even if work is unfinished. */
  readonly closeMsMax: number;
  /** Starts the work of the process. */
  readonly open: (settings: Settings<M>, log: Logger) => Promise<{ close(): Promise<void> }>;
}): void {
  const { title, manifest, env, closeMsMax, open } = options;
  if (process.argv.includes('--help')) {
    process.stdout.write(`${title}. Settings (environment):\n${settingsHelpText(manifest)}\n`);
    return;
  }

  async function start(): Promise<void> {
    const settings = readSettings(manifest, env);
    const log = openProcessLog({ ...options.log, level: settings.logLevel as string });
    logTimerFailuresTo(log);
    process.on('uncaughtException', (error) => {
      log.fatal({ err: error }, 'an error was not caught: the process ends');
      process.exit(1);
    });
    let openedWork: { close(): Promise<void> } | undefined;
    // During the start there is nothing to close.
    stopOnSignals({ close: async () => openedWork?.close(), withinMs: closeMsMax, log });
    openedWork = await open(settings, log);
  }

  start().catch((error: unknown) => {
    const text = error instanceof VigilError ? error.message : `${title} did not start: ${String(error)}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
