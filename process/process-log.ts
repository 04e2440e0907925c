/** The log of a process: JSON lines on standard output. */
import { type Logger, type LoggerOptions, pino } from 'pino';

/** Characters that wait for an output that takes none now; past it lines are dropped. */
const waitingCharsMax = 1_000_000;

/**
 * A logger that outlives its output. With pino's own, a full disk behind standard output blocks the process for ever at its second
 * line; here lines wait and are then dropped, and the process goes on.
 * @param fd 1, or 2 where standard output is for results
 */
export function openProcessLog(options: LoggerOptions, fd: 1 | 2 = 1): Logger {
  const output = pino.destination({ dest: fd, sync: true, maxLength: waitingCharsMax });
  output.on('error', () => undefined);
  return pino(options, output);
}
