/** How far the witness has seen the log of the audit trail, and the digest of it. Pure: the hash is an argument. */
import { type AnchorPlace, digestStart, nextDigest } from '../../../log/audit/anchor.ts';
import type { Hash } from '../../../log/audit/chain.ts';

/** Faults kept until the next anchor. Further ones are left out, because the first ones show where to look. */
const faultsMax = 20;

export type Seen = {
  readonly places: Map<number, AnchorPlace>;
  /** Partitions that grew since the last anchor. */
  readonly changed: Set<number>;
  faults: string[];
};

/** @param places of the last anchors, by partition */
export function newSeen(places: Iterable<AnchorPlace>): Seen {
  return { places: new Map([...places].map((place) => [place.partition, place])), changed: new Set(), faults: [] };
}

export type LogRecord = { readonly offset: number; readonly key: string; readonly value: string };

/** Takes the next record of a partition. Reports a fault if the log does not continue where it was last seen. */
export function takeRecord(seen: Seen, partition: number, { offset, key, value }: LogRecord, hash: Hash): void {
  const before = seen.places.get(partition) ?? emptyPlace(partition);
  if (offset !== before.offset) noteFault(seen, jumpText(before, offset));
  // After a fault the log is witnessed anew from here on.
  const place = offset === before.offset ? before : { partition, from: offset, offset, digest: digestStart };
  seen.places.set(partition, { ...place, offset: offset + 1, digest: nextDigest(place.digest, key, value, hash) });
  seen.changed.add(partition);
}

/** Returns how far each partition was seen. */
export function offsetsOf(seen: Seen): ReadonlyMap<number, number> {
  return new Map([...seen.places].map(([partition, { offset }]) => [partition, offset]));
}

/**
 * Compares with the end of a partition: records that were seen and are gone were cut off.
 * @param seenBefore how far it was seen before its end was asked for; more may have been seen since
 */
export function takeEnd(seen: Seen, partition: number, end: number, seenBefore: number): void {
  const place = seen.places.get(partition);
  if (place === undefined) {
    seen.places.set(partition, emptyPlace(partition));
    seen.changed.add(partition);
  } else if (end < seenBefore) {
    noteFault(seen, jumpText({ ...place, offset: seenBefore }, end));
    seen.places.set(partition, { partition, from: end, offset: end, digest: digestStart });
    seen.changed.add(partition);
  }
}

/** Returns the content of the next anchor; undefined if no partition grew. */
export function nextAnchored(seen: Seen): { readonly places: AnchorPlace[]; readonly faults: string[] } | undefined {
  if (seen.changed.size === 0) return undefined;
  const places = [...seen.changed].sort((a, b) => a - b).map((partition) => seen.places.get(partition)!);
  return { places, faults: [...seen.faults] };
}

/** The anchor is written: the next one covers what comes after it. */
export function forgetAnchored(seen: Seen): void {
  seen.changed.clear();
  seen.faults = [];
}

const emptyPlace = (partition: number): AnchorPlace => ({ partition, from: 0, offset: 0, digest: digestStart });

function jumpText({ partition, offset }: AnchorPlace, next: number): string {
  return next < offset
    ? `partition ${partition}: records from offset ${next} to ${offset - 1} were seen and are gone`
    : `partition ${partition}: records from offset ${offset} to ${next - 1} are gone`;
}

function noteFault(seen: Seen, text: string): void {
  if (seen.faults.length < faultsMax) seen.faults.push(text);
}
