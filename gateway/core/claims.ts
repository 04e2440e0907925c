/**
 * Claims of client ids, in the order of the log: the last claim gets the id, on whichever gateway. Kafka may hold a batch twice if its
 * answer was lost. A claim that is read again does not become newer.
 */

/** The last sequence number read from each gateway process, by its boot; the process that was quiet for longest comes first. */
export type LastClaims = Map<string, number>;

/** Number of gateway processes that are remembered. Above it the one that was quiet for longest is dropped: repeats come within seconds. */
export const bootsMax = 1_000;

/**
 * Notes a claim. A process numbers its claims upwards and appends them in that order.
 * @returns whether the claim is read for the first time
 */
export function noteClaim(met: LastClaims, boot: string, seq: number): boolean {
  const last = met.get(boot) ?? 0;
  met.delete(boot);
  met.set(boot, Math.max(last, seq));
  const quietest = met.size > bootsMax ? met.keys().next().value : undefined;
  if (quietest !== undefined) met.delete(quietest);
  return seq > last;
}
