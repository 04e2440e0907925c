/**
 * Recognises repeated claims of client ids. The connection of the last claim in the log gets the client id, whichever
 * gateway wrote the claim. If Kafka's answer to a batch was lost, the batch may be in Kafka twice. A repeated claim
 * must not count as a newer claim.
 */

/**
 * The last sequence number that was read from each gateway process, by the boot of the process. The process that has
 * made no claim for the longest time comes first.
 */
export type LastClaims = Map<string, number>;

/**
 * Maximum number of gateway processes that are remembered. Above this number the first entry is dropped. No repeat of
 * its claims can come any more, because a repeat comes within seconds.
 */
export const bootsMax = 1_000;

/**
 * Notes a claim. A process numbers its claims upwards and appends them in this order.
 * @returns whether the claim is new, and not a repeat
 */
export function noteClaim(lastClaims: LastClaims, boot: string, seq: number): boolean {
  const last = lastClaims.get(boot) ?? 0;
  lastClaims.delete(boot);
  lastClaims.set(boot, Math.max(last, seq));
  const oldest = lastClaims.size > bootsMax ? lastClaims.keys().next().value : undefined;
  if (oldest !== undefined) lastClaims.delete(oldest);
  return seq > last;
}
