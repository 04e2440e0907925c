/**
 * The audit trail as read back from Kafka: what the auditor pages through, whether its chains hold, and which sessions were
 * logged out. In memory and bounded; a restart reads it again.
 */
import type { Logger } from 'pino';
import { sha256 } from '../../contracts/audit-trail.ts';
import type { SealedRecord } from '../../contracts/envelope/opener.ts';
import { createReader, type Reader } from '../../contracts/kafka/reader.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { type AuditRecord, contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
import { parseInstant } from '../../contracts/time.ts';
import { beginChains, type ChainCheck, checkNext, missingRecords, newCheck } from '../core/audit-chain.ts';
import type { AuditPage, AuditQuery } from '../protocol.ts';

/** How far back it reads at its start. */
const auditSinceMs = 30 * 24 * 60 * 60_000;
/** Records in memory, about 1 kB each; past it the oldest go, and the page says from when on it is complete. */
const auditRecordsMax = 100_000;

type Held = { readonly id: number; readonly record: AuditRecord; readonly verified: boolean };

export type AuditProjection = {
  readonly caughtUp: Promise<void>;
  page(query: AuditQuery): AuditPage;
  close(): Promise<void>;
};

/** Takes records in the order of reading and answers pages. Without Kafka, for tests too. */
export function createAuditView(check: ChainCheck = newCheck(true)) {
  const held: Held[] = [];
  let id = 0;
  let unreadable = 0;
  return {
    /** Before the first `add`: what lay in the log, in any order. */
    begin(records: readonly AuditRecord[]) {
      beginChains(check, records);
    },
    /** A record that does not open or parse: the trail is not whole. */
    addUnreadable() {
      unreadable += 1;
    },
    /** @returns false for a repeat */
    add(record: AuditRecord): boolean {
      const outcome = checkNext(check, record, sha256);
      if (outcome === 'repeat') return false;
      id += 1;
      held.push({ id, record, verified: outcome === 'ok' });
      if (held.length > auditRecordsMax) held.splice(0, held.length - auditRecordsMax);
      return true;
    },
    page(query: AuditQuery): AuditPage {
      const limit = query.limit ?? 100;
      const records: AuditPage['records'] = [];
      let next: number | null = null;
      for (let at = held.length - 1; at >= 0; at -= 1) {
        const { id: entryId, record, verified } = held[at]!;
        if (query.before !== undefined && entryId >= query.before) continue;
        if (query.action !== undefined && record.action !== query.action) continue;
        if (query.userId !== undefined && record.actor.userId !== query.userId) continue;
        if (records.length === limit) {
          next = held[at + 1]!.id;
          break;
        }
        records.push(entryOf(record, verified));
      }
      const missing = missingRecords(check);
      const faults = [...check.faults, ...missing];
      if (unreadable > 0) faults.push(`${unreadable} records do not open`);
      return {
        records,
        next,
        chain: {
          intact: faults.length === 0,
          records: check.records,
          faults: faults.slice(0, 20),
        },
      };
    },
  };
}

function entryOf(record: AuditRecord, verified: boolean): AuditPage['records'][number] {
  const { actor, prev: _, hash: __, ...rest } = record;
  return { ...rest, ...actor, verified };
}

/** @param onLogout the mark of a session that was logged out, and when */
export async function followAudit(
  log: SealedLog,
  options: { nowMs: number; logger: Logger; onLogout: (mark: string, atMs: number) => void },
): Promise<AuditProjection> {
  const { logger, nowMs, onLogout } = options;
  const view = createAuditView();
  /** What lies in the log, partition by partition; judged when all of it is there, since a chain runs across partitions. */
  let backlog: AuditRecord[] | undefined = [];

  function take(record: AuditRecord): void {
    if (view.add(record) && record.action === 'logout' && record.detail?.startsWith('session ')) {
      onLogout(record.detail.slice('session '.length), parseInstant(record.at) ?? nowMs);
    }
  }

  function takeBacklog(): void {
    const records = (backlog ?? []).sort(byTime);
    backlog = undefined;
    view.begin(records);
    for (const record of records) take(record);
  }

  const reader: Reader = await createReader(log.kafka, {
    group: `${log.service}-${log.boot}-audit`,
    topics: ['audit'],
    start: { sinceMs: nowMs - auditSinceMs },
    log: logger,
    async onRecords({ records }) {
      for (const { key, value, offset, fetchedMs } of records) {
        if (value === null) continue;
        const record = await openAudit(log, { topic: 'audit', key, value, fetchedMs }).catch((error) => {
          logger.error({ offset, code: error.code, error: error.message }, 'an audit record does not open');
          return undefined;
        });
        if (!record) view.addUnreadable();
        else if (backlog === undefined) take(record);
        else {
          backlog.push(record);
          if (backlog.length > 2 * auditRecordsMax) backlog = backlog.sort(byTime).slice(-auditRecordsMax);
        }
      }
    },
  });
  return { caughtUp: reader.caughtUp.then(takeBacklog), page: view.page, close: reader.close };
}

const byTime = (a: AuditRecord, b: AuditRecord) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.n - b.n);

async function openAudit(log: SealedLog, record: SealedRecord): Promise<AuditRecord> {
  const opened = await log.open(record);
  const checked = checkRecord(opened.contentType, opened.plaintext);
  if (!checked.ok) throw Object.assign(new Error(checked.fault.message), { code: checked.fault.code });
  if (checked.contentType !== contentTypes.audit) throw new Error(`${checked.contentType} is no audit record`);
  return checked.body;
}
