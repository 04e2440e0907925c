/** Folds the messages of devices into the state: numerics, status, connection and the arrival of waveforms. */

import { isHandOver, isOlderConnection, isOldWill } from '../../../contracts/connections.ts';
import { isRepeatedReading, type ReadingId, withAcceptedReading } from '../../../contracts/corrections.ts';
import { sampledMs } from '../../../contracts/device-clock.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type {
  ConnectionEndReason,
  ConnectionRecord,
  ObservationRecord,
  StatusRecord,
  WaveformRecord,
} from '../../../contracts/messages/records.ts';
import { numericsByCode } from '../../../contracts/numerics.ts';
import { type Parameter, parameters, waves } from '../../../contracts/parameters.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { bedFor, deviceOf } from './beds.ts';
import { noteClock, noteCoarseTimes, showsSetBack, updateClockNotice } from './device-clocks.ts';
import { noteDeviceEvent } from './device-events.ts';
import { noteReading } from './device-gaps.ts';
import { type ForEach, forEach } from './each.ts';
import { intervalMsOf, withValue } from './intervals.ts';
import { noteDeviceStart } from './shared-identity.ts';
import {
  type BedState,
  type DeviceState,
  type LiveState,
  markHeaderChanged,
  markHeadersChanged,
  nextChangeNo,
  type Origin,
  type StartNumbered,
  type ValueState,
} from './state.ts';
import { isBeforeTray, isWaveBeforeTray } from './tray.ts';

/** If no chunk of a wave came for this time, the wave is removed from its bed. */
const waveForgetMs = 10_000;
/**
 * Smallest error of a device's clock that is sent to screens. A smaller error does not visibly change the age of a
 * value.
 */
const clockOffsetMsMin = 500;

/**
 * Folds numerics into the state. A value that is not newer than the shown value is ignored. The value's time is the
 * device time corrected by the measured error of the device's clock, or the receive time if that is earlier. So a
 * buffered reading that arrives late stays old, and readings of a clock that was ahead for a while do not hide later
 * readings. If two values have the same time, the value that was received later is newer. A second reading with the
 * same device time from the same start corrects the first, unless it repeats the first. If the device's own numbers
 * show that its clock was set back, the value with the higher number is newer.
 * @param id the reading's identity, from its envelope
 */
export function foldObservation(
  state: LiveState,
  associationId: string,
  record: ObservationRecord,
  nowMs: number,
  id?: ReadingId,
): void {
  const times = timesOf(record.receivedAt, record.reading.time, nowMs);
  if (times === undefined) return;
  // The clock is measured even if the bed is not on the screens, because the clock belongs to the device, not to the
  // bed.
  const number = numberOf(record, times.deviceMs);
  const knownDevice = state.devices.get(record.deviceId);
  if (number && knownDevice) noteReading(knownDevice.gaps, number, times.receivedMs, nowMs);
  const clockOffsetMs = noteClock(knownDevice, times.deviceMs, times.receivedMs, number);
  const bed = bedFor(state, associationId, record.deviceId);
  if (bed === undefined) return;
  const device = noteSeen(state, record.deviceId, times.receivedMs);
  if (device) {
    updateClockNotice(state, bed, device, times.receivedMs);
    noteCoarseTimes(state, bed, device, times.receivedMs, nowMs);
  }
  const { boot } = record.reading;
  if (device && boot !== undefined) {
    const { deviceMs: timeMs, receivedMs } = times;
    noteDeviceStart(state, bed, device, { boot, timeMs, receivedMs }, nowMs);
  }
  const effectiveMs = sampledMs(times.deviceMs, times.receivedMs, clockOffsetMs);
  if (isBeforeTray(bed, effectiveMs, nowMs)) return;
  const origin = { ...times, id, number };
  let changeNo = 0;
  // If a reading has a parameter twice, the more dangerous value is shown, and an alarm says that the parameter came
  // twice.
  for (const sentNumeric of numericsByCode(record.reading.values).values) {
    const { code, unit } = sentNumeric;
    const parameter = parameters.get(code);
    if (parameter === undefined) continue;
    const shownValue = bed.values.get(code);
    const intervalMs = learnInterval(state, bed, parameter, effectiveMs, record.reading.intervalMs);
    if (shownValue && !replacesShown(shownValue, origin, effectiveMs)) continue;
    if (changeNo === 0) changeNo = nextChangeNo(state);
    const value = usableNumber(sentNumeric);
    // A value that is physically impossible or has the wrong unit is shown as invalid, without a number.
    const validity = sentNumeric.validity ?? (value === undefined ? 'invalid' : undefined);
    const numeric = {
      code,
      ...(value === undefined ? {} : { value }),
      ...(validity === undefined ? {} : { validity }),
      unit,
      time: record.reading.time,
      receivedAt: record.receivedAt,
      ...(Math.abs(clockOffsetMs) < clockOffsetMsMin ? {} : { clockOffsetMs }),
      intervalMs,
    };
    const shownReadings =
      id === undefined
        ? shownValue?.shownReadings
        : withAcceptedReading(shownValue?.shownReadings ?? [], { ...id, deviceMs: times.deviceMs });
    const usableMs = value === undefined ? shownValue?.usableMs : times.deviceMs;
    bed.values.set(code, { numeric, effectiveMs, origin, shownReadings: shownReadings ?? [], usableMs, changeNo });
    bed.changeNo = changeNo;
  }
}

