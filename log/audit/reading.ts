/**
 * Judges the records of the audit trail while they are read from Kafka. Checks each record alone, its position in the
 * partition, and its anchors. Handles the records of each partition in their order. The dashboard and `vigil audit
 * verify` use this code.
 */
import { readFileSync } from 'node:fs';
import { checkRecord } from '../../contracts/messages/check.ts';
import { type AnyAuditRecord, contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { OpenedRecord } from '../envelope/header.ts';
import { type Anchor, type AnchorTip, readAnchors } from './anchor.ts';
import { createAnchoredCheck, type LogPosition } from './anchored.ts';
import type { AuditFault } from './chain.ts';
import { isSigned } from './chain.ts';
import type { PublicKeys } from './keys.ts';
import { judgeRecord, type RecordVerdict } from './rules.ts';
import { createSessionCheck } from './sessions.ts';
import { sha256 } from './trail.ts';

export type AuditLogRecord = LogPosition & { readonly key: string; readonly value: Buffer };

export type AuditRead = {
  /** Undefined if the record cannot be decrypted, or is not an audit record. */
  readonly record: AnyAuditRecord | undefined;
  readonly verdict: RecordVerdict;
  /** Faults of the log at this offset, besides the verdict on the record. */
  readonly faults: readonly AuditFault[];
};

export type AuditReading = {
  /** Judges the next record. @param opened the decrypted record; undefined if the record cannot be decrypted */
  judgeNext(record: AuditLogRecord, opened: OpenedRecord | undefined): AuditRead;
  /** Returns which anchored records are missing at the end of the log. Call this after the whole log was read. */
  faultsAtEnd(): readonly AuditFault[];
  /** Returns the number of anchored offsets whose digest was right. */
  rightCount(): number;
};

/**
 * Creates a judge of the trail.
 * @param fromMs time of the first records that are read; undefined if the whole log is read
 */
export function createAuditReading(keys: PublicKeys, anchors: readonly Anchor[], fromMs?: number): AuditReading {
  const anchored = createAnchoredCheck(anchors, sha256, fromMs !== undefined);
  const sessions = createSessionCheck(fromMs);
  /** The state of each partition. `lastN` is the highest record number of each chain. */
  const states = new Map<number, { hasSigned: boolean; nextOffset: number; readonly lastN: Map<string, number> }>();

  function stateOf(partition: number) {
    const existing = states.get(partition);
    if (existing) return existing;
    const state = { hasSigned: false, nextOffset: 0, lastN: new Map<string, number>() };
    states.set(partition, state);
    return state;
  }

  /**
   * Judges one record. An unsigned record is bad after the first signed record of the partition, and after the first
   * anchor.
   */
  function judge(record: AnyAuditRecord, opened: OpenedRecord, position: LogPosition): RecordVerdict {
    const { writer, boot } = opened.origin;
    const recordVerdict = judgeRecord(record, { writer, boot }, sha256, keys.verify);
    const state = stateOf(position.partition);
    if (recordVerdict.kind === 'older' && (state.hasSigned || anchored.mustBeSigned(position)))
      return {
        kind: 'bad',
        fault: 'unsigned',
        why: 'is not signed, but is in a part of the log where all records are signed',
      };
    const verdict = sessions.judge(record, recordVerdict);
    if (isSigned(record) && verdict.kind !== 'bad') state.hasSigned = true;
    return verdict;
  }

  /** Returns a fault if a record has a smaller number than an earlier record of its chain in the same partition. */
  function orderFaults({ partition, offset }: LogPosition, { boot, n }: AnyAuditRecord): AuditFault[] {
    const state = stateOf(partition);
    if (offset < state.nextOffset) return [];
    state.nextOffset = offset + 1;
    const lastNumber = state.lastN.get(boot) ?? 0;
    state.lastN.set(boot, Math.max(lastNumber, n));
    if (n >= lastNumber) return [];
    const text = `record ${n} of ${boot} is behind its record ${lastNumber}, at offset ${offset} of partition ${partition}`;
    return [{ kind: 'moved', text }];
  }

  return {
    judgeNext({ key, value, ...position }, opened) {
      const record = opened && readAudit(opened);
      const atMs = record && parseInstant(record.at);
      const faults = anchored.checkNext(position, key, value.toString('base64url'), atMs);
      if (!opened || !record) {
        const recordText = `the record at offset ${position.offset} of partition ${position.partition}`;
        return {
          record: undefined,
          verdict: { kind: 'bad', fault: 'unreadable', why: `${recordText} cannot be opened` },
          faults,
        };
      }
      const verdict = judge(record, opened, position);
      return { record, verdict, faults: [...faults, ...orderFaults(position, record)] };
    },
    faultsAtEnd: anchored.faultsAtEnd,
    rightCount: anchored.rightCount,
  };
}

/** Returns the audit record in an opened envelope, of any version; undefined if the record is not an audit record. */
export function readAudit({ contentType, plaintext }: OpenedRecord): AnyAuditRecord | undefined {
  const checked = checkRecord(contentType, plaintext);
  if (!checked.ok) return undefined;
  const isAudit = checked.contentType === contentTypes.audit || checked.contentType === contentTypes.olderAudit;
  return isAudit ? checked.body : undefined;
}

export type LoadedAnchors = {
  readonly anchors: readonly Anchor[];
  readonly tip: AnchorTip;
  readonly faults: readonly AuditFault[];
};

/** Loads and verifies a file of anchors. Returns no anchors if the file does not exist yet. */
export function loadAnchors(path: string, keys: PublicKeys): LoadedAnchors {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { anchors, tip, faults } = readAnchors(text, sha256, keys.verifyAnchor);
  return { anchors, tip, faults: faults.map((fault) => ({ kind: 'anchors', text: fault })) };
}
