/** Runs a process that serves until it is stopped: settings, log, start and end. Each `main.ts` of a server calls it. */
import type { Logger, LoggerOptions } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { openProcessLog } from './process-log.ts';
import {
  type ChoiceSetting,
  describeSettings,
  type Environment,
  type Manifest,
  readSettings,
  type Settings,
} from './settings.ts';
import { stopOnSignals } from './stopping.ts';

type ServerManifest = Manifest & { readonly logLevel: ChoiceSetting };

/**
 * Reads the settings and opens the process's part. With `--help` it prints the settings instead. Ends the process with 1 if it does not
 * start, or if nothing catches an error; with 0 after SIGTERM or SIGINT (process/stopping.ts), also while it starts.
 */
export function runProcess<const M extends ServerManifest>(options: {
  /** The subject of a sentence: "The gateway". */
  readonly title: string;
  readonly manifest: M;
  readonly env: Environment;
  /** The fields that identify the process in each line of its log. */
  readonly log: LoggerOptions;
  /** Time from the signal until the process ends, even if work is unfinished. */
  readonly closeMsMax: number;
  /** Logs by itself when it is ready. */
  readonly open: (settings: Settings<M>, log: Logger) => Promise<{ close(): Promise<void> }>;
}): void {
  const { title, manifest, env, closeMsMax, open } = options;
  if (process.argv.includes('--help')) {
    process.stdout.write(`${title}. Settings (environment):\n${describeSettings(manifest)}\n`);
    return;
  }

  async function start(): Promise<void> {
    const settings = readSettings(manifest, env);
    const log = openProcessLog({ ...options.log, level: settings.logLevel as string });
    process.on('uncaughtException', (error) => {
      log.fatal({ err: error }, 'uncaught');
      process.exit(1);
    });
    let opened: { close(): Promise<void> } | undefined;
    // Before it is open, it has accepted nothing.
    stopOnSignals({ close: async () => opened?.close(), withinMs: closeMsMax, log });
    opened = await open(settings, log);
  }

  start().catch((error: unknown) => {
    const text = error instanceof VigilError ? error.message : `${title} did not start: ${String(error)}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
