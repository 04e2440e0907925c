/**
 * Limits how many bytes go to `rejected` per day, for each device and for all devices together. Bad input has one
 * budget. Readings whose patient is not known have another budget. Above the budget a message is only counted. A device
 * may use at most as many bytes as remain free in the budget of all devices. So even many bad devices together leave
 * space for one more device.
 */
import { dayMs } from '../../contracts/durations.ts';
import type { ErrorCode } from '../../contracts/errors.ts';

export type RejectedLimits = {
  /** Bytes in Kafka per day for one device. The device may use all these bytes in one moment. */
  readonly deviceBytesPerDay: number;
  /** Bytes in Kafka per day for all devices of this gateway together. */
  readonly allBytesPerDay: number;
};

/** The used part of a budget at `atMs`. The used part falls steadily: in 24 h by the whole budget of a day. */
export type UsedBudget = { bytes: number; atMs: number };

export function newUsedBudget(nowMs: number): UsedBudget {
  return { bytes: 0, atMs: nowMs };
}

function freeUntilNow(used: UsedBudget, bytesPerDay: number, nowMs: number): void {
  used.bytes = Math.max(0, used.bytes - (Math.max(0, nowMs - used.atMs) / dayMs) * bytesPerDay);
  used.atMs = nowMs;
}

/**
 * Returns about how many bytes a rejected message takes in Kafka: the payload is base64 in JSON, and sealed as
 * base64url.
 */
export function bytesInKafka(payloadBytes: number): number {
  return Math.ceil((payloadBytes * 16) / 9) + 1_024;
}

/**
 * The fraction of a budget that waves may use, so that many waves still leave space for numerics (chosen for Vigil).
 */
export const waveShare = 0.75;

/**
 * Counts a message against both budgets if both have space for it.
 * @param nowMs time of the monotonic clock
 * @param share the fraction of both limits that this kind of message may use, 0 to 1
 * @returns whether there was space
 */
export function reserveSpace(
  all: UsedBudget,
  device: UsedBudget,
  bytes: number,
  limits: RejectedLimits,
  nowMs: number,
  share = 1,
): boolean {
  freeUntilNow(all, limits.allBytesPerDay, nowMs);
  freeUntilNow(device, limits.deviceBytesPerDay, nowMs);
  const spaceBytes = Math.min(share * limits.deviceBytesPerDay, share * limits.allBytesPerDay - all.bytes);
  if (device.bytes + bytes > spaceBytes) return false;
  all.bytes += bytes;
  device.bytes += bytes;
  return true;
}

/** Frees the space of a counted message that could not be written to Kafka. */
export function releaseSpace(all: UsedBudget, device: UsedBudget, bytes: number): void {
  all.bytes = Math.max(0, all.bytes - bytes);
  device.bytes = Math.max(0, device.bytes - bytes);
}

/** Counts the messages of a device that were not kept in `rejected`. */
export type NotKept = {
  messages: number;
  /** Bytes of the payloads. */
  bytes: number;
  /** Times of receipt of the first and last message, ms since 1970 on the gateway's clock. */
  readonly fromMs: number;
  toMs: number;
  /** Number of messages by the reason for which they were refused. */
  readonly reasons: Map<ErrorCode, number>;
};

export function noteNotKept(existing: NotKept | undefined, code: ErrorCode, bytes: number, atMs: number): NotKept {
  const notKept = existing ?? { messages: 0, bytes: 0, fromMs: atMs, toMs: atMs, reasons: new Map() };
  notKept.messages += 1;
  notKept.bytes += bytes;
  notKept.toMs = Math.max(notKept.toMs, atMs);
  notKept.reasons.set(code, (notKept.reasons.get(code) ?? 0) + 1);
  return notKept;
}

/** Returns the sum of a count that could not be written and the count since then. */
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
