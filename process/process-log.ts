/** The log of a process: JSON lines on standard output. */
import { type Logger, type LoggerOptions, pino } from 'pino';

/** Most characters that wait for an output that accepts none now. Above it lines are dropped. */
const waitingCharsMax = 1_000_000;

/**
 * Makes a logger that survives its output. With pino's own output, a full disk behind standard output blocks the process without end at
 * its second line. Here lines wait and are then dropped, and the process goes on.
 * @param fd 1, or 2 if standard output is for results
 */
export function openProcessLog(options: LoggerOptions, fd: 1 | 2 = 1): Logger {
  const output = pino.destination({ dest: fd, sync: true, maxLength: waitingCharsMax });
  output.on('error', () => undefined);
  return pino(options, output);
}
