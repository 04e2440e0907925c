/**
 * Keeps what the gateways wrote about each device in the last days: its events, and how many of its messages were
 * refused (contracts/messages/device-events.ts). A record that comes twice changes nothing.
 */

import { deviceLogKeptMs, groupOfEvent } from '../../../contracts/device-event-groups.ts';
import { dayMs } from '../../../contracts/durations.ts';
import type { DeviceEventRecord, RefusalsRecord } from '../../../contracts/messages/device-events.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { DeviceFacts } from '../../protocol/devices.ts';
import { noteUnused } from './device-gaps.ts';
import type { DeviceLogBook, LoggedDevice, LoggedEvent, RefusalCount } from './device-log-book.ts';
import type { LiveState } from './state.ts';

/** Maximum number of kept events of one device; above it, the oldest event of the most frequent group is forgotten. */
export const loggedEventsMax = 200;
/** Maximum number of kept counts of one device. Two gateways write at most this many in four days. */
export const loggedCountsMax = 200;
/**
 * Maximum number of events and counts of all devices together. At this number, a device that gets a new event loses an
 * event (`withoutOldest`), and a device that gets a new count loses its first count. A device without an entry of this
 * kind does not get the new entry.
 */
export const loggedMax = 100_000;

/** Adds an event to the book. Ignores an event that is too old, and an event that the book already has. */
export function foldDeviceEvent(book: DeviceLogBook, record: DeviceEventRecord, nowMs: number): void {
  const atMs = pastMs(record.receivedAt, nowMs);
  if (atMs === undefined) return;
  const { kind, reason, firmware, clockErrorMs, leftOut = 0 } = record;
  const device = deviceOf(book, record.deviceId);
  if (device.events.some((event) => event.atMs === atMs && event.kind === kind && event.reason === reason)) return;
  const certificateEndsMs = record.certificateEndsAt === undefined ? undefined : parseInstant(record.certificateEndsAt);
  const text = firmware === undefined ? undefined : visibleText(firmware);
  const event = { atMs, kind, reason, certificateEndsMs, firmware: text, clockErrorMs, leftOut };
  const after = device.events.findLastIndex((earlier) => earlier.atMs <= atMs) + 1;
  const events = [...device.events.slice(0, after), event, ...device.events.slice(after)];
  const isFull = events.length > loggedEventsMax || book.size >= loggedMax;
  device.events = isFull ? withoutOldest(events) : events;
  if (!isFull) book.size += 1;
}

/**
 * Leaves out the oldest event of the group that has the most events. So endless connections, for example of two devices
 * with one certificate, do not push out the other events.
 */
function withoutOldest(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  const groups = Map.groupBy(events, ({ kind }) => groupOfEvent(kind));
  const [largest = []] = [...groups.values()].sort((a, b) => b.length - a.length);
  return events.filter((event) => event !== largest[0]);
}

/**
 * Adds a count to the book. The gateway writes a count again while the count grows, so the largest record of a count is
 * used.
 * @param gatewayBoot the start of the gateway, from the envelope
 */
export function foldRefusals(state: LiveState, record: RefusalsRecord, gatewayBoot: string, nowMs: number): void {
  const { deviceLog: book } = state;
  const lastMs = pastMs(record.receivedAt, nowMs);
  const fromMs = parseInstant(record.from);
  if (lastMs === undefined || fromMs === undefined) return;
  const gaps = state.devices.get(record.deviceId)?.gaps;
  if (gaps) for (const range of record.numbers ?? []) noteUnused(gaps, range, lastMs);
  const { refused, apart } = record;
  const messages = Object.values(refused).reduce((sum, count) => sum + count, 0);
  const { counts } = deviceOf(book, record.deviceId);
  const id = `${gatewayBoot}/${record.count}`;
  const former = counts.get(id);
  if (former && former.messages + former.apart >= messages + apart) return;
  counts.set(id, { fromMs: Math.min(fromMs, lastMs), lastMs, refused, messages, apart });
  if (former) return;
  if (counts.size > loggedCountsMax || book.size >= loggedMax) counts.delete(counts.keys().next().value!);
  else book.size += 1;
}

/** Forgets what is older than the log keeps. Called about once an hour. */
export function forgetOldDeviceLog(book: DeviceLogBook, nowMs: number): void {
  const firstMs = nowMs - deviceLogKeptMs;
  for (const [deviceId, device] of book.devices) {
    const events = device.events.filter(({ atMs }) => atMs >= firstMs);
    book.size -= device.events.length - events.length;
    device.events = events;
    for (const [id, { lastMs }] of device.counts)
      if (lastMs < firstMs) {
        device.counts.delete(id);
        book.size -= 1;
      }
    if (events.length === 0 && device.counts.size === 0) book.devices.delete(deviceId);
  }
}

/** Returns the refused messages of a device in the last day; null while the server still reads the log. */
export function refusedOf(book: DeviceLogBook, deviceId: string, nowMs: number): DeviceFacts['refused'] {
  if (!book.isRead) return null;
  const counts = [...(book.devices.get(deviceId)?.counts.values() ?? [])].filter(
    ({ lastMs }) => lastMs > nowMs - dayMs,
  );
  const lastMs = Math.max(...counts.filter(({ messages }) => messages > 0).map((count) => count.lastMs));
  return {
    messages: counts.reduce((sum, { messages }) => sum + messages, 0),
    apart: counts.reduce((sum, { apart }) => sum + apart, 0),
    reasons: reasonsOf(counts),
    lastAt: Number.isFinite(lastMs) ? formatInstant(lastMs) : null,
  };
}

/** Returns the reasons of counts with their numbers of messages, the most frequent first. */
export function reasonsOf(counts: readonly RefusalCount[]): { code: string; messages: number }[] {
  const sums = new Map<string, number>();
  for (const { refused } of counts)
    for (const [code, messages] of Object.entries(refused)) sums.set(code, (sums.get(code) ?? 0) + messages);
  return [...sums].map(([code, messages]) => ({ code, messages })).sort((a, b) => b.messages - a.messages);
}

function deviceOf(book: DeviceLogBook, deviceId: string): LoggedDevice {
  let device = book.devices.get(deviceId);
  if (device === undefined) {
    device = { events: [], counts: new Map() };
    book.devices.set(deviceId, device);
  }
  return device;
}

/** Returns an instant of the log in ms since 1970; undefined if it is older than the log keeps. */
function pastMs(instant: string, nowMs: number): number | undefined {
  const atMs = parseInstant(instant);
  if (atMs === undefined || atMs < nowMs - deviceLogKeptMs) return undefined;
  return atMostNow(atMs, nowMs);
}
