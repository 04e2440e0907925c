/**
 * Reads the audit trail from Kafka and keeps its newest records in memory, for the pages of the auditor. Checks the
 * chains of the records, and reports which sessions were logged out, locked or ended. A restart reads the trail again.
 */
import type { Logger } from 'pino';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import type { PublicKeys } from '../../../log/audit/keys.ts';
import { type AuditRead, createAuditReading, loadAnchors } from '../../../log/audit/reading.ts';
import type { RecordVerdict } from '../../../log/audit/rules.ts';
import { sessionOfOlder } from '../../../log/audit/sessions.ts';
import { createReader, type Reader } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading } from '../../../log/sealed-reading.ts';
import type { AuditFilter, AuditPage, AuditSearch } from '../../protocol/audit.ts';
import { endsSessions } from '../core/account-changes.ts';
import type { AuditedRecord } from '../core/audit-filter.ts';
import { auditRecordsMax, createAuditView } from './view.ts';

/** At its start the server reads the records of the last 30 days. */
const auditSinceMs = 30 * 24 * 60 * 60_000;

export type AuditProjection = {
  readonly caughtUp: Promise<void>;
  page(search: AuditSearch): AuditPage;
  /** Returns a page, with a summary of all matches if it is the first page. */
  search(search: AuditSearch): Promise<AuditPage>;
  /** Returns the records that match, oldest first, and the time from which all records are known. */
  matching(filter: AuditFilter): Promise<{ readonly records: readonly AuditedRecord[]; readonly knownFrom: string }>;
  close(): Promise<void>;
};

type JudgedRecord = { readonly record: AnyAuditRecord; readonly verdict: RecordVerdict };

export type FollowAuditOptions = {
  readonly nowMs: number;
  readonly logger: Logger;
  readonly keys: PublicKeys;
  /** The file with the witness's anchors; an empty text if this server reads no anchors. */
  readonly anchorsFile: string;
  /** Called when a session was logged out. `mark` identifies the session (`sessionMark`). */
  readonly onLogout: (mark: string, atMs: number) => void;
  /** Called when the screens of a session were locked or unlocked. */
  readonly onLock: (mark: string, isLocked: boolean) => void;
  /** Called when an account's sessions that began at `atMs` or before have ended. */
  readonly onSessionsEnded: (userId: string, atMs: number) => void;
  /** Called with each record that is not forged. */
  readonly onRecord?: (record: AnyAuditRecord) => void;
};

export async function followAudit(sealedLog: SealedLog, options: FollowAuditOptions): Promise<AuditProjection> {
  const { logger, nowMs, keys, anchorsFile, onLogout, onLock, onSessionsEnded, onRecord } = options;
  const sinceMs = nowMs - auditSinceMs;
  const view = createAuditView(sinceMs);
  const { anchors, faults } = anchorsFile === '' ? { anchors: [], faults: [] } : loadAnchors(anchorsFile, keys);
  const auditReading = createAuditReading(keys, anchors, sinceMs);
  view.addFaults(faults);
  /** The records that were in Kafka at the start, checked together because one chain lies in several partitions. */
  let backlog: JudgedRecord[] | undefined = [];

  function addJudged({ record, verdict }: JudgedRecord): void {
    // A forged record or a repeated record must not end a session.
    if (!view.add(record, verdict) || verdict.kind === 'bad') return;
    onRecord?.(record);
    const atMs = parseInstant(record.at) ?? nowMs;
    if (record.action === 'logout') {
      const mark = isSigned(record) ? record.session : sessionOfOlder(record);
      if (mark !== undefined) onLogout(mark, atMs);
    }
    if (isSigned(record) && record.session !== undefined && /^screen-(un)?locked$/.test(record.action))
      onLock(record.session, record.action === 'screen-locked');
    if (isSigned(record) && record.account !== undefined && endsSessions(record)) onSessionsEnded(record.account, atMs);
  }

  function addBacklog(): void {
    const judged = (backlog ?? []).sort(byTime);
    backlog = undefined;
    view.begin(judged.map(({ record }) => record));
    for (const entry of judged) addJudged(entry);
    view.addFaults(auditReading.faultsAtEnd());
    const newestAnchor = anchors.at(-1);
    if (newestAnchor) view.anchored(newestAnchor.at);
  }

  function addRead({ record, verdict, faults }: AuditRead): void {
    view.addFaults(faults);
    if (!record) view.addUnreadable();
    else if (backlog === undefined) addJudged({ record, verdict });
    else {
      backlog.push({ record, verdict });
      if (backlog.length <= 2 * auditRecordsMax) return;
      backlog = backlog.sort(byTime).slice(-auditRecordsMax);
      view.noteDropped();
    }
  }

  const sealedReading = createSealedReading({ open: sealedLog.open, log: logger, leftOutOf: 'the audit trail' });
  const reader: Reader = await createReader(sealedLog.kafka, {
    group: `${sealedLog.service}-${sealedLog.boot}-audit`,
    topics: ['audit'],
    start: { sinceMs },
    log: logger,
    async onRecords(batch) {
      const { partition } = batch;
      for (const record of batch.records) {
        const { key, value, offset } = record;
        if (value === null) continue;
        const opened = await sealedReading.open(batch, record);
        addRead(auditReading.judgeNext({ partition, offset: Number(offset), key, value }, opened));
      }
    },
  });
  const { page, search, matching } = view;
  return { caughtUp: reader.caughtUp.then(addBacklog), page, search, matching, close: reader.close };
}

const byTime = ({ record: a }: JudgedRecord, { record: b }: JudgedRecord) =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.n - b.n;
