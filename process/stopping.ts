/**
 * Ends a process on SIGTERM and SIGINT: closes once, within a time limit. The exit code is `process.exitCode`, normally
 * 0, or 1 if closing fails.
 */
import type { Logger } from 'pino';

/**
 * @param close closes everything that the process has opened so far
 * @param withinMs the process ends this long after the signal, even if closing is not finished
 */
export function stopOnSignals(options: {
  readonly close: () => Promise<void>;
  readonly withinMs: number;
  readonly log: Logger;
}): void {
  const { close, withinMs, log } = options;
  let isClosing = false;
  const stop = (signal: string) => {
    if (isClosing) return;
    isClosing = true;
    log.info({ signal }, 'draining');
    setTimeout(() => {
      log.warn({ withinMs }, 'not closed in time: the process ends now');
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
