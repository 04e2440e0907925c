/** Reads the rejected messages in the topic `rejected`, and finds out which of them were redriven. */
import type { Logger } from 'pino';
import { contentTypes, type RejectedRecord } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { kafkaTopics } from '../../contracts/topics.ts';
import { readAudit } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readTopic } from '../sealed-topic.ts';
import { appendedNamesIn } from './appended.ts';

/** One rejected message. */
export type Entry = {
  /** The partition and offset of the record in the topic, `partition:offset`. */
  readonly id: string;
  /**
   * `boot` and `seq` are those of the record's envelope. They identify the message even if a retry wrote the record
   * twice.
   */
  readonly boot: string;
  readonly seq: number;
  readonly receivedAtMs: number;
  readonly deviceId: string;
  readonly code: string;
  readonly detail: string;
  /**
   * `kept`: the record is a copy of a reading that is also in `observations`. `redriven`: the message was sent through
   * the gateway again. `counted`: the record only counts messages that were not stored. `open`: any other message.
   */
  readonly state: 'open' | 'kept' | 'redriven' | 'counted';
};

export type Filter = {
  /** If the list is empty, messages with any id pass. */
  readonly ids: readonly string[];
  readonly device?: string | undefined;
  readonly code?: string | undefined;
  readonly sinceMs?: number | undefined;
};

/**
 * Maximum number of entries in memory. If there are more entries, the entries that were read first are left out, and
 * `leftOut` counts them.
 */
const entriesMax = 100_000;

export type Entries = { readonly entries: readonly Entry[]; readonly leftOut: number; readonly unreadable: number };

/**
 * Returns the entries of the topic `rejected` that pass the filter, oldest first.
 * @param visit called during the reading with each entry that passes the filter, and its record. Later, the entry may
 * still be left out of the result (`entriesMax`). The result does not contain the records, to save memory
 */
export async function readEntries(
  log: SealedLog,
  logger: Logger,
  filter: Filter,
  visit: (entry: Entry, record: RejectedRecord) => void = () => {},
): Promise<Entries> {
  // Reads both topics at the same time. The callback of the second reader runs only after the audit trail was read.
  let redriven: ReadonlySet<string> = new Set();
  const entries = new Map<string, Entry>();
  let unreadable = 0;
  let leftOut = 0;
  const trailRead = readRedriven(log, logger).then((names) => {
    redriven = names;
  });
  const reading = readTopic(
    log,
    logger,
    { topic: 'rejected', start: 'beginning', callAfter: trailRead },
    (read, { partition, offset }) => {
      if (read?.record.contentType !== contentTypes.rejected) {
        unreadable += 1;
        return;
      }
      const { origin } = read.opened;
      const record = read.record.body;
      const name = nameOf(origin);
      const state = stateOf(record, redriven.has(name));
      const { deviceId, code, detail } = record;
      const { boot, seq } = origin;
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
      if (entries.has(name) || !passesFilter(entry, filter)) return;
      entries.set(name, entry);
      visit(entry, record);
      if (entries.size <= entriesMax) return;
      leftOut += 1;
      entries.delete(entries.keys().next().value!);
    },
  );
  await Promise.all([trailRead, reading]);
  return { entries: [...entries.values()].sort((a, b) => a.receivedAtMs - b.receivedAtMs), leftOut, unreadable };
}

/** `kept`: the reading is also in `observations`. `notKept`: the record only counts messages that were not stored. */
function stateOf({ kept: isCopy, notKept: countsOnly }: RejectedRecord, wasRedriven: boolean): Entry['state'] {
  if (countsOnly) return 'counted';
  return isCopy ? 'kept' : wasRedriven ? 'redriven' : 'open';
}

export function passesFilter(entry: Entry, { ids, device, code, sinceMs }: Filter): boolean {
  return (
    (ids.length === 0 || ids.includes(entry.id)) &&
    (device === undefined || entry.deviceId === device) &&
    (code === undefined || entry.code === code) &&
    (sinceMs === undefined || entry.receivedAtMs >= sinceMs)
  );
}

/** Returns the name of a message in the audit trail, `boot.seq`. */
export function nameOf({ boot, seq }: { readonly boot: string; readonly seq: number }): string {
  return `${boot}.${seq}`;
}

/**
 * Returns the names of the redriven messages, from the audit trail. Reads as far back as the topic `rejected` reaches.
 */
async function readRedriven(log: SealedLog, logger: Logger): Promise<Set<string>> {
  const names = new Set<string>();
  const sinceMs = Date.now() - kafkaTopics.rejected.retentionMs;
  await readTopic(log, logger, { topic: 'audit', start: { sinceMs } }, (read) => {
    const record = read && readAudit(read.opened);
    if (record?.action !== 'rejected-redriven') return;
    for (const name of appendedNamesIn(record.detail ?? '')) names.add(name);
  });
  return names;
}
