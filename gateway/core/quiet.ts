/** Limits log lines that a bad client could cause without end. One per second is written; it says how many were left out before it. */
export type Quiet = { leftOut: number; saidMs: number };

const intervalMs = 1_000;

export function newQuiet(): Quiet {
  return { leftOut: 0, saidMs: Number.NEGATIVE_INFINITY };
}

/** Returns how many lines were left out before the one that may be written now; undefined if this one is left out too. */
export function leftOutBefore(quiet: Quiet, nowMs: number): number | undefined {
  // A clock that was set back must not silence the log.
  if (Math.abs(nowMs - quiet.saidMs) < intervalMs) {
    quiet.leftOut += 1;
    return undefined;
  }
  const { leftOut } = quiet;
  quiet.leftOut = 0;
  quiet.saidMs = nowMs;
  return leftOut;
}
