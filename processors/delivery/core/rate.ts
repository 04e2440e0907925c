/**
 * Limits how many messages one person gets through one channel: a few at once, then one every few seconds. More messages would hide each
 * other. What exceeds the limit is not dropped; it waits and is counted in the next message. Pure.
 */

/** Number of messages that may be sent at once (ours). */
export const burstMax = 6;
/** After a burst, one message per this time, ms (ours). No message waits longer than this for its turn. */
export const messageEveryMs = 5_000;

/** Returns when the next message may be sent, ms. @param wholeAtMs when the allowance is whole again */
export function allowedAtMs(wholeAtMs: number, nowMs: number): number {
  return Math.max(nowMs, limited(wholeAtMs, nowMs) - (burstMax - 1) * messageEveryMs);
}

/** Returns how many messages may be sent now. */
export function allowedCount(wholeAtMs: number, nowMs: number): number {
  const usedMs = Math.max(0, limited(wholeAtMs, nowMs) - nowMs);
  return Math.floor((burstMax * messageEveryMs - usedMs) / messageEveryMs);
}

/** Returns when the allowance is whole again after a message, ms. */
export function wholeAfterMessage(wholeAtMs: number, nowMs: number): number {
  return Math.max(limited(wholeAtMs, nowMs), nowMs) + messageEveryMs;
}

/** If the clock was set back, the allowance would be used up for a long time. It is never further away than a whole burst. */
function limited(wholeAtMs: number, nowMs: number): number {
  return Math.min(wholeAtMs, nowMs + burstMax * messageEveryMs);
}
