/**
 * Which readings were written, for the newest instants of each association. InfluxDB keeps the last point written for an instant. So a
 * message that comes again after its correction would bring the old value back.
 */
import { isRepeatedReading, type ReadingId, withAcceptedReading } from '../../../contracts/corrections.ts';

/** Instants remembered of one association. This is enough: a device sends again only messages that were in flight. */
export const instantsMax = 64;
/** Associations remembered. Beyond this, the one that has been silent longest is forgotten. A forgotten one accepts every reading. */
export const associationsMax = 5_000;

/** `taken`: for each start of the device its last written reading. The last of them is the one in InfluxDB. */
type Instant = { readonly timeMs: number; taken: readonly ReadingId[] };

/** By association, the most recently heard at the end. */
export type Corrections = Map<string, Instant[]>;

/**
 * Notes a reading, in the order of the log. Returns false if it must not be written, because a later reading of the same instant came
 * before.
 */
export function isLatest(corrections: Corrections, associationId: string, timeMs: number, id: ReadingId): boolean {
  const instants = corrections.get(associationId) ?? [];
  corrections.delete(associationId);
  corrections.set(associationId, instants);
  if (corrections.size > associationsMax) corrections.delete(corrections.keys().next().value!);
  const known = instants.findLast((instant) => instant.timeMs === timeMs);
  if (known === undefined) {
    instants.push({ timeMs, taken: [id] });
    if (instants.length > instantsMax) instants.shift();
    return true;
  }
  const last = known.taken.at(-1);
  if (last?.boot === id.boot && last.seq === id.seq) return true;
  if (isRepeatedReading(known.taken, id)) return false;
  known.taken = withAcceptedReading(known.taken, id);
  return true;
}
