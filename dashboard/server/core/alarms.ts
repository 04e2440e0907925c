/**
 * Keeps the alarms that the screens show. Every event has the whole alarm with its revision, and the highest revision
 * counts. So the order in which events and snapshots are read does not matter.
 */

import { contentRevisionAfter } from '../../../contracts/acknowledgement.ts';
import { measuredOffsetMs } from '../../../contracts/device-clock.ts';
import { isAboutSilentDevice } from '../../../contracts/device-silence.ts';
import type { Alarm, AlarmEvent, AlarmState } from '../../../contracts/messages/alarms.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { bedFor } from './beds.ts';
import {
  alarmsMax,
  audienceOf,
  type BedState,
  clearedMax,
  type LiveState,
  markHeaderChanged,
  markHeadersChanged,
  nextChangeNo,
  rememberHiddenAlarm,
  rememberRemoval,
  type ShownAlarm,
} from './state.ts';
import { isAlarmOfTray } from './tray.ts';

/**
 * Folds a record of the topic `alarms` into the state.
 * @returns whether a screen changes
 */
export function foldAlarmEvent(state: LiveState, event: AlarmEvent, nowMs: number): boolean {
  state.nowMs = nowMs;
  const atMs = atMostNow(parseInstant(event.at) ?? 0, nowMs);
  const { alarm } = event;
  if (isOld(state, alarm)) return false;
  if (event.type === 'raised' && isAboutSilentDevice(alarm)) noteSilence(state, alarm, atMs);
  if (event.type !== 'cleared') return storeAlarm(state, alarm, atMs);
  noteCleared(state, alarm);
  return removeAlarm(state, alarm.alarmId);
}

/**
 * Notes that a device was silent. When the device sends again, its values from before the silence must not be shown as
 * current. Uses the onset of the alarm and not the time of the event, because the engine may notice the silence only
 * when the next reading comes. The onset is device time and `lostAtMs` is receive time, so the measured error of the
 * device's clock is added.
 */
function noteSilence(state: LiveState, alarm: Alarm, atMs: number): void {
  const device = state.devices.get(alarm.deviceId);
  const offsetMs = device === undefined ? 0 : measuredOffsetMs(device.clock.clock);
  const silentSinceMs = Math.min(atMs, (parseInstant(alarm.onsetAt) ?? atMs) + offsetMs);
  if (device && silentSinceMs > device.lostAtMs) {
    device.lostAtMs = silentSinceMs;
    markHeadersChanged(state, device);
  }
}

/**
 * Folds a record of the topic `alarm-state` into the state. The record has all alarms of an association, as the alarm
 * processor last wrote them. Removes alarms that are older than the record and not in the record, because they have
 * ended.
 */
export function foldAlarmState(state: LiveState, snapshot: AlarmState, nowMs: number): boolean {
  state.nowMs = nowMs;
  const atMs = atMostNow(parseInstant(snapshot.at) ?? 0, nowMs);
  let hasChanged = forgetAlarmsBefore(state, snapshot, atMs);
  for (const alarm of snapshot.live) {
    if (!isOld(state, alarm)) hasChanged = storeAlarm(state, alarm, atMs) || hasChanged;
  }
  return hasChanged;
}

/**
 * Removes the alarms of an association that were published before `atMs` and are not in `live`. After a tombstone in
 * `alarm-state`, `live` is empty: the alarm processor has deleted the association.
 */
export function forgetAlarmsBefore(
  state: LiveState,
  { associationId, live }: Pick<AlarmState, 'associationId' | 'live'>,
  atMs: number,
): boolean {
  let hasChanged = false;
  for (const alarmId of [...(state.alarmsOf.get(associationId) ?? [])]) {
    const shownAlarm = state.alarms.get(alarmId);
    if (!shownAlarm || shownAlarm.publishedAtMs >= atMs || live.some((alarm) => alarm.alarmId === alarmId)) continue;
    hasChanged = removeAlarm(state, alarmId) || hasChanged;
  }
  return hasChanged;
}

function isOld(state: LiveState, alarm: Alarm): boolean {
  const rev = state.alarms.get(alarm.alarmId)?.alarm.rev ?? state.clearedRevs.get(alarm.alarmId) ?? 0;
  return alarm.rev <= rev;
}

