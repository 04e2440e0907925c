/**
 * Limits what one device may send in a second, over all its connections: two buckets that fill at a steady rate. A packet is taken first
 * and then paid for. So even a large packet only needs a bucket that is not empty.
 */
export type Rates = {
  /** Bytes of MQTT packets a second, above 0. */
  readonly bytesPerS: number;
  /** MQTT packets a second, above 0. */
  readonly messagesPerS: number;
};

export type Allowance = {
  /** What is left at `filledMs`; below 0 if more was taken than there was. */
  bytes: number;
  messages: number;
  filledMs: number;
};

/** A bucket holds the amount of this many seconds. A device that was silent may use it at once. */
const burstS = 2;

/** Returns full buckets. */
export function newAllowance(rates: Rates, nowMs: number): Allowance {
  return { bytes: burstS * rates.bytesPerS, messages: burstS * rates.messagesPerS, filledMs: nowMs };
}

/** Pays for one packet. */
export function spend(allowance: Allowance, bytes: number): void {
  allowance.bytes -= bytes;
  allowance.messages -= 1;
}

/** Whether more was taken than there was, as of the last `refill`. Cheap: it runs for each packet. */
export function seemsSpent(allowance: Allowance): boolean {
  return allowance.bytes < 0 || allowance.messages < 0;
}

/**
 * Adds what has come in since the last call.
 * @param nowMs by a clock that never jumps
 * @returns ms until the next packet may be taken; 0 if it may be taken now
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

/** A device's readings count as held back when its buckets were empty again and again for this long. */
const heldBackAfterMs = 10_000;
/** After a pause of this length the count starts anew. */
const gapMs = 3_000;

/** Since when a device is held back, and when it last was. */
export type HeldBack = { sinceMs: number; lastMs: number };

export function newHeldBack(): HeldBack {
  return { sinceMs: Number.NEGATIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
}

/** Call this whenever the device must wait. @returns whether this has lasted so long that its bed must show it */
export function noteHeldBack(state: HeldBack, nowMs: number): boolean {
  if (nowMs - state.lastMs > gapMs) state.sinceMs = nowMs;
  state.lastMs = nowMs;
  return nowMs - state.sinceMs >= heldBackAfterMs;
}
