/** Finds the strip of an onset in the topic `strips`. Opens no other strip. */
import { createHash } from 'node:crypto';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { stripBytes } from '../../contracts/strip-bytes.ts';
import { stripKey } from '../../contracts/strip-key.ts';
import { type ReadContext, readSpan } from '../explain/span.ts';

export type FoundStrip = {
  readonly strip: Strip | undefined;
  /**
   * SHA-256 of the whole record of the strip as the strip writer wrote it, base64url; undefined if there is no strip.
   */
  readonly recordDigest: string | undefined;
  /** Whether each record of the strip could be opened. */
  readonly isReadable: boolean;
  /**
   * Whether the log still had all records from the time in which the strip was written. Also true if a record of the
   * strip could not be opened.
   */
  readonly isKept: boolean;
};

/**
 * A second record of a strip comes at most this long after the first: 10 min after the onset, and some time for the
 * work (ours).
 */
const secondMsMax = 20 * minuteMs;
/**
 * The first record of a strip comes at most this long after the onset (ours). A strip writer that was down writes the
 * strip later, but only while Kafka still has the waves.
 */
const firstMsMax = dayMs + hourMs;

/**
 * Returns the strip with the highest revision. If two records have this revision, returns the first. Searches the strip
 * of a second or later onset up to now, because the time of this onset is not known.
 * @param alarm if `raisedMs` is undefined, the search goes through all kept strips of the partition, the oldest first
 */
export async function findStrip(
  context: ReadContext,
  alarm: { readonly alarmId: string; readonly raisedMs: number | undefined },
  onset: number,
): Promise<FoundStrip> {
  let strip: Strip | undefined;
  let recordDigest: string | undefined;
  let unreadableCount = 0;
  const raisedMs = alarm.raisedMs ?? 0;
  let lastMs = onset === 1 && alarm.raisedMs !== undefined ? raisedMs + firstMsMax : Number.POSITIVE_INFINITY;
  const span = {
    topic: 'strips',
    key: stripKey(alarm.alarmId, onset),
    sinceMs: Math.max(0, raisedMs - minuteMs),
    untilMs: () => lastMs,
    isWantedType: (type: string) => type === contentTypes.strip,
    onLeftOut: () => {
      unreadableCount += 1;
    },
  } as const;
  const isWhole = await readSpan(context, span, ({ record, opened }, appendedMs) => {
    if (record.contentType !== contentTypes.strip || record.body.stripId !== span.key) return;
    if (strip === undefined || record.body.rev > strip.rev) {
      strip = record.body;
      recordDigest = sha256(opened.plaintext);
    }
    lastMs = strip.isComplete ? appendedMs : appendedMs + secondMsMax;
  });
  return { strip, recordDigest, isReadable: unreadableCount === 0, isKept: isWhole || unreadableCount > 0 };
}

/** Returns whether the digest of a strip belongs to its samples. */
export function hasRightDigest(strip: Strip): boolean {
  return sha256(stripBytes(strip)) === strip.digest;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');
