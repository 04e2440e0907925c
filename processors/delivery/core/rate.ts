/**
 * Limits how many messages one person gets through one channel: a few at once, then one every few seconds. More
 * messages would hide each other. Calls beyond the limit are not dropped: they wait for the next message. Pure.
 */

/** Number of messages that may be sent at once (ours). */
export const burstMax = 6;
/**
 * After these messages, one more message may be sent in each period of this length, ms (ours). This limit delays no
 * call for longer than this. The grouping of the calls about one patient may delay a call for 3 s more (grouping.ts).
 */
export const messageEveryMs = 5_000;

/** Returns when the next message may be sent, ms. @param wholeAtMs when the full number of messages is allowed again */
export function allowedAtMs(wholeAtMs: number, nowMs: number): number {
  return Math.max(nowMs, limited(wholeAtMs, nowMs) - (burstMax - 1) * messageEveryMs);
}

/** Returns how many messages may be sent now. */
export function allowedCount(wholeAtMs: number, nowMs: number): number {
  const usedMs = Math.max(0, limited(wholeAtMs, nowMs) - nowMs);
  return Math.floor((burstMax * messageEveryMs - usedMs) / messageEveryMs);
}

/** Returns when the full number of messages is allowed again after one more message, ms. */
export function wholeAfterMessage(wholeAtMs: number, nowMs: number): number {
  return Math.max(limited(wholeAtMs, nowMs), nowMs) + messageEveryMs;
}

/**
 * Returns `wholeAtMs`, but at most `burstMax * messageEveryMs` after now. Without this maximum, a clock that was set
 * back would stop the messages for a long time.
 */
function limited(wholeAtMs: number, nowMs: number): number {
  return Math.min(wholeAtMs, nowMs + burstMax * messageEveryMs);
}
