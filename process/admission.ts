/** Limits how many may come in now: a bucket of tokens that fills at a steady rate. It holds little, so a pause does not allow a rush later. */
export type Bucket = {
  /** Number of tokens at `atMs`. */
  tokens: number;
  atMs: number;
};

/** Returns how much a bucket holds: a twentieth of a second's worth, at least one. */
export function capacity(perS: number): number {
  return Math.max(1, perS / 20);
}

/** Returns a full bucket. */
export function newBucket(perS: number, nowMs: number): Bucket {
  return { tokens: capacity(perS), atMs: nowMs };
}

/**
 * Takes tokens: as many as are wanted, or as there are.
 * @param perS tokens that come in per second, above 0
 * @param nowMs by a clock that never jumps
 * @returns whole tokens, 0 to `wanted`
 */
export function takeTokens(bucket: Bucket, perS: number, nowMs: number, wanted: number): number {
  const earned = (Math.max(0, nowMs - bucket.atMs) / 1000) * perS;
  bucket.tokens = Math.min(capacity(perS), bucket.tokens + earned);
  bucket.atMs = nowMs;
  const taken = Math.min(wanted, Math.floor(bucket.tokens));
  bucket.tokens -= taken;
  return taken;
}
