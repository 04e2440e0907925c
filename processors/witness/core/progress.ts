/**
 * The progress of the witness in the log of the audit trail: its next offsets, and digests of the read records. Pure.
 */
import { digestStart, nextDigest, type PartitionAnchor } from '../../../log/audit/anchor.ts';
import type { Hash } from '../../../log/audit/chain.ts';

/**
 * Maximum number of faults that are kept for the next anchor. Further faults are dropped, because the first faults show
 * the place.
 */
const faultsMax = 20;

export type Progress = {
  readonly anchorByPartition: Map<number, PartitionAnchor>;
  /** The partitions that changed since the last anchor. */
  readonly changed: Set<number>;
  /** Places at which the log was cut or changed, found since the last anchor. */
  faults: string[];
};

/** @param anchors the anchors of the partitions in their order; the last of each partition counts */
export function newProgress(anchors: Iterable<PartitionAnchor>): Progress {
  return {
    anchorByPartition: new Map([...anchors].map((anchor) => [anchor.partition, anchor])),
    changed: new Set(),
    faults: [],
  };
}

export type LogRecord = { readonly offset: number; readonly key: string; readonly value: string };

/** Adds the next record of a partition. Notes a fault if the record does not have the next offset. */
export function addRecord(progress: Progress, partition: number, { offset, key, value }: LogRecord, hash: Hash): void {
  const before = progress.anchorByPartition.get(partition) ?? emptyAnchor(partition);
  if (offset !== before.offset) noteFault(progress, jumpText(before, offset));
  // After a fault, a new digest begins at this record.
  const anchor = offset === before.offset ? before : { partition, from: offset, offset, digest: digestStart };
  progress.anchorByPartition.set(partition, {
    ...anchor,
    offset: offset + 1,
    digest: nextDigest(anchor.digest, key, value, hash),
  });
  progress.changed.add(partition);
}

/** Returns the next offset of each partition. */
export function offsetsOf(progress: Progress): ReadonlyMap<number, number> {
  return new Map([...progress.anchorByPartition].map(([partition, { offset }]) => [partition, offset]));
}

/**
 * Compares the progress with the end of a partition. Notes a fault if the partition now ends before records that were
 * already read.
 * @param readBefore the next offset before Kafka was asked for the end; further records may have been read since
 */
export function compareEnd(progress: Progress, partition: number, end: number, readBefore: number): void {
  const anchor = progress.anchorByPartition.get(partition);
  if (anchor === undefined) {
    progress.anchorByPartition.set(partition, emptyAnchor(partition));
    progress.changed.add(partition);
  } else if (end < readBefore) {
    noteFault(progress, jumpText({ ...anchor, offset: readBefore }, end));
    progress.anchorByPartition.set(partition, { partition, from: end, offset: end, digest: digestStart });
    progress.changed.add(partition);
  }
}

/** Returns the content of the next anchor; undefined if no partition changed. */
export function nextAnchorContent(
  progress: Progress,
): { readonly places: PartitionAnchor[]; readonly faults: string[] } | undefined {
  if (progress.changed.size === 0) return undefined;
  const places = [...progress.changed]
    .sort((a, b) => a - b)
    .map((partition) => progress.anchorByPartition.get(partition)!);
  return { places, faults: [...progress.faults] };
}

/** Clears the changes and faults. Called after the anchor with these changes and faults is written. */
export function markAnchored(progress: Progress): void {
  progress.changed.clear();
  progress.faults = [];
}

const emptyAnchor = (partition: number): PartitionAnchor => ({ partition, from: 0, offset: 0, digest: digestStart });

function jumpText({ partition, offset }: PartitionAnchor, next: number): string {
  return next < offset
    ? `partition ${partition}: records from offset ${next} to ${offset - 1} were read earlier and are now missing`
    : `partition ${partition}: records from offset ${offset} to ${next - 1} are missing`;
}

function noteFault(progress: Progress, text: string): void {
  if (progress.faults.length < faultsMax) progress.faults.push(text);
}
