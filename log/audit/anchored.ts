/** Checks whether the audit trail in Kafka agrees with its anchors. Takes the records of each partition in their order. Pure. */

import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type Anchor, digestStart, nextDigest } from './anchor.ts';
import type { AuditFault, Hash } from './chain.ts';

/** A record that was appended later than this after its own time has a false time (ours). Clock errors and waits are shorter. */
export const lateMsMax = 10 * 60_000;

type Mark = { readonly offset: number; readonly digest: string; readonly line: number; readonly atMs: number };

type PartitionState = {
  /** The anchors of the partition, lowest offset first. */
  readonly marks: readonly Mark[];
  /** Index of the next mark. */
  at: number;
  /** Digest of the records read so far. If the reading began in the middle, undefined until it reaches a mark. */
  digest: string | undefined;
  nextOffset: number;
  isWrong: boolean;
  checked: number;
};

export type LogPosition = { readonly partition: number; readonly offset: number };

/**
 * Creates a check of the log against its anchors.
 * @param fromMiddle whether the reading may begin after the first anchored record
 */
export function createAnchoredCheck(anchors: readonly Anchor[], hash: Hash, fromMiddle: boolean) {
  const parts = new Map<number, PartitionState>();
  const lineAtMs = new Map(anchors.map(({ line, at }) => [line, parseInstant(at) ?? 0]));
  const first = anchors[0];
  const last = anchors.at(-1);

  function partOf(partition: number, offset: number, faults: AuditFault[]): PartitionState {
    const existing = parts.get(partition);
    if (existing) return existing;
    const marks = marksOf(anchors, partition);
    const from = marks[0]?.from ?? 0;
    const isMiddle = offset > from;
    if (isMiddle && !fromMiddle)
      faults.push({ kind: 'cut', text: `the records of partition ${partition} before offset ${offset} are missing` });
    const at = isMiddle ? marks.filter((mark) => mark.offset < offset).length : 0;
    const part = {
      marks,
      at,
      digest: isMiddle ? undefined : digestStart,
      nextOffset: offset,
      isWrong: false,
      checked: 0,
    };
    parts.set(partition, part);
    passMarks(partition, part, offset, faults);
    return part;
  }

  /** Compares the digest at each mark up to `offset`. */
  function passMarks(partition: number, part: PartitionState, offset: number, faults: AuditFault[]): void {
    for (let mark = part.marks[part.at]; mark && mark.offset <= offset; mark = part.marks[part.at]) {
      part.at += 1;
      const isAtPosition = mark.offset === part.nextOffset;
      if (isAtPosition && (part.digest === undefined || part.digest === mark.digest)) part.checked += 1;
      else if (!part.isWrong) {
        part.isWrong = true;
        faults.push({ kind: 'changed', text: changedText(partition, part.marks[part.at - 2]?.offset ?? 0, mark) });
      }
      part.digest = mark.digest;
    }
  }

  return {
    /**
     * Takes the next record of a partition.
     * @param value base64url of the sealed record
     * @param atMs the record's own time; undefined if the record cannot be decrypted
     */
    take({ partition, offset }: LogPosition, key: string, value: string, atMs?: number): AuditFault[] {
      const faults: AuditFault[] = [];
      const part = partOf(partition, offset, faults);
      // The record was read before.
      if (offset < part.nextOffset) return faults;
      passMarks(partition, part, offset, faults);
      const line = part.marks[part.at]?.line ?? (last === undefined ? undefined : last.line + 1);
      const absentAtMs = line === undefined ? undefined : lineAtMs.get(line - 1);
      if (atMs !== undefined && absentAtMs !== undefined && atMs < absentAtMs - lateMsMax)
        faults.push({ kind: 'backdated', text: lateText({ partition, offset }, atMs, absentAtMs) });
      if (part.digest !== undefined) part.digest = nextDigest(part.digest, key, value, hash);
      part.nextOffset = offset + 1;
      passMarks(partition, part, offset + 1, faults);
      return faults;
    },
    /** Returns whether a record must be signed. True from the first anchor on, because signatures and anchors began with one version. */
    mustBeSigned({ partition, offset }: LogPosition): boolean {
      const start = first?.places.find((place) => place.partition === partition);
      return first !== undefined && offset >= (start?.offset ?? 0);
    },
    /** Returns which anchored records are missing at the end of the log. Call this after the whole log was read. */
    finish(): AuditFault[] {
      const anchored = anchors.flatMap(({ places }) => places.map(({ partition }) => partition));
      const partitions = new Set([...parts.keys(), ...anchored]);
      return [...partitions].flatMap((partition): AuditFault[] => {
        const mark = marksOf(anchors, partition).at(-1);
        const end = parts.get(partition)?.nextOffset ?? 0;
        if (mark === undefined || end >= mark.offset) return [];
        return [{ kind: 'cut', text: cutText(partition, end, mark) }];
      });
    },
    /** Returns the number of anchored offsets whose digest was right. */
    checked: () => [...parts.values()].reduce((sum, part) => sum + part.checked, 0),
  };
}

function marksOf(anchors: readonly Anchor[], partition: number): (Mark & { readonly from: number })[] {
  return anchors.flatMap(({ line, at, places }) =>
    places
      .filter((place) => place.partition === partition)
      .map(({ offset, digest, from }) => ({ offset, digest, from, line, atMs: parseInstant(at) ?? 0 })),
  );
}

function changedText(partition: number, from: number, { offset, atMs, line }: Mark): string {
  const records = `the records of partition ${partition} from offset ${from} to ${offset - 1}`;
  return `${records} are not the records that were anchored at ${formatInstant(atMs)} (line ${line})`;
}

function cutText(partition: number, end: number, { offset, atMs, line }: Mark): string {
  const endText = `partition ${partition} ends before offset ${end}`;
  const anchored = `offset ${offset - 1} was anchored at ${formatInstant(atMs)} (line ${line})`;
  return `${endText}, and ${anchored}: ${offset - end} records are cut off`;
}

function lateText({ partition, offset }: LogPosition, atMs: number, absentAtMs: number): string {
  const record = `the record at offset ${offset} of partition ${partition}`;
  return `${record} has the time ${formatInstant(atMs)}, but was not yet in the log at ${formatInstant(absentAtMs)}`;
}
