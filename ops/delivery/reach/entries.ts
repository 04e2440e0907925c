/** Reads and writes the entries of the topic `reach`: how persons can be reached outside Vigil's own pages. */
import { VigilError } from '../../../contracts/errors.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { OperatorContext } from '../../operator-context.ts';

/** Returns all entries. Leaves out entries whose records cannot be read, without a message. */
export async function readEntries({ log }: OperatorContext): Promise<ReadonlyMap<string, ReachEntry>> {
  const entries = new Map<string, ReachEntry>();
  const table = await log.followTable(['reach'], (read, { key }) => {
    if (read?.record.contentType === contentTypes.reach) entries.set(key, read.record.body);
    else entries.delete(key);
  });
  try {
    await table.ready;
  } finally {
    await table.close();
  }
  return entries;
}

/** Returns the entry with an id. @throws VigilError `not-found` */
export function entryOf(entries: ReadonlyMap<string, ReachEntry>, reachId: string): ReachEntry {
  const entry = entries.get(reachId);
  if (entry) return entry;
  throw new VigilError('not-found', 'There is no entry with this id. `delivery reach list` prints the ids.');
}

/** Writes an entry, or removes it with a record without a value. */
export async function writeEntry({ log }: OperatorContext, reachId: string, entry: ReachEntry | null): Promise<void> {
  if (entry === null) await log.appender.append('reach', reachId, null);
  else await log.append('reach', reachId, contentTypes.reach, entry);
}

/** Returns what people may see of an address: of a URL only its host, because the path may be a secret. */
export function addressText(entry: ReachEntry): string {
  switch (entry.channel) {
    case 'mail':
      return visibleText(entry.address);
    case 'push':
      return hostOf(entry.endpoint);
    case 'webhook':
      return hostOf(entry.url);
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/** Returns the text about an entry for the audit trail: its person and its address, without secrets. */
export function auditText(entry: ReachEntry): string {
  const { channel, label, userId, reachId } = entry;
  return `${channel} “${label}” at ${addressText(entry)} for ${userId}; entry ${reachId}`;
}

/**
 * Returns the entries as lines for people, ordered by person. The entries of a person are ordered by age, oldest first.
 */
export function entryLines(entries: readonly ReachEntry[]): string[] {
  const ordered = entries.toSorted((a, b) => a.userId.localeCompare(b.userId) || a.addedAt.localeCompare(b.addedAt));
  return ordered.map((entry) =>
    [
      entry.reachId,
      entry.channel.padEnd(7),
      `${visibleText(entry.name)} (${entry.userId})`,
      `“${visibleText(entry.label)}”`,
      `at ${addressText(entry)}`,
      `since ${entry.addedAt}`,
    ].join('  '),
  );
}
