/** Opens the log of a process: JSON lines on standard output. */
import { type Logger, type LoggerOptions, pino } from 'pino';

/** Maximum number of characters that wait while the output accepts no characters. Further lines are dropped. */
const waitingCharsMax = 1_000_000;

/**
 * Creates a logger that never blocks the process. With the default output of pino, the process blocks for ever if
 * standard output is a file on a full disk. With this logger, lines wait. If too many lines wait, further lines are
 * dropped.
 * @param fd file descriptor: 1, or 2 (standard error) if standard output is for results
 */
export function openProcessLog(options: LoggerOptions, fd: 1 | 2 = 1): Logger {
  const output = pino.destination({ dest: fd, sync: true, maxLength: waitingCharsMax });
  output.on('error', () => undefined);
  return pino(options, output);
}
