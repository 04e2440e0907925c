/** A process that serves until it is stopped: settings, log, start and end. Each `main.ts` of a server is run by this. */
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
 * Reads the settings and opens the process's part. With `--help` it prints the settings instead. Ends the process with 1 where it does not
 * start, or where an error is caught nowhere; with 0 after SIGTERM or SIGINT (process/stopping.ts), also while it starts.
 */
export function runProcess<const M extends ServerManifest>(options: {
  /** Begins a sentence: "The gateway". */
  readonly title: string;
  readonly manifest: M;
  readonly env: Environment;
  /** What each line of its log says of the process. */
  readonly log: LoggerOptions;
  /** From the signal until the process leaves what is still under way. */
  readonly closeMsMax: number;
  /** Says itself when it is ready. */
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
    // Before it is open it has taken nothing over.
    stopOnSignals({ close: async () => opened?.close(), withinMs: closeMsMax, log });
    opened = await open(settings, log);
  }

  start().catch((error: unknown) => {
    const text = error instanceof VigilError ? error.message : `${title} did not start: ${String(error)}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
