/**
 * Limits how many bytes and packets one device may send per second, over all its connections. Each limit is a token
 * bucket that fills at a steady rate. Each packet takes its bytes out of the bucket for bytes, and 1 out of the bucket
 * for packets. The next packet is read if no bucket is below 0. This packet may take more than a bucket contains.
 */
export type Rates = {
  /** Bytes of MQTT packets per second, above 0. */
  readonly bytesPerS: number;
  /** MQTT packets per second, above 0. */
  readonly messagesPerS: number;
};

export type Allowance = {
  /** Content of the bucket for bytes at `filledMs`; below 0 if the device has sent more than its rate allows. */
  bytes: number;
  /** Content of the bucket for packets at `filledMs`; below 0 if the device has sent more than its rate allows. */
  messages: number;
  /** Time of the last `refill`, ms of the monotonic clock. */
  filledMs: number;
};

/**
 * A full bucket holds what the rate allows in this number of seconds. A device that was silent may send the content of
 * a full bucket at once.
 */
const burstS = 2;

/** Returns full buckets. */
export function newAllowance(rates: Rates, nowMs: number): Allowance {
  return { bytes: burstS * rates.bytesPerS, messages: burstS * rates.messagesPerS, filledMs: nowMs };
}

/** Takes one packet out of both buckets. */
export function spend(allowance: Allowance, bytes: number): void {
  allowance.bytes -= bytes;
  allowance.messages -= 1;
}

/** Returns whether a bucket is below 0. Runs for each packet, so it neither reads the clock nor fills the buckets. */
export function isOverspent(allowance: Allowance): boolean {
  return allowance.bytes < 0 || allowance.messages < 0;
}

/**
 * Fills both buckets for the time since the last call.
 * @param nowMs time of the monotonic clock
 * @returns ms until the next packet may be read; 0 if it may be read now
 */
export function refill(allowance: Allowance, rates: Rates, nowMs: number): number {
  const seconds = Math.max(0, nowMs - allowance.filledMs) / 1000;
  allowance.filledMs = nowMs;
  allowance.bytes = Math.min(burstS * rates.bytesPerS, allowance.bytes + seconds * rates.bytesPerS);
  allowance.messages = Math.min(burstS * rates.messagesPerS, allowance.messages + seconds * rates.messagesPerS);
  const bytesMs = (-allowance.bytes / rates.bytesPerS) * 1000;
  const messagesMs = (-allowance.messages / rates.messagesPerS) * 1000;
  return Math.max(0, bytesMs, messagesMs);
}

/** A device counts as held back after it had to wait again and again during this time. */
const heldBackAfterMs = 10_000;
/** After a longer time without a wait, the next wait begins a new series of waits. */
const waitGapMsMax = 3_000;

/** `sinceMs`: time of the first wait in the present series of waits. `lastMs`: time of the last wait. */
export type HeldBack = { sinceMs: number; lastMs: number };

export function newHeldBack(): HeldBack {
  return { sinceMs: Number.NEGATIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
}

/**
 * Notes that the device must wait. The caller calls this function at each wait.
 * @returns whether the device counts as held back, so that the screen of its bed must show a notice
 */
export function noteWait(state: HeldBack, nowMs: number): boolean {
  if (nowMs - state.lastMs > waitGapMsMax) state.sinceMs = nowMs;
  state.lastMs = nowMs;
  return nowMs - state.sinceMs >= heldBackAfterMs;
}
