/**
 * A rate limit: a bucket of tokens that fills at a steady rate. The bucket is small, so that only few tokens can be
 * taken at once after a pause.
 */
export type Bucket = {
  /** Number of tokens at `atMs`. */
  tokens: number;
  atMs: number;
};

/**
 * Returns the maximum number of tokens of a bucket: the new tokens of a twentieth of a second, but at least one token.
 */
export function bucketCapacity(perS: number): number {
  return Math.max(1, perS / 20);
}

/** Returns a full bucket. */
export function newBucket(perS: number, nowMs: number): Bucket {
  return { tokens: bucketCapacity(perS), atMs: nowMs };
}

/**
 * Takes up to `wanted` tokens from the bucket.
 * @param perS new tokens per second, above 0
 * @param nowMs time of a clock that never jumps
 * @returns whole tokens, 0 to `wanted`
 */
export function takeTokens(bucket: Bucket, perS: number, nowMs: number, wanted: number): number {
  const earned = (Math.max(0, nowMs - bucket.atMs) / 1000) * perS;
  bucket.tokens = Math.min(bucketCapacity(perS), bucket.tokens + earned);
  bucket.atMs = nowMs;
  const tokens = Math.min(wanted, Math.floor(bucket.tokens));
  bucket.tokens -= tokens;
  return tokens;
}
