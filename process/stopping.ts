/**
 * How a process ends on SIGTERM and SIGINT: in order, once, and within a bound whatever it waits for. It ends with `process.exitCode`, as a
 * rule 0; with 1 where closing fails.
 */
import type { Logger } from 'pino';

/**
 * @param close closes what is open; may be called before everything is
 * @param withinMs from the signal until the process leaves whatever is still under way: what it did not acknowledge is sent again
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
