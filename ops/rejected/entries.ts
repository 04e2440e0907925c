/** Reads the entries in `rejected`, and which of them were sent through again. */
import type { Logger } from 'pino';
import { contentTypes, type RejectedRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { kafkaTopics } from '../../contracts/topics.ts';
import { readAudit } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readTopic } from '../sealed-topic.ts';
import { appendedIn } from './appended.ts';

/** One rejected message. `id` is its place: `partition:offset`. */
export type Entry = {
  readonly id: string;
  /** Its envelope's `boot` and `seq`. They name it even if a retry has written it twice. */
  readonly boot: string;
  readonly seq: number;
  readonly receivedAtMs: number;
  readonly deviceId: string;
  readonly code: string;
  readonly detail: string;
  /**
   * `kept`: a copy of a reading that is in its own topic. `redriven`: sent through again. `counted`: stands for messages that were not
   * kept.
   */
  readonly state: 'open' | 'kept' | 'redriven' | 'counted';
};

export type Filter = {
  /** Empty: any. */
  readonly ids: readonly string[];
  readonly device?: string | undefined;
  readonly code?: string | undefined;
  readonly sinceMs?: number | undefined;
};

/** Maximum number of entries in memory. Beyond it the oldest are left out, and the result says so. */
const entriesMax = 100_000;

export type Entries = { readonly entries: readonly Entry[]; readonly leftOut: number; readonly unreadable: number };

/**
 * Reads all of `rejected`, oldest first.
 * @param visit gets the record of each entry that passes the filter, during the reading; contents are not kept
 */
export async function readEntries(
  log: SealedLog,
  logger: Logger,
  filter: Filter,
  visit: (entry: Entry, record: RejectedRecord) => void = () => {},
): Promise<Entries> {
  // Both readers join at the same time, but entries are handed out only after the trail was read.
  let redriven: ReadonlySet<string> = new Set();
  const entries = new Map<string, Entry>();
  let unreadable = 0;
  let leftOut = 0;
  const known = readRedriven(log, logger).then((names) => {
    redriven = names;
  });
  const reading = readTopic(
    log,
    logger,
    { topic: 'rejected', start: 'beginning', after: known },
    (read, { partition, offset }) => {
      if (read?.record.contentType !== contentTypes.rejected) {
        unreadable += 1;
        return;
      }
      const { place } = read.opened;
      const record = read.record.body;
      const name = nameOf(place);
      const state = stateOf(record, redriven.has(name));
      const { deviceId, code, detail } = record;
      const { boot, seq } = place;
      const entry: Entry = {
        id: `${partition}:${offset}`,
        boot,
        seq,
        receivedAtMs: parseInstant(record.receivedAt) ?? 0,
        deviceId,
        code,
        detail,
        state,
      };
      if (entries.has(name) || !passes(entry, filter)) return;
      entries.set(name, entry);
      visit(entry, record);
      if (entries.size <= entriesMax) return;
      leftOut += 1;
      entries.delete(entries.keys().next().value!);
    },
  );
  await Promise.all([known, reading]);
  return { entries: [...entries.values()].sort((a, b) => a.receivedAtMs - b.receivedAtMs), leftOut, unreadable };
}

function stateOf({ kept, notKept }: RejectedRecord, wasRedriven: boolean): Entry['state'] {
  if (notKept) return 'counted';
  return kept ? 'kept' : wasRedriven ? 'redriven' : 'open';
}

export function passes(entry: Entry, { ids, device, code, sinceMs }: Filter): boolean {
  return (
    (ids.length === 0 || ids.includes(entry.id)) &&
    (device === undefined || entry.deviceId === device) &&
    (code === undefined || entry.code === code) &&
    (sinceMs === undefined || entry.receivedAtMs >= sinceMs)
  );
}

export function nameOf({ boot, seq }: { readonly boot: string; readonly seq: number }): string {
  return `${boot}.${seq}`;
}

/** Reads from the audit trail which readings a redrive appended. The trail goes back as far as `rejected` does. */
async function readRedriven(log: SealedLog, logger: Logger): Promise<Set<string>> {
  const names = new Set<string>();
  const sinceMs = Date.now() - kafkaTopics.rejected.retentionMs;
  await readTopic(log, logger, { topic: 'audit', start: { sinceMs } }, (read) => {
    const record = read && readAudit(read.opened);
    if (record?.action !== 'rejected-redriven') return;
    for (const name of appendedIn(record.detail ?? '')) names.add(name);
  });
  return names;
}
