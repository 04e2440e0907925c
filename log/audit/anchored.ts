/**
 * Checks whether the audit trail in Kafka agrees with its anchors. Handles the records of each partition in their
 * order. Pure.
 */

import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type Anchor, digestStart, nextDigest } from './anchor.ts';
import type { AuditFault, Hash } from './chain.ts';

/**
 * Longest delay from the time in a record to its arrival in Kafka, ms (our choice). Clock errors and waits cause
 * shorter delays. A longer delay means that the time in the record is false.
 */
export const appendDelayMsMax = 10 * 60_000;

type AnchoredOffset = {
  readonly offset: number;
  readonly digest: string;
  readonly line: number;
  readonly atMs: number;
};

type PartitionState = {
  /** The anchors of the partition, lowest offset first. */
  readonly anchoredOffsets: readonly AnchoredOffset[];
  /** Index of the next anchored offset. */
  nextIndex: number;
  /**
   * Digest of the records read so far. If the reading began in the middle of the partition, the digest is undefined
   * until the reading reaches an anchored offset.
   */
  digest: string | undefined;
  nextOffset: number;
  isWrong: boolean;
  rightCount: number;
};

export type LogPosition = { readonly partition: number; readonly offset: number };

/**
 * Creates a check of the log against its anchors.
 * @param fromMiddle whether the reading may begin after the first anchored record
 */
export function createAnchoredCheck(anchors: readonly Anchor[], hash: Hash, fromMiddle: boolean) {
  const states = new Map<number, PartitionState>();
  const lineAtMs = new Map(anchors.map(({ line, at }) => [line, parseInstant(at) ?? 0]));
  const firstAnchor = anchors[0];
  const lastAnchor = anchors.at(-1);

  function stateOf(partition: number, offset: number, faults: AuditFault[]): PartitionState {
    const existing = states.get(partition);
    if (existing) return existing;
    const anchoredOffsets = anchoredOffsetsOf(anchors, partition);
    const from = anchoredOffsets[0]?.from ?? 0;
    const isMiddle = offset > from;
    if (isMiddle && !fromMiddle)
      faults.push({ kind: 'cut', text: `the records of partition ${partition} before offset ${offset} are missing` });
    const state = {
      anchoredOffsets,
      nextIndex: isMiddle ? anchoredOffsets.filter((anchored) => anchored.offset < offset).length : 0,
      digest: isMiddle ? undefined : digestStart,
      nextOffset: offset,
      isWrong: false,
      rightCount: 0,
    };
    states.set(partition, state);
    compareDigests(partition, state, offset, faults);
    return state;
  }

  /** Compares the digest at each anchored offset up to `offset`. */
  function compareDigests(partition: number, state: PartitionState, offset: number, faults: AuditFault[]): void {
    for (let anchored = nextOf(state); anchored && anchored.offset <= offset; anchored = nextOf(state)) {
      state.nextIndex += 1;
      const isAtPosition = anchored.offset === state.nextOffset;
      if (isAtPosition && (state.digest === undefined || state.digest === anchored.digest)) state.rightCount += 1;
      else if (!state.isWrong) {
        state.isWrong = true;
        faults.push({
          kind: 'changed',
          text: changedText(partition, state.anchoredOffsets[state.nextIndex - 2]?.offset ?? 0, anchored),
        });
      }
      state.digest = anchored.digest;
    }
  }

  return {
    /**
     * Handles the next record of a partition.
     * @param value base64url of the sealed record
     * @param atMs the time in the record; undefined if the record cannot be decrypted
     */
    checkNext({ partition, offset }: LogPosition, key: string, value: string, atMs?: number): AuditFault[] {
      const faults: AuditFault[] = [];
      const state = stateOf(partition, offset, faults);
      // The record was read before.
      if (offset < state.nextOffset) return faults;
      compareDigests(partition, state, offset, faults);
      const line = nextOf(state)?.line ?? (lastAnchor === undefined ? undefined : lastAnchor.line + 1);
      const notInLogAtMs = line === undefined ? undefined : lineAtMs.get(line - 1);
      if (atMs !== undefined && notInLogAtMs !== undefined && atMs < notInLogAtMs - appendDelayMsMax)
        faults.push({ kind: 'backdated', text: lateText({ partition, offset }, atMs, notInLogAtMs) });
      if (state.digest !== undefined) state.digest = nextDigest(state.digest, key, value, hash);
      state.nextOffset = offset + 1;
      compareDigests(partition, state, offset + 1, faults);
      return faults;
    },
    /**
     * Returns whether a record must be signed. True from the first anchor on, because each version of Vigil that writes
     * anchors also signs records.
     */
    mustBeSigned({ partition, offset }: LogPosition): boolean {
      const start = firstAnchor?.places.find((anchor) => anchor.partition === partition);
      return firstAnchor !== undefined && offset >= (start?.offset ?? 0);
    },
    /** Returns which anchored records are missing at the end of the log. Call this after the whole log was read. */
    faultsAtEnd(): AuditFault[] {
      const anchored = anchors.flatMap(({ places }) => places.map(({ partition }) => partition));
      const partitions = new Set([...states.keys(), ...anchored]);
      return [...partitions].flatMap((partition): AuditFault[] => {
        const anchored = anchoredOffsetsOf(anchors, partition).at(-1);
        const end = states.get(partition)?.nextOffset ?? 0;
        if (anchored === undefined || end >= anchored.offset) return [];
        return [{ kind: 'cut', text: cutText(partition, end, anchored) }];
      });
    },
    /**
     * Returns the number of anchored offsets whose digest was right. If the reading began in the middle of a partition,
     * its first anchored offset counts too, although its digest cannot be compared.
     */
    rightCount: () => [...states.values()].reduce((sum, state) => sum + state.rightCount, 0),
  };
}

/** Returns the next anchored offset of a partition; undefined after the last anchored offset. */
function nextOf({ anchoredOffsets, nextIndex }: PartitionState): AnchoredOffset | undefined {
  return anchoredOffsets[nextIndex];
}

function anchoredOffsetsOf(
  anchors: readonly Anchor[],
  partition: number,
): (AnchoredOffset & { readonly from: number })[] {
  return anchors.flatMap(({ line, at, places }) =>
    places
      .filter((anchor) => anchor.partition === partition)
      .map(({ offset, digest, from }) => ({ offset, digest, from, line, atMs: parseInstant(at) ?? 0 })),
  );
}

function changedText(partition: number, from: number, { offset, atMs, line }: AnchoredOffset): string {
  const records = `the records of partition ${partition} from offset ${from} to ${offset - 1}`;
  return `${records} are not the records that were anchored at ${formatInstant(atMs)} (line ${line})`;
}

function cutText(partition: number, end: number, { offset, atMs, line }: AnchoredOffset): string {
  const endText = `partition ${partition} ends before offset ${end}`;
  const anchored = `offset ${offset - 1} was anchored at ${formatInstant(atMs)} (line ${line})`;
  return `${endText}, and ${anchored}: ${offset - end} records are cut off`;
}

function lateText({ partition, offset }: LogPosition, atMs: number, absentAtMs: number): string {
  const record = `the record at offset ${offset} of partition ${partition}`;
  return `${record} has the time ${formatInstant(atMs)}, but was not yet in the log at ${formatInstant(absentAtMs)}`;
}
