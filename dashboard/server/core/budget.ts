/**
 * What a slow screen still gets. The one measure is how many bytes wait in its socket. Waveforms are left out first.
 * Then numerics wait: the next delta brings the newest. Alarms are never left out. If even alarms can only pile up, the
 * connection is closed, and the screen's next snapshot has everything (DESIGN, "Dashboard").
 */

export type Budget = {
  /** Above it waveforms are left out, with a gap. */
  readonly wavesBytesMax: number;
  /** Above it numerics wait. */
  readonly numericsBytesMax: number;
  /** Above it the connection is closed. */
  readonly closeBytesMax: number;
  /** A screen whose numerics waited this long is closed too: what it shows is old. */
  readonly waitMsMax: number;
};

export const defaultBudget: Budget = {
  wavesBytesMax: 128 * 1024,
  numericsBytesMax: 256 * 1024,
  closeBytesMax: 1024 * 1024,
  waitMsMax: 10_000,
};

export type Load = 'wave' | 'numerics' | 'alarms' | 'heartbeat' | 'snapshot';

/**
 * @param waitingBytes bytes that the socket has not yet sent
 * @param waitedMs since when numerics wait; 0 if they do not
 */
export function admit(budget: Budget, load: Load, waitingBytes: number, waitedMs: number): 'send' | 'skip' | 'close' {
  if (waitingBytes > budget.closeBytesMax || waitedMs > budget.waitMsMax) return 'close';
  switch (load) {
    case 'wave':
      return waitingBytes > budget.wavesBytesMax ? 'skip' : 'send';
    case 'numerics':
      return waitingBytes > budget.numericsBytesMax ? 'skip' : 'send';
    case 'alarms':
    case 'heartbeat':
    case 'snapshot':
      return 'send';
  }
}
