/**
 * What one device may send in a second, over all its connections: two buckets that fill at a steady rate. A packet is taken first and
 * paid for then, so that a large one needs no more than a bucket that is not empty.
 */
export type Rates = {
  /** Bytes of MQTT packets a second, above 0. */
  readonly bytesPerS: number;
  /** MQTT packets a second, above 0. */
  readonly messagesPerS: number;
};

export type Allowance = {
  /** What is left at `filledMs`; below 0 where more was taken than there was. */
  bytes: number;
  messages: number;
  filledMs: number;
};

/** A bucket holds what comes in so many seconds: a device that was silent may begin with that at once. */
const burstS = 2;

/** Full buckets. */
export function newAllowance(rates: Rates, nowMs: number): Allowance {
  return { bytes: burstS * rates.bytesPerS, messages: burstS * rates.messagesPerS, filledMs: nowMs };
}

/** Pays for one packet. */
export function spend(allowance: Allowance, bytes: number): void {
  allowance.bytes -= bytes;
  allowance.messages -= 1;
}

/** Whether more was taken than there was, by what was known at the last `refill`: cheap, for each packet. */
export function seemsSpent(allowance: Allowance): boolean {
  return allowance.bytes < 0 || allowance.messages < 0;
}

/**
 * Adds what has come in since the last time.
 * @param nowMs by a clock that never jumps
 * @returns ms until the next packet may be taken; 0 where it may now
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

/** When a device's readings count as held back: its buckets were empty again and again for so long. */
const heldBackAfterMs = 10_000;
/** A pause of so long in between begins anew. */
const gapMs = 3_000;

/** Since when a device is held back, and when it last was. */
export type HeldBack = { sinceMs: number; lastMs: number };

export function newHeldBack(): HeldBack {
  return { sinceMs: Number.NEGATIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
}

/** To be called whenever the device must wait. @returns whether that goes on for so long that its bed is to say so */
export function noteHeldBack(held: HeldBack, nowMs: number): boolean {
  if (nowMs - held.lastMs > gapMs) held.sinceMs = nowMs;
  held.lastMs = nowMs;
  return nowMs - held.sinceMs >= heldBackAfterMs;
}
