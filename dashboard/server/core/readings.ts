/** Folds what devices sent: numerics, status, connection and the arrival of waveforms. */

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
import { notAhead } from '../../../contracts/steady-time.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { bedFor, deviceOf } from './beds.ts';
import { noteClock, showsSetBack, tellClock, tellCoarse } from './device-clocks.ts';
import { intervalMsOf, withValue } from './intervals.ts';
import { watchIdentity } from './shared-identity.ts';
import {
  type BedState,
  type DeviceState,
  type LiveState,
  nextN,
  type Origin,
  type StartNumbered,
  stampHead,
  stampHeads,
  type ValueState,
} from './state.ts';

import { isBeforeTray, isWaveBeforeTray } from './tray.ts';

/** A wave that did not come for this long is no longer offered to the screens. */
const waveForgetMs = 10_000;
/** A smaller error of a device's clock changes no age that a person reads, so it is not sent. */
const clockOffsetMsMin = 500;

/**
 * Folds numerics. A value that is not newer than the shown one is left out. Newer is judged by the earlier of receive
 * time and device time, after the measured error of the device's clock is taken out. So buffered readings that come
 * late stay old, and a device whose clock ran ahead for a while does not hide the readings after it. Of two values of
 * one instant the later receipt counts. If the device's own numbers show that its clock was set back, the later number
 * is newer.
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
  // Done even if the bed is not on the screens: the clock belongs to the device, whoever is at it.
  const number = numberOf(record, times.deviceMs);
  const clockOffsetMs = noteClock(state.devices.get(record.deviceId), times.deviceMs, times.receivedMs, number);
  const bed = bedFor(state, associationId, record.deviceId);
  if (bed === undefined) return;
  const device = heardOf(state, record.deviceId, times.receivedMs);
  if (device) {
    tellClock(state, bed, device, times.receivedMs);
    tellCoarse(state, bed, device, times.receivedMs, nowMs);
  }
  const { boot } = record.reading;
  if (device && boot !== undefined) {
    const { deviceMs: timeMs, receivedMs } = times;
    watchIdentity(state, bed, device, { boot, timeMs, receivedMs }, nowMs);
  }
  const effectiveMs = sampledMs(times.deviceMs, times.receivedMs, clockOffsetMs);
  if (isBeforeTray(bed, effectiveMs, nowMs)) return;
  const origin = { ...times, id, number };
  let n = 0;
  // If a parameter came twice, the graver value stands here; the engine's alarm says that it came twice.
  for (const sent of numericsByCode(record.reading.values).values) {
    const { code, unit } = sent;
    const parameter = parameters.get(code);
    if (parameter === undefined) continue;
    const shownValue = bed.values.get(code);
    const intervalMs = learnInterval(state, bed, parameter, effectiveMs, record.reading.intervalMs);
    if (shownValue && !replaces(shownValue, origin, effectiveMs)) continue;
    if (n === 0) n = nextN(state);
    const value = usableNumber(sent);
    // A value that no body can yield, or in a unit that is not the table's, is shown as invalid, never as a number.
    const validity = sent.validity ?? (value === undefined ? 'invalid' : undefined);
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
    const shown =
      id === undefined
        ? shownValue?.shown
        : withAcceptedReading(shownValue?.shown ?? [], { ...id, deviceMs: times.deviceMs });
    bed.values.set(code, { numeric, effectiveMs, origin, shown: shown ?? [], n });
    bed.n = n;
  }
}

/**
 * Returns the device's own number of a reading. A number that the gateway gave says when the reading came, not when it
 * was measured.
 */
function numberOf({ reading: { boot, seq } }: ObservationRecord, timeMs: number): StartNumbered | undefined {
  return boot === undefined || seq === undefined ? undefined : { boot, seq, timeMs };
}

/** Whether a value that came takes the place of the shown one. */
function replaces(shownValue: ValueState, came: Origin, effectiveMs: number): boolean {
  const before = shownValue.origin;
  // Its time may look too old until the clock is measured again; the value is the newest all the same.
  if (showsSetBack(before.number, came.number)) return true;
  if (showsSetBack(came.number, before.number)) return false;
  const sameBoot = came.id !== undefined && came.id.boot === before.id?.boot;
  // A repeat never counts. This holds if the device's clock is ahead, so that every receipt looks newer than the one
  // before, and if another start of the device was shown in between.
  const notBefore = shownValue.shown.filter(({ deviceMs }) => came.deviceMs <= deviceMs);
  if (came.id !== undefined && isRepeatedReading(notBefore, came.id)) return false;
  if (came.deviceMs === before.deviceMs) return sameBoot || came.receivedMs > before.receivedMs;
  return (
    effectiveMs > shownValue.effectiveMs ||
    (effectiveMs === shownValue.effectiveMs && came.receivedMs > before.receivedMs)
  );
}

