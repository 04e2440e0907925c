/**
 * Decides what is sent to a slow screen, by the number of bytes that wait in its socket. Waveforms are left out first.
 * Then numerics wait, and the next delta has the newest values. Alarms are never left out. If too many bytes wait, the
 * connection is closed; the screen connects again, and its snapshot has everything (DESIGN, "Dashboard").
 */

export type Budget = {
  /** If more bytes than this wait, waveforms are left out, and the screen draws a gap. */
  readonly wavesBytesMax: number;
  /** If more bytes than this wait, numerics wait too. */
  readonly numericsBytesMax: number;
  /** If more bytes than this wait, the connection is closed. */
  readonly closeBytesMax: number;
  /** If numerics wait for longer than this, the connection is closed, because the screen shows old values. */
  readonly waitMsMax: number;
};

export const defaultBudget: Budget = {
  wavesBytesMax: 128 * 1024,
  numericsBytesMax: 256 * 1024,
  closeBytesMax: 1024 * 1024,
  waitMsMax: 10_000,
};

export type MessageKind = 'wave' | 'numerics' | 'alarms' | 'heartbeat' | 'snapshot';

/**
 * Decides what to do with the next message of the kind `kind`.
 * @param waitingBytes number of bytes that the socket has not yet sent
 * @param waitedMs how long numerics have been waiting; 0 if no numerics wait
 */
export function admit(
  budget: Budget,
  kind: MessageKind,
  waitingBytes: number,
  waitedMs: number,
): 'send' | 'skip' | 'close' {
  if (waitingBytes > budget.closeBytesMax || waitedMs > budget.waitMsMax) return 'close';
  switch (kind) {
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
