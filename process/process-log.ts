/** Opens the log of a process: JSON lines on standard output. */
import { type Logger, type LoggerOptions, pino } from 'pino';

/** Maximum number of characters that wait while writing to the output fails. Further lines are dropped. */
const waitingCharsMax = 1_000_000;

/**
 * Creates a logger that does not block the process on a full disk. With the default output of pino, the process blocks
 * for ever if standard output is a file on a full disk. With this logger, lines wait. If too many lines wait, further
 * lines are dropped. If standard output is a pipe, a reader that stops reading still blocks the process: each line is
 * written at once, and the write waits until the pipe has room.
 * @param fd file descriptor: 1, or 2 (standard error) if standard output is for results
 */
export function openProcessLog(options: LoggerOptions, fd: 1 | 2 = 1): Logger {
  const output = pino.destination({ dest: fd, sync: true, maxLength: waitingCharsMax });
  output.on('error', () => undefined);
  return pino(options, output);
}