/**
 * Returns the number that the device itself gave to a reading; undefined if the device does not number its readings.
 */
function numberOf({ reading: { boot, seq } }: ObservationRecord, timeMs: number): StartNumbered | undefined {
  return boot === undefined || seq === undefined ? undefined : { boot, seq, timeMs };
}

/** Returns whether the value that came replaces the shown value. */
function replacesShown(shownValue: ValueState, receivedOrigin: Origin, effectiveMs: number): boolean {
  const shownOrigin = shownValue.origin;
  // Until the clock is measured again, the new value's time may look too old. Nevertheless, the new value is the
  // newest.
  if (showsSetBack(shownOrigin.number, receivedOrigin.number)) return true;
  if (showsSetBack(receivedOrigin.number, shownOrigin.number)) return false;
  const sameBoot = receivedOrigin.id !== undefined && receivedOrigin.id.boot === shownOrigin.id?.boot;
  // A repeated reading never replaces a value, even if a reading of another start of the device was shown in between.
  // Repeats must be checked first: if the device's clock is ahead, the receive time counts, and the repeat would look
  // newer.
  const shownNotOlder = shownValue.shownReadings.filter(({ deviceMs }) => receivedOrigin.deviceMs <= deviceMs);
  if (receivedOrigin.id !== undefined && isRepeatedReading(shownNotOlder, receivedOrigin.id)) return false;
  if (receivedOrigin.deviceMs === shownOrigin.deviceMs)
    return sameBoot || receivedOrigin.receivedMs > shownOrigin.receivedMs;
  return (
    effectiveMs > shownValue.effectiveMs ||
    (effectiveMs === shownValue.effectiveMs && receivedOrigin.receivedMs > shownOrigin.receivedMs)
  );
}

/**
 * Notes a value of the time `atMs`, and returns the interval until the next value. Also updates the shown value's
 * interval.
 */
function learnInterval(
  state: LiveState,
  bed: BedState,
  parameter: Parameter,
  atMs: number,
  declaredMs: number | undefined,
): number {
  const { code } = parameter;
  const rhythm = withValue(bed.rhythms.get(code), atMs, declaredMs);
  bed.rhythms.set(code, rhythm);
  const intervalMs = intervalMsOf(rhythm, parameter);
  const shownValue = bed.values.get(code);
  if (shownValue && shownValue.effectiveMs >= atMs && shownValue.numeric.intervalMs !== intervalMs) {
    bed.changeNo = nextChangeNo(state);
    bed.values.set(code, { ...shownValue, numeric: { ...shownValue.numeric, intervalMs }, changeNo: bed.changeNo });
  }
  return intervalMs;
}

/** Notes a sign of life of a device, and creates its bed if needed. Returns undefined if `devicesMax` is reached. */
function noteDeviceAndBed(
  state: LiveState,
  associationId: string,
  deviceId: string,
  receivedMs: number,
): DeviceState | undefined {
  bedFor(state, associationId, deviceId);
  const device = deviceOf(state, deviceId);
  if (device) device.seenAtMs = Math.max(device.seenAtMs, receivedMs);
  return device;
}

/**
 * Folds a device's birth, will or technical conditions into the state. `conditions`, if present, is the complete list.
 */
export function foldStatus(state: LiveState, associationId: string, record: StatusRecord, nowMs: number): void {
  const receivedMs = receivedMsOf(record.receivedAt, nowMs);
  if (receivedMs === undefined) return;
  const device = noteDeviceAndBed(state, associationId, record.deviceId, receivedMs);
  if (device === undefined) return;
  if (record.will && isOldWill(record.will, device.claim)) return;
  const { online, conditions, device: deviceInfo } = record.reading;
  let hasChanged = setOnline(device, online, receivedMs, record.will?.reason);
  const model = deviceInfo ? visibleText(`${deviceInfo.manufacturer} ${deviceInfo.model}`) : device.model;
  if (model !== device.model) hasChanged = true;
  device.model = model;
  if (deviceInfo) {
    device.serial = deviceInfo.serial === undefined ? undefined : visibleText(deviceInfo.serial);
    device.firmware = deviceInfo.firmware === undefined ? undefined : visibleText(deviceInfo.firmware);
  }
  if (conditions && receivedMs >= device.conditionsAtMs) {
    device.conditions = conditions.filter((condition) => condition.present);
    device.conditionsAtMs = receivedMs;
    hasChanged = true;
  }
  if (hasChanged) markHeadersChanged(state, device);
}

