/**
 * Claims of client ids, in the order of the log: the last one has the id, on whichever gateway. Kafka may hold a batch twice, where
 * its answer was lost; a claim that is met again is no newer than it was.
 */

/** The last sequence number met of each gateway process, by its boot; the longest quiet first. */
export type ClaimsMet = Map<string, number>;

/** Gateway processes that are remembered. Past it the longest quiet is forgotten: repeats come within seconds. */
export const bootsMax = 1_000;

/**
 * Notes a claim. A process numbers its claims upwards and appends them in that order.
 * @returns whether it is met for the first time
 */
export function meetClaim(met: ClaimsMet, boot: string, seq: number): boolean {
  const last = met.get(boot) ?? 0;
  met.delete(boot);
  met.set(boot, Math.max(last, seq));
  const quietest = met.size > bootsMax ? met.keys().next().value : undefined;
  if (quietest !== undefined) met.delete(quietest);
  return seq > last;
}
