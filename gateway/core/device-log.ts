/**
 * Decides which events of a device the gateway writes for the page of the devices. A device may cause events without
 * end: it connects again and again, or its clock jumps with every reading. So each device has allowances, and events
 * above an allowance are only counted. Pure.
 */
import { gatewayNoticeForMs } from '../../contracts/bed-notices.ts';
import { clockErrorShownMsMin, clockToleranceMs } from '../../contracts/device-clock.ts';
import { minuteMs } from '../../contracts/durations.ts';
import type { DeviceEventRecord } from '../../contracts/messages/device-events.ts';

/** Maximum number of devices that are remembered. If there are more, the device with the oldest event is forgotten. */
export const loggedDevicesMax = 20_000;

/**
 * The allowances of a device: one for notices, one for what the device says about itself (`declared`), one for its
 * clock, and one for all other events, such as connections. So even if the clock jumps with every reading, connections
 * are written. If a second device with the same certificate connects again and again, the notice about the two devices
 * and new firmware are still written.
 */
const allowances = {
  notice: { events: 10, oneMoreEveryMs: 10 * minuteMs },
  declared: { events: 6, oneMoreEveryMs: 30 * minuteMs },
  clock: { events: 6, oneMoreEveryMs: 30 * minuteMs },
  other: { events: 40, oneMoreEveryMs: 2 * minuteMs },
} as const;
type AllowanceName = keyof typeof allowances;

type LoggedDevice = {
  readonly used: Map<AllowanceName, { events: number; atMs: number }>;
  leftOut: number;
  /** What the device says about itself in the last written record. */
  declared: string | undefined;
  /**
   * For each notice: the time of its last repeat on the monotonic clock, and whether the notice was written since it
   * began.
   */
  readonly notices: Map<string, { readonly lastMs: number; isWritten: boolean }>;
};

/** The devices by device id. The device with the newest event is the last. */
export type DeviceLog = Map<string, LoggedDevice>;

export type LoggedEvent = Omit<DeviceEventRecord, 'leftOut'>;

/**
 * Returns the record of an event. Undefined if the event must not be written, because it says nothing new, or because
 * its allowance is used up.
 * @param nowMs time of the monotonic clock
 */
export function recordOfEvent(log: DeviceLog, event: LoggedEvent, nowMs: number): DeviceEventRecord | undefined {
  const device = deviceOf(log, event.deviceId);
  if (!isNews(device, event, nowMs)) return undefined;
  if (!spend(device, allowanceOf(event.kind), nowMs)) {
    device.leftOut += 1;
    return undefined;
  }
  noteWritten(device, event);
  const { leftOut } = device;
  device.leftOut = 0;
  return leftOut > 0 ? { ...event, leftOut } : event;
}

function deviceOf(log: DeviceLog, deviceId: string): LoggedDevice {
  const device: LoggedDevice = log.get(deviceId) ?? {
    used: new Map(),
    leftOut: 0,
    declared: undefined,
    notices: new Map(),
  };
  log.delete(deviceId);
  log.set(deviceId, device);
  const oldest = log.size > loggedDevicesMax ? log.keys().next().value : undefined;
  if (oldest !== undefined) log.delete(oldest);
  return device;
}

const noticeMs = (kind: string) => (gatewayNoticeForMs as Readonly<Record<string, number>>)[kind];

function allowanceOf(kind: string): AllowanceName {
  if (kind === 'declared') return 'declared';
  if (kind.startsWith('clock-')) return 'clock';
  return noticeMs(kind) === undefined ? 'other' : 'notice';
}

const declaredText = ({ firmware, serial }: LoggedEvent) => JSON.stringify([firmware, serial]);

/**
 * Returns whether an event says something new. A notice that the gateway repeats is one event until the notice ends.
 */
function isNews({ declared, notices }: LoggedDevice, event: LoggedEvent, nowMs: number): boolean {
  const { kind } = event;
  if (kind === 'declared') return declaredText(event) !== declared;
  const forMs = noticeMs(kind);
  if (forMs === undefined) return true;
  const former = notices.get(kind);
  const isWritten = former?.isWritten === true && nowMs - former.lastMs <= forMs;
  notices.set(kind, { lastMs: nowMs, isWritten });
  return !isWritten;
}

/** Notes that an event was written. An event that was not written is still new when it comes again. */
function noteWritten(device: LoggedDevice, event: LoggedEvent): void {
  if (event.kind === 'declared') device.declared = declaredText(event);
  const notice = device.notices.get(event.kind);
  if (notice) notice.isWritten = true;
}

function spend({ used }: LoggedDevice, name: AllowanceName, nowMs: number): boolean {
  const { events, oneMoreEveryMs } = allowances[name];
  const bucket = used.get(name) ?? { events: 0, atMs: nowMs };
  used.set(name, bucket);
  bucket.events = Math.max(0, bucket.events - (nowMs - bucket.atMs) / oneMoreEveryMs);
  bucket.atMs = nowMs;
  if (bucket.events + 1 > events) return false;
  bucket.events += 1;
  return true;
}

/**
 * Returns what an accepted status says about the device: its firmware and its serial number. Undefined if the status
 * has neither. A part that is not a short text is left out.
 */
export function declaredIn(payload: Buffer): Pick<DeviceEventRecord, 'firmware' | 'serial'> | undefined {
  let status: { readonly device?: { readonly firmware?: unknown; readonly serial?: unknown } } | null;
  try {
    status = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  const { firmware, serial } = status?.device ?? {};
  const declared = { ...textMember('firmware', firmware), ...textMember('serial', serial) };
  return Object.keys(declared).length === 0 ? undefined : declared;
}

const textMember = (name: 'firmware' | 'serial', text: unknown) =>
  typeof text === 'string' && text !== '' && text.length <= 80 ? { [name]: text } : {};

/**
 * Returns whether a device's clock counts as wrong. A clock counts as wrong when its error is large enough to be shown
 * on screens. It counts as right again only when the error is below `clockToleranceMs`. So an error near one of these
 * limits does not cause event after event.
 */
export function isClockWrong(offsetMs: number, wasWrong: boolean): boolean {
  return Math.abs(offsetMs) >= (wasWrong ? clockToleranceMs : clockErrorShownMsMin);
}
