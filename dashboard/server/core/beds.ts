/**
 * Keeps the tiles on the screens (`BedState`): one for each current association, and one for each device without an
 * association from which records come. The tile of such a device leaves the screens when the device is silent and has
 * no alarm (`unassignedForgetMs`).
 */
import { unassignedPrefix } from '../../../contracts/alarm-places.ts';
import { currentPeriod } from '../../../contracts/association-at.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import { lastWard, timedPeriods } from '../../../contracts/periods.ts';
import { noStarts } from '../../../contracts/shared-identity.ts';
import { newDeviceGaps } from './device-gaps.ts';
import { type ForEach, forEach } from './each.ts';
import { retryFailedBeds } from './failed-beds.ts';
import {
  audienceOf,
  type BedState,
  type DeviceState,
  devicesMax,
  type LiveState,
  markHeaderChanged,
  newDeviceClock,
  nextChangeNo,
  rememberHiddenAlarm,
  rememberRemoval,
  unassignedForgetMs,
} from './state.ts';
import { isAlarmOfTray } from './tray.ts';

/** Returns the device's current period (contracts/association-at.ts). */
export function currentPeriodOf(table: DeviceAssociations | undefined): AssociationPeriod | undefined {
  return currentPeriod(table?.periods ?? []);
}

/**
 * Folds a record of the topic `associations` into the state. An older version of a device's table changes nothing; if
 * two tables have the same version, the later record counts. A table with an invalid date is ignored; the gateway and
 * the alarm processor ignore it, too.
 */
export function foldAssociations(state: LiveState, table: DeviceAssociations): void {
  const formerTable = state.associations.get(table.deviceId);
  if (formerTable && formerTable.version > table.version) return;
  if (timedPeriods(table.periods, state.nowMs) === undefined) {
    state.leftOut += 1;
    return;
  }
  state.associations.set(table.deviceId, table);
  deviceOf(state, table.deviceId);
  updateBedsOfDevice(state, table.deviceId);
}

/** Forgets a device's associations. Called for a tombstone, with which the hospital deletes a device. */
export function forgetAssociations(state: LiveState, deviceId: string): void {
  if (state.associations.delete(deviceId)) updateBedsOfDevice(state, deviceId);
}

/**
 * Removes devices without a bed from the screens if they have no alarm and were silent for `unassignedForgetMs`. Also
 * updates which alarms of the other devices without a bed are shown, and computes failed beds again. Called about once
 * a second.
 */
export function tick(state: LiveState, nowMs: number, each: ForEach = forEach): void {
  state.nowMs = nowMs;
  retryFailedBeds(state, each);
  each(state.beds.values(), (bed) => {
    if (bed.period !== undefined) return;
    markAlarmsChanged(state, bed, 'changed');
    const seenAtMs = state.devices.get(bed.deviceId)?.seenAtMs ?? 0;
    const alarms = state.alarmsOf.get(bed.associationId)?.size ?? 0;
    if (alarms === 0 && nowMs - seenAtMs > unassignedForgetMs) removeBed(state, bed);
  });
}

/** Updates the beds of one device after a change of its associations. */
function updateBedsOfDevice(state: LiveState, deviceId: string): void {
  const period = currentPeriodOf(state.associations.get(deviceId));
  for (const bed of bedsOfDevice(state, deviceId)) {
    // The tile of a device without an association stays until the device gets an association.
    const staysOnScreen = bed.period === undefined ? period === undefined : bed.associationId === period?.associationId;
    if (!staysOnScreen) removeBed(state, bed);
    else if (period === undefined) moveTray(state, bed);
  }
  if (period === undefined) return;
  const bed = state.beds.get(period.associationId);
  if (bed === undefined) addBed(state, period.associationId, deviceId, period);
  else if (bed.period !== period && JSON.stringify(bed.period) !== JSON.stringify(period))
    changePeriod(state, bed, period);
  else bed.period = period;
}

function bedsOfDevice(state: LiveState, deviceId: string): BedState[] {
  const device = state.devices.get(deviceId);
  // A device that was left out (`devicesMax`) has beds, too. A patient who has left such a bed must leave the screens.
  if (device === undefined) return [...state.beds.values()].filter((bed) => bed.deviceId === deviceId);
  return [...device.bedIds].flatMap((id) => state.beds.get(id) ?? []);
}

function addBed(
  state: LiveState,
  associationId: string,
  deviceId: string,
  period: AssociationPeriod | undefined,
): BedState {
  const bed: BedState = {
    associationId,
    deviceId,
    period,
    tray: period ? undefined : trayOf(state, deviceId),
    values: new Map(),
    rhythms: new Map(),
    waves: new Map(),
    notices: new Map(),
    nurse: undefined,
    note: undefined,
    tasks: [],
    headChangeNo: 0,
    changeNo: 0,
  };
  state.beds.set(associationId, bed);
  state.devices.get(deviceId)?.bedIds.add(associationId);
  markHeaderChanged(state, bed);
  markAlarmsChanged(state, bed, 'all');
  return bed;
}

/** Returns the tray of a device without an association: the ward where the device was last, and since when. */
function trayOf(state: LiveState, deviceId: string): BedState['tray'] {
  const lastWardAndEnd = lastWard(state.associations.get(deviceId)?.periods ?? []);
  return lastWardAndEnd && { ward: lastWardAndEnd.ward, sinceMs: lastWardAndEnd.endedAtMs };
}