/**
 * Notes that a value came at `atMs`, and returns when the next one is due. An older value changes the interval of the
 * shown one.
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
    bed.n = nextN(state);
    bed.values.set(code, { ...shownValue, numeric: { ...shownValue.numeric, intervalMs }, n: bed.n });
  }
  return intervalMs;
}

/** Notes a sign of life of a device, and makes a bed for it if it has none. Undefined past `devicesMax`. */
function noteSign(
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

/** Folds a device's birth, will or technical conditions. `conditions`, if there, is the whole list. */
export function foldStatus(state: LiveState, associationId: string, record: StatusRecord, nowMs: number): void {
  const receivedMs = receivedMsOf(record.receivedAt, nowMs);
  if (receivedMs === undefined) return;
  const device = noteSign(state, associationId, record.deviceId, receivedMs);
  if (device === undefined) return;
  if (record.will && isOldWill(device, record.will)) return;
  const { online, conditions, device: about } = record.reading;
  let changed = setOnline(device, online, receivedMs, record.will?.reason);
  const model = about ? visibleText(`${about.manufacturer} ${about.model}`) : device.model;
  if (model !== device.model) changed = true;
  device.model = model;
  if (conditions && receivedMs >= device.conditionsAtMs) {
    device.conditions = conditions.filter((condition) => condition.present);
    device.conditionsAtMs = receivedMs;
    changed = true;
  }
  if (changed) stampHeads(state, device);
}

/** Folds the gateway's notice that a device's connection came or ended. */
export function foldConnection(state: LiveState, associationId: string, record: ConnectionRecord, nowMs: number): void {
  const receivedMs = receivedMsOf(record.receivedAt, nowMs);
  if (receivedMs === undefined) return;
  const device = noteSign(state, associationId, record.deviceId, receivedMs);
  if (device === undefined) return;
  const { claim } = record;
  if (claim !== undefined) {
    if (device.claim !== undefined && claim < device.claim) return;
    // Another gateway's clock may be behind. Its notice of a newer connection counts all the same.
    if (device.claim !== undefined && claim > device.claim) device.onlineAtMs = Math.min(device.onlineAtMs, receivedMs);
    device.claim = claim;
  }
  if (setOnline(device, record.connected, receivedMs, record.reason)) stampHeads(state, device);
}

/** The will of a connection that is not the device's newest says nothing of the device. */
function isOldWill({ claim }: DeviceState, will: NonNullable<StatusRecord['will']>): boolean {
  return will.reason === 'taken-over' || (claim !== undefined && (will.claim === undefined || will.claim < claim));
}

/**
 * Notes that a wave comes; its samples go their own way.
 * @returns whether some screen may show it
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
  heardOf(state, record.deviceId, receivedMs);
  if (!bed.waves.has(record.reading.code)) stampHead(state, bed);
  bed.waves.set(record.reading.code, receivedMs);
  return true;
}

/** Removes the waves that stopped from the beds. Call it about once a second. */
export function forgetWaves(state: LiveState, nowMs: number): void {
  for (const bed of state.beds.values()) {
    for (const [code, atMs] of bed.waves) {
      if (nowMs - atMs <= waveForgetMs) continue;
      bed.waves.delete(code);
      stampHead(state, bed);
    }
  }
}

/** When the gateway received it; never after now, even if the machine's clock was set back since. */
function receivedMsOf(receivedAt: string, nowMs: number): number | undefined {
  const receivedMs = parseInstant(receivedAt);
  return receivedMs === undefined ? undefined : notAhead(receivedMs, nowMs);
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

/** A reading also shows that the device is there, unless the gateway reported since that it is gone. */
function heardOf(state: LiveState, deviceId: string, receivedMs: number): DeviceState | undefined {
  const device = deviceOf(state, deviceId);
  if (device === undefined) return undefined;
  device.seenAtMs = Math.max(device.seenAtMs, receivedMs);
  if (receivedMs > device.onlineAtMs && setOnline(device, true, receivedMs, undefined)) stampHeads(state, device);
  return device;
}

/**
 * Reasons for the end of a connection after which the device is still there: its next connection goes on. The alarm
 * engine judges alike.
 */
const handOvers: readonly (ConnectionEndReason | undefined)[] = ['taken-over', 'refused', 'drained'];

function setOnline(
  device: DeviceState,
  online: boolean,
  receivedMs: number,
  endReason: ConnectionEndReason | undefined,
): boolean {
  if (receivedMs < device.onlineAtMs || device.online === online) return false;
  device.online = online;
  device.onlineAtMs = receivedMs;
  if (!online && !handOvers.includes(endReason)) device.lostAtMs = receivedMs;
  // The gateway's clock was set back: what comes from now on is not older than the loss.
  if (online) device.lostAtMs = Math.min(device.lostAtMs, receivedMs - 1);
  return true;
}
