/**
 * A point in InfluxDB is overwritten by what is written last at its time, so a message that comes again after its correction would
 * bring the old value back. This remembers which readings were written, for the newest instants of each association.
 */
import { type ReadingId, wasTaken, withTaken } from '../../../contracts/corrections.ts';

/** Instants remembered of one association: a device sends again what was in flight, no more. */
export const instantsMax = 64;
/** Associations remembered; past it the one that has been silent longest goes. A forgotten one takes every reading. */
export const associationsMax = 5_000;

/** `taken`: for each start of the device its last reading that was written; the last of them stands in InfluxDB. */
type Instant = { readonly timeMs: number; taken: readonly ReadingId[] };

/** By association, the one heard last at the end. */
export type Corrections = Map<string, Instant[]>;

/** Notes a reading, in the order of the log. Returns false where it must not be written: a later word of the same instant was. */
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
  if (wasTaken(known.taken, id)) return false;
  known.taken = withTaken(known.taken, id);
  return true;
}
