/**
 * Limits how much is kept in `rejected`: a number of bytes per day for each device, and for all together. Bad input has one budget;
 * readings that are kept apart have another. Above the budget a message is refused and only counted. A device may use as much of the
 * common budget as is still free. So even many bad devices leave room for one that turns bad today.
 */
import type { ErrorCode } from '../../contracts/errors.ts';

export type RejectedLimits = {
  /** Bytes in Kafka per day, for one device; this much at once. */
  readonly deviceBytesPerDay: number;
  /** For all devices of this gateway. */
  readonly allBytesPerDay: number;
};

/** What was kept lately. It falls by one day's budget per day. */
export type Kept = { bytes: number; atMs: number };

const dayMs = 86_400_000;

export function newKept(nowMs: number): Kept {
  return { bytes: 0, atMs: nowMs };
}

function settle(kept: Kept, perDay: number, nowMs: number): void {
  kept.bytes = Math.max(0, kept.bytes - (Math.max(0, nowMs - kept.atMs) / dayMs) * perDay);
  kept.atMs = nowMs;
}

/** Returns about how many bytes a rejected message takes in Kafka: its bytes in base64 in JSON, sealed in base64url, and the rest. */
export function bytesInKafka(payloadBytes: number): number {
  return Math.ceil((payloadBytes * 16) / 9) + 1_024;
}

/** The part of the budget for readings kept apart that waves may use (ours): a flood of waves leaves room for numerics. */
export const waveShare = 0.75;

/**
 * Counts a message if there is room for it.
 * @param nowMs by a clock that never jumps
 * @param share the part of both limits that such a message may use, 0 to 1
 * @returns whether it is kept
 */
export function reserveRoom(
  all: Kept,
  device: Kept,
  bytes: number,
  limits: RejectedLimits,
  nowMs: number,
  share = 1,
): boolean {
  settle(all, limits.allBytesPerDay, nowMs);
  settle(device, limits.deviceBytesPerDay, nowMs);
  const room = Math.min(share * limits.deviceBytesPerDay, share * limits.allBytesPerDay - all.bytes);
  if (device.bytes + bytes > room) return false;
  all.bytes += bytes;
  device.bytes += bytes;
  return true;
}

/** Gives back the room of a counted message that is not in Kafka after all. */
export function releaseRoom(all: Kept, device: Kept, bytes: number): void {
  all.bytes = Math.max(0, all.bytes - bytes);
  device.bytes = Math.max(0, device.bytes - bytes);
}

/** Messages of a device that were refused and not kept. Times are the gateway's, ms since 1970. */
export type NotKept = {
  messages: number;
  /** Bytes of their payloads. */
  bytes: number;
  readonly fromMs: number;
  toMs: number;
  readonly reasons: Map<ErrorCode, number>;
};

export function noteNotKept(before: NotKept | undefined, code: ErrorCode, bytes: number, atMs: number): NotKept {
  const notKept = before ?? { messages: 0, bytes: 0, fromMs: atMs, toMs: atMs, reasons: new Map() };
  notKept.messages += 1;
  notKept.bytes += bytes;
  notKept.toMs = Math.max(notKept.toMs, atMs);
  notKept.reasons.set(code, (notKept.reasons.get(code) ?? 0) + 1);
  return notKept;
}

/** Joins two counts, because the older one could not be written. */
export function addNotKept(older: NotKept, newer: NotKept | undefined): NotKept {
  if (!newer) return older;
  const reasons = new Map(older.reasons);
  for (const [code, count] of newer.reasons) reasons.set(code, (reasons.get(code) ?? 0) + count);
  return {
    messages: older.messages + newer.messages,
    bytes: older.bytes + newer.bytes,
    fromMs: Math.min(older.fromMs, newer.fromMs),
    toMs: Math.max(older.toMs, newer.toMs),
    reasons,
  };
}