function storeAlarm(state: LiveState, alarm: Alarm, publishedAtMs: number): boolean {
  if (!state.alarms.has(alarm.alarmId) && state.alarms.size >= alarmsMax && !removeOneAlarm(state)) {
    state.leftOut += 1;
    return false;
  }
  const bed = bedFor(state, alarm.associationId, alarm.deviceId);
  const formerAlarm = state.alarms.get(alarm.alarmId);
  const contentRevision = contentRevisionAfter(
    formerAlarm && { alarm: formerAlarm.alarm, said: formerAlarm.contentRevision },
    alarm,
    publishedAtMs,
  );
  const isOfTray = bed === undefined || isAlarmOfTray(state, bed, { alarm, publishedAtMs });
  state.alarms.set(alarm.alarmId, { alarm, changeNo: nextChangeNo(state), publishedAtMs, contentRevision, isOfTray });
  if (bed && formerAlarm?.isOfTray && !isOfTray) rememberHiddenAlarm(state, bed, alarm.alarmId);
  const alarmIdsOfBed = state.alarmsOf.get(alarm.associationId) ?? new Set();
  alarmIdsOfBed.add(alarm.alarmId);
  state.alarmsOf.set(alarm.associationId, alarmIdsOfBed);
  if (bed) {
    bed.changeNo = state.changeNo;
    markSoundChanged(state, bed, alarm);
  }
  return bed !== undefined;
}

/**
 * Returns the state of the device's own sound if the alarm is about this sound. Undefined for every other alarm, and
 * for an alarm that the device itself reported, because a device may choose any name for its code.
 */
export function deviceSoundOf({ condition, origin }: Alarm): 'paused' | 'off' | undefined {
  if (origin !== undefined) return undefined;
  if (condition === 'device-sound-paused') return 'paused';
  return condition === 'device-sound-off' ? 'off' : undefined;
}

/** Gives the header data of the bed a new change number if the alarm is about the device's sound. */
function markSoundChanged(state: LiveState, bed: BedState, alarm: Alarm): void {
  if (deviceSoundOf(alarm) !== undefined) markHeaderChanged(state, bed);
}

function removeAlarm(state: LiveState, alarmId: string): boolean {
  const shownAlarm = state.alarms.get(alarmId);
  if (shownAlarm === undefined) return false;
  const { associationId } = shownAlarm.alarm;
  state.alarms.delete(alarmId);
  const alarmIdsOfBed = state.alarmsOf.get(associationId);
  alarmIdsOfBed?.delete(alarmId);
  if (alarmIdsOfBed?.size === 0) state.alarmsOf.delete(associationId);
  const bed = state.beds.get(associationId);
  if (bed === undefined) return false;
  bed.changeNo = nextChangeNo(state);
  markSoundChanged(state, bed, shownAlarm.alarm);
  rememberRemoval(state, { changeNo: bed.changeNo, kind: 'alarm', associationId, alarmId, ward: audienceOf(bed) });
  return true;
}

function noteCleared(state: LiveState, alarm: Alarm): void {
  state.clearedRevs.set(alarm.alarmId, alarm.rev);
  if (state.clearedRevs.size > clearedMax) state.clearedRevs.delete(state.clearedRevs.keys().next().value!);
}

/**
 * Removes one alarm when the maximum is reached: an alarm that no screen shows, or else an acknowledged technical
 * alarm. Returns false if neither exists.
 */
function removeOneAlarm(state: LiveState): boolean {
  const firstWith = (test: (shownAlarm: ShownAlarm) => boolean) => {
    for (const [alarmId, shownAlarm] of state.alarms) if (test(shownAlarm)) return alarmId;
    return undefined;
  };
  const alarmIdToRemove =
    firstWith(({ alarm }) => !state.beds.has(alarm.associationId)) ??
    firstWith(({ alarm }) => alarm.kind === 'technical' && alarm.acknowledgedBy !== undefined);
  if (alarmIdToRemove === undefined) return false;
  removeAlarm(state, alarmIdToRemove);
  return !state.alarms.has(alarmIdToRemove);
}
