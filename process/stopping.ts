/**
 * Ends a process on SIGTERM and SIGINT: in order, once, and within a time limit. It ends with `process.exitCode`, normally 0; with 1 if
 * closing fails.
 */
import type { Logger } from 'pino';

/**
 * @param close closes what is open; may be called before everything is open
 * @param withinMs time from the signal until the process ends anyway; what it did not acknowledge is sent again
 */
export function stopOnSignals(options: {
  readonly close: () => Promise<void>;
  readonly withinMs: number;
  readonly log: Logger;
}): void {
  const { close, withinMs, log } = options;
  let closing = false;
  const stop = (signal: string) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'draining');
    setTimeout(() => {
      log.warn({ withinMs }, 'not closed in time, leaving');
      process.exit();
    }, withinMs).unref();
    close().then(
      () => process.exit(),
      (error: unknown) => {
        log.fatal({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