function removeBed(state: LiveState, bed: BedState): void {
  state.beds.delete(bed.associationId);
  state.devices.get(bed.deviceId)?.bedIds.delete(bed.associationId);
  rememberRemoval(state, {
    changeNo: nextChangeNo(state),
    kind: 'bed',
    associationId: bed.associationId,
    alarmId: undefined,
    ward: audienceOf(bed),
  });
}

/**
 * Changes the period of a bed, for example its ward or its patient's name. If the ward changes, the former ward's
 * screens lose the bed, and the new ward's screens get it.
 */
function changePeriod(state: LiveState, bed: BedState, period: AssociationPeriod): void {
  const formerAudience = audienceOf(bed);
  bed.period = period;
  changeAudience(state, bed, formerAudience);
}

/**
 * Moves a device without a bed to the tray of the ward where the device was last. If the ward is new, removes the
 * device's values and waves, because they belong to the former ward.
 */
function moveTray(state: LiveState, bed: BedState): void {
  const tray = trayOf(state, bed.deviceId);
  if (tray?.ward === bed.tray?.ward && tray?.sinceMs === bed.tray?.sinceMs) return;
  const formerAudience = audienceOf(bed);
  bed.tray = tray;
  if (audienceOf(bed) !== formerAudience) {
    bed.values.clear();
    bed.waves.clear();
  }
  changeAudience(state, bed, formerAudience);
}

function changeAudience(state: LiveState, bed: BedState, formerAudience: string | null): void {
  if (audienceOf(bed) !== formerAudience) {
    const { associationId } = bed;
    rememberRemoval(state, {
      changeNo: nextChangeNo(state),
      kind: 'bed',
      associationId,
      alarmId: undefined,
      ward: formerAudience,
    });
    markAlarmsChanged(state, bed, 'all');
  } else markAlarmsChanged(state, bed, 'changed');
  markHeaderChanged(state, bed);
}

/**
 * Updates `isOfTray` of a bed's alarms, because `isOfTray` changes with time and with the measured error of the
 * device's clock. Gives a new change number to each alarm whose `isOfTray` changed. With `all`, each alarm gets a new
 * number, because a screen that gets a new bed needs all alarms of the bed.
 */
function markAlarmsChanged(state: LiveState, bed: BedState, which: 'all' | 'changed'): void {
  for (const alarmId of state.alarmsOf.get(bed.associationId) ?? []) {
    const alarmState = state.alarms.get(alarmId);
    if (alarmState === undefined) continue;
    const isOfTray = isAlarmOfTray(state, bed, alarmState);
    if (which === 'changed' && isOfTray === alarmState.isOfTray) continue;
    state.alarms.set(alarmId, { ...alarmState, isOfTray, changeNo: nextChangeNo(state) });
    if (alarmState.isOfTray && !isOfTray) rememberHiddenAlarm(state, bed, alarmId);
    bed.changeNo = state.changeNo;
  }
}

/** Returns the state of a device. Creates the state of a new device; returns undefined if `devicesMax` is reached. */
export function deviceOf(state: LiveState, deviceId: string): DeviceState | undefined {
  const existing = state.devices.get(deviceId);
  if (existing) return existing;
  if (state.devices.size >= devicesMax && !dropIdleDevice(state)) {
    state.leftOut += 1;
    return undefined;
  }
  const device: DeviceState = {
    deviceId,
    online: null,
    onlineAtMs: 0,
    lostAtMs: 0,
    claim: undefined,
    model: undefined,
    serial: undefined,
    firmware: undefined,
    certificateEndsAt: undefined,
    events: [],
    conditions: [],
    conditionsAtMs: 0,
    seenAtMs: 0,
    clock: newDeviceClock(),
    gaps: newDeviceGaps(),
    starts: noStarts,
    bedIds: new Set(bedsOfDevice(state, deviceId).map(({ associationId }) => associationId)),
  };
  state.devices.set(deviceId, device);
  return device;
}

/**
 * Removes a device that is on no screen: if possible a device that never had an association, otherwise a device whose
 * associations have all ended. Returns whether there was such a device.
 */
function dropIdleDevice(state: LiveState): boolean {
  let ended: string | undefined;
  for (const [id, { bedIds }] of state.devices) {
    if (bedIds.size > 0) continue;
    if (!state.associations.has(id)) return state.devices.delete(id);
    if (currentPeriodOf(state.associations.get(id)) === undefined) ended ??= id;
  }
  return ended !== undefined && state.devices.delete(ended);
}

/**
 * Returns the bed of a record with the key `associationId`, and creates the tile of a device without an association.
 * Returns undefined if the association has ended, has not begun, or is unknown; if the device has a bed now and the key
 * is that of a device without an association; or if `devicesMax` is reached.
 */
export function bedFor(state: LiveState, associationId: string, deviceId: string): BedState | undefined {
  const bed = state.beds.get(associationId);
  if (bed) return bed;
  const unassigned = associationId.startsWith(unassignedPrefix);
  if (!unassigned || currentPeriodOf(state.associations.get(deviceId)) || !deviceOf(state, deviceId)) {
    state.leftOut += 1;
    return undefined;
  }
  return addBed(state, associationId, deviceId, undefined);
}
