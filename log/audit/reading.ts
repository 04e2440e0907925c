/**
 * Reads the audit trail back and reports what is wrong with each record and with the log around it. Records come in the order of their
 * partition. The dashboard, which follows the trail, and `vigil audit verify` use the same rules.
 */
import { readFileSync } from 'node:fs';
import { checkRecord } from '../../contracts/messages/check.ts';
import { type AnyAuditRecord, contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Opened } from '../envelope/header.ts';
import { type Anchor, type AnchorTip, readAnchors } from './anchor.ts';
import { createAnchoredCheck, type LogPlace } from './anchored.ts';
import type { AuditFault } from './chain.ts';
import { isSigned } from './chain.ts';
import type { PublicKeys } from './keys.ts';
import { judgeRecord, type RecordVerdict } from './rules.ts';
import { createSessionCheck } from './sessions.ts';
import { sha256 } from './trail.ts';

export type AuditLogRecord = LogPlace & { readonly key: string; readonly value: Buffer };

export type AuditRead = {
  /** Undefined if it does not open, or is not an audit record. */
  readonly record: AnyAuditRecord | undefined;
  readonly verdict: RecordVerdict;
  /** What is wrong with the log at this place. */
  readonly faults: readonly AuditFault[];
};

export type AuditReading = {
  /** @param opened undefined if it does not open */
  take(record: AuditLogRecord, opened: Opened | undefined): AuditRead;
  /** Returns what is missing at the end of the log. Call it after the log was read. */
  finish(): readonly AuditFault[];
  /** How many anchored places were compared and right. */
  checked(): number;
};

/** @param fromMs undefined: the reading begins with the first record; otherwise with the records of this time */
export function createAuditReading(keys: PublicKeys, anchors: readonly Anchor[], fromMs?: number): AuditReading {
  const anchored = createAnchoredCheck(anchors, sha256, fromMs !== undefined);
  const sessions = createSessionCheck(fromMs);
  /** By partition: whether a signed record was read, and the next offset. */
  const parts = new Map<number, { hasSigned: boolean; nextOffset: number; readonly lastN: Map<string, number> }>();

  function partOf(partition: number) {
    const existing = parts.get(partition);
    if (existing) return existing;
    const part = { hasSigned: false, nextOffset: 0, lastN: new Map<string, number>() };
    parts.set(partition, part);
    return part;
  }

  /** Judges one record. Only records from before there were signatures may be unsigned. */
  function judge(record: AnyAuditRecord, opened: Opened, place: LogPlace): RecordVerdict {
    const { writer, boot } = opened.place;
    const own = judgeRecord(record, { writer, boot }, sha256, keys.verify);
    const part = partOf(place.partition);
    if (own.kind === 'older' && (part.hasSigned || anchored.mustBeSigned(place)))
      return { kind: 'bad', fault: 'unsigned', why: 'is not signed, and lies where all are signed' };
    const verdict = sessions.judge(record, own);
    if (isSigned(record) && verdict.kind !== 'bad') part.hasSigned = true;
    return verdict;
  }

  /** Checks that a chain's records are in the order of their writing, in each partition. */
  function orderFaults({ partition, offset }: LogPlace, { boot, n }: AnyAuditRecord): AuditFault[] {
    const part = partOf(partition);
    if (offset < part.nextOffset) return [];
    part.nextOffset = offset + 1;
    const last = part.lastN.get(boot) ?? 0;
    part.lastN.set(boot, Math.max(last, n));
    if (n >= last) return [];
    const text = `record ${n} of ${boot} lies after its record ${last}, at offset ${offset} of partition ${partition}`;
    return [{ kind: 'moved', text }];
  }

  return {
    take({ key, value, ...place }, opened) {
      const record = opened && readAudit(opened);
      const atMs = record && parseInstant(record.at);
      const faults = anchored.take(place, key, value.toString('base64url'), atMs);
      if (!opened || !record) {
        const where = `the record at offset ${place.offset} of partition ${place.partition}`;
        return {
          record: undefined,
          verdict: { kind: 'bad', fault: 'unreadable', why: `${where} does not open` },
          faults,
        };
      }
      const verdict = judge(record, opened, place);
      return { record, verdict, faults: [...faults, ...orderFaults(place, record)] };
    },
    finish: anchored.finish,
    checked: anchored.checked,
  };
}

/** Returns the record in an envelope, of any version; undefined if it holds something else. */
export function readAudit({ contentType, plaintext }: Opened): AnyAuditRecord | undefined {
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

/** Loads the anchors of a file, and the faults of the file; nothing if there is no file yet. */
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
