/** Limits log lines that a bad client could cause without end. One per second is written; it says how many were left out before it. */
export type LogLimiter = { leftOut: number; writtenMs: number };

const intervalMs = 1_000;

export function newLogLimiter(): LogLimiter {
  return { leftOut: 0, writtenMs: Number.NEGATIVE_INFINITY };
}

/** Returns how many lines were left out before the one that may be written now; undefined if this one is left out too. */
export function linesLeftOut(limiter: LogLimiter, nowMs: number): number | undefined {
  // A clock that was set back must not silence the log.
  if (Math.abs(nowMs - limiter.writtenMs) < intervalMs) {
    limiter.leftOut += 1;
    return undefined;
  }
  const { leftOut } = limiter;
  limiter.leftOut = 0;
  limiter.writtenMs = nowMs;
  return leftOut;
}