/** Folds the start or the end of a device's connection into the state, as the gateway reports it. */
export function foldConnection(state: LiveState, associationId: string, record: ConnectionRecord, nowMs: number): void {
  const receivedMs = receivedMsOf(record.receivedAt, nowMs);
  if (receivedMs === undefined) return;
  const device = noteDeviceAndBed(state, associationId, record.deviceId, receivedMs);
  if (device === undefined) return;
  const { claim } = record;
  if (claim !== undefined) {
    if (isOlderConnection(claim, device.claim)) return;
    // The clock of the new gateway may be behind. The record of a newer connection counts nevertheless, and the values
    // that come from now on must not look older than the loss.
    if (isOlderConnection(device.claim, claim) && receivedMs < device.onlineAtMs) {
      device.onlineAtMs = receivedMs;
      device.lostAtMs = Math.min(device.lostAtMs, receivedMs - 1);
    }
    device.claim = claim;
  }
  if (record.connected) {
    if (isRenewed(device.certificateEndsAt, record.certificateEndsAt))
      noteDeviceEvent(device, receivedMs, 'certificate-renewed');
    device.certificateEndsAt = record.certificateEndsAt;
  }
  if (setOnline(device, record.connected, receivedMs, record.reason)) markHeadersChanged(state, device);
}

/**
 * Notes that a chunk of a wave came. waves.ts keeps the samples.
 * @returns whether a screen may show the chunk
 */
export function foldWaveArrival(
  state: LiveState,
  associationId: string,
  record: WaveformRecord,
  nowMs: number,
): boolean {
  const receivedMs = receivedMsOf(record.receivedAt, nowMs);
  const startMs = parseInstant(record.reading.start);
  if (receivedMs === undefined || startMs === undefined || !waves.has(record.reading.code)) return false;
  const bed = bedFor(state, associationId, record.deviceId);
  if (bed === undefined || isWaveBeforeTray(state, bed, startMs, receivedMs, nowMs)) return false;
  noteSeen(state, record.deviceId, receivedMs);
  if (!bed.waves.has(record.reading.code)) markHeaderChanged(state, bed);
  bed.waves.set(record.reading.code, receivedMs);
  return true;
}

/** Removes stopped waves from the beds. Called about once a second. */
export function forgetWaves(state: LiveState, nowMs: number, each: ForEach = forEach): void {
  each(state.beds.values(), (bed) => {
    for (const [code, atMs] of bed.waves) {
      if (nowMs - atMs <= waveForgetMs) continue;
      bed.waves.delete(code);
      markHeaderChanged(state, bed);
    }
  });
}

/** Parses a receive time. Returns at most `nowMs`, because the machine's clock may have been set back since. */
function receivedMsOf(receivedAt: string, nowMs: number): number | undefined {
  const receivedMs = parseInstant(receivedAt);
  return receivedMs === undefined ? undefined : atMostNow(receivedMs, nowMs);
}

function timesOf(
  receivedAt: string,
  time: string,
  nowMs: number,
): { receivedMs: number; deviceMs: number } | undefined {
  const receivedMs = receivedMsOf(receivedAt, nowMs);
  const deviceMs = parseInstant(time);
  if (receivedMs === undefined || deviceMs === undefined) return undefined;
  return { receivedMs, deviceMs };
}

/**
 * Notes that a device sent something. So the device is online, unless the gateway reported later that the device is
 * offline.
 */
function noteSeen(state: LiveState, deviceId: string, receivedMs: number): DeviceState | undefined {
  const device = deviceOf(state, deviceId);
  if (device === undefined) return undefined;
  device.seenAtMs = Math.max(device.seenAtMs, receivedMs);
  if (receivedMs > device.onlineAtMs && setOnline(device, true, receivedMs, undefined))
    markHeadersChanged(state, device);
  return device;
}

/** Returns whether a device shows a certificate that ends later than its former certificate. */
function isRenewed(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && Date.parse(now) > Date.parse(before);
}

function setOnline(
  device: DeviceState,
  online: boolean,
  receivedMs: number,
  endReason: ConnectionEndReason | undefined,
): boolean {
  if (receivedMs < device.onlineAtMs || device.online === online) return false;
  device.online = online;
  device.onlineAtMs = receivedMs;
  const kind = online ? 'connected' : (endReason ?? 'disconnected');
  noteDeviceEvent(device, receivedMs, kind);
  if (!online && !isHandOver(endReason)) device.lostAtMs = receivedMs;
  // A value of the same millisecond came after the loss. An earlier loss or silence stays: after a restart, the server
  // may read the alarm of a silence before the older readings.
  if (online && device.lostAtMs === receivedMs) device.lostAtMs -= 1;
  return true;
}
