/**
 * Counts the unused messages of each device, for the page of the devices. While a count grows, the whole count is
 * written again. So a reader that gets a record twice counts no message twice (contracts/messages/device-events.ts).
 * Pure.
 */
import { hourMs, minuteMs } from '../../contracts/durations.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import {
  type NumberRange,
  type RefusalsRecord,
  refusalReasonsMax,
  unusedRangesMax,
} from '../../contracts/messages/device-events.ts';
import { formatInstant } from '../../contracts/time.ts';

/**
 * Maximum number of counted devices. If there are more, the count of the device with the oldest refused message is
 * forgotten.
 */
export const countedDevicesMax = 20_000;
/** A count ends after this time, and the next message begins a new count. */
const countMsMax = hourMs;
/** Shortest time between two records about one device, so that a device cannot fill the log. */
const recordEveryMs = minuteMs;

/**
 * A message that is not used. `apart`: the message is kept, but its patient is not clear. `number`: the device's own
 * number of an observation.
 */
export type Unused = {
  readonly deviceId: string;
  readonly kind: 'refused' | 'apart';
  readonly code: ErrorCode;
  readonly number: { readonly boot: string; readonly seq: number } | undefined;
  readonly atMs: number;
};

type Count = {
  readonly no: number;
  readonly fromMs: number;
  lastMs: number;
  readonly refused: Map<string, number>;
  apart: number;
  /** Numbers that are in no record yet. */
  ranges: NumberRange[];
  /** Time of the last record, by the monotonic clock. */
  writtenMs: number;
  hasNews: boolean;
};

/** The counts by device id. The device with the newest counted message is the last. */
export type RefusalCounts = { readonly devices: Map<string, Count>; lastNo: number };

export const newRefusalCounts = (): RefusalCounts => ({ devices: new Map(), lastNo: 0 });

/** Counts one message. */
export function countUnused(counts: RefusalCounts, { deviceId, kind, code, number, atMs }: Unused): void {
  const count = countOf(counts, deviceId, atMs);
  if (kind === 'apart') count.apart += 1;
  else {
    const isKnown = count.refused.has(code) || count.refused.size < refusalReasonsMax - 1;
    const reason = isKnown ? code : 'other';
    count.refused.set(reason, (count.refused.get(reason) ?? 0) + 1);
  }
  if (number) count.ranges = withNumber(count.ranges, number);
  count.lastMs = Math.max(count.lastMs, atMs);
  count.hasNews = true;
}

/**
 * Returns the device's count for a message at `atMs`. A new count begins after an hour, and also if the clock was set
 * back by an hour or more, so that the times of one count are close together.
 */
function countOf(counts: RefusalCounts, deviceId: string, atMs: number): Count {
  const former = counts.devices.get(deviceId);
  counts.devices.delete(deviceId);
  const goesOn = former !== undefined && Math.abs(atMs - former.fromMs) < countMsMax;
  // A count with messages that are not written yet is not replaced. So a count may span a little more than an hour.
  const count = goesOn || former?.hasNews ? former : nextCount(counts, atMs, former);
  counts.devices.set(deviceId, count!);
  const oldest = counts.devices.size > countedDevicesMax ? counts.devices.keys().next().value : undefined;
  if (oldest !== undefined) counts.devices.delete(oldest);
  return count!;
}

function nextCount(counts: RefusalCounts, atMs: number, former: Count | undefined): Count {
  counts.lastNo += 1;
  return {
    no: counts.lastNo,
    fromMs: atMs,
    lastMs: atMs,
    refused: new Map(),
    apart: 0,
    ranges: former?.ranges ?? [],
    writtenMs: former?.writtenMs ?? Number.NEGATIVE_INFINITY,
    hasNews: false,
  };
}

/** Adds a number to the ranges. Above the maximum, the oldest range is forgotten: its readings then look missing. */
function withNumber(ranges: NumberRange[], { boot, seq }: { boot: string; seq: number }): NumberRange[] {
  const last = ranges.at(-1);
  if (last && last.boot === boot && seq >= last.from && seq <= last.to) return ranges;
  if (last && last.boot === boot && seq === last.to + 1) return [...ranges.slice(0, -1), { ...last, to: seq }];
  return [...ranges, { boot, from: seq, to: seq }].slice(-unusedRangesMax);
}

/**
 * Returns the records of the counts that must be written now, at most `max`.
 * @param nowMs time of the monotonic clock
 * @param isLast whether the process ends, so that every count with unwritten messages must be written
 */
export function takeRecords(counts: RefusalCounts, nowMs: number, max: number, isLast = false): RefusalsRecord[] {
  const records: RefusalsRecord[] = [];
  for (const [deviceId, count] of counts.devices) {
    if (records.length >= max) break;
    if (!count.hasNews || (!isLast && nowMs - count.writtenMs < recordEveryMs)) continue;
    count.hasNews = false;
    count.writtenMs = nowMs;
    const { ranges } = count;
    count.ranges = [];
    records.push({
      deviceId,
      receivedAt: formatInstant(count.lastMs),
      from: formatInstant(count.fromMs),
      count: count.no,
      refused: Object.fromEntries(count.refused),
      apart: count.apart,
      ...(ranges.length > 0 && { numbers: ranges }),
    });
  }
  return records;
}
