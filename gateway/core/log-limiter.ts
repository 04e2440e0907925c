/**
 * Limits log lines that a bad client could cause without end: at most one line per second, with the number of lines
 * that were left out before this line.
 */
export type LogLimiter = { leftOut: number; writtenMs: number };

const intervalMs = 1_000;

export function newLogLimiter(): LogLimiter {
  return { leftOut: 0, writtenMs: Number.NEGATIVE_INFINITY };
}

/** Returns the number of lines that were left out; undefined if the caller must not write a line now. */
export function linesLeftOut(limiter: LogLimiter, nowMs: number): number | undefined {
  // The absolute value lets lines through after the clock was set back.
  if (Math.abs(nowMs - limiter.writtenMs) < intervalMs) {
    limiter.leftOut += 1;
    return undefined;
  }
  const { leftOut } = limiter;
  limiter.leftOut = 0;
  limiter.writtenMs = nowMs;
  return leftOut;
}
