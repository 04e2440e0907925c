/** How many may come in now: a bucket of tokens that fills at a steady rate and holds little, so that a pause saves up no rush. */
export type Bucket = {
  /** Tokens there were at `atMs`. */
  tokens: number;
  atMs: number;
};

/** What a bucket holds: a twentieth of a second's worth, at least one. */
export function capacity(perS: number): number {
  return Math.max(1, perS / 20);
}

/** A full bucket. */
export function newBucket(perS: number, nowMs: number): Bucket {
  return { tokens: capacity(perS), atMs: nowMs };
}

/**
 * Takes tokens, as many as there are and are wanted.
 * @param perS tokens that come in a second, above 0
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
