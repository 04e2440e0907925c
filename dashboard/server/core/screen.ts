/**
 * Computes what one screen shows within its scope and the rights of its viewer: everything, or the changes since a
 * number.
 */
import type { Alarm, CommandAnswer, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import type { Patient } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Delta, Snapshot, Watch } from '../../protocol/live.ts';
import type { Bed, BedHead } from '../../protocol/rest.ts';
import { deviceSoundOf } from './alarms.ts';
import { type ForEach, forEach } from './each.ts';
import { failedBedView, type OnBedError } from './failed-beds.ts';
import { shownNote } from './hand-over-notes.ts';
import { noticesOf } from './notices.ts';
import { shownTasks } from './patient-tasks.ts';
import { may, seesWard, type Viewer } from './rights.ts';
import { audienceOf, type BedState, type DeviceState, type LiveState, type ShownAlarm, wardOf } from './state.ts';

export type Scope = Watch['scope'];

/** Returns whether a bed is within a scope and the viewer may see it. */
export function isVisible(viewer: Viewer, scope: Scope, bed: BedState): boolean {
  const ward = audienceOf(bed);
  if ('associationId' in scope) return scope.associationId === bed.associationId && seesWard(viewer, ward);
  return wardInScope(viewer, scope, ward);
}

/**
 * Returns whether the viewer sees a ward's beds in a scope. A technician sees the devices of biomedical engineering
 * (`ward` null) in every scope, because a technician's account may have only one ward. Other viewers see these devices
 * only in the scope of all wards.
 */
function wardInScope(viewer: Viewer, scope: Scope, ward: string | null): boolean {
  if (!seesWard(viewer, ward)) return false;
  if ('associationId' in scope || scope.ward === '*') return true;
  return ward === null ? viewer.role === 'technician' : scope.ward === ward;
}

/**
 * Returns whether a viewer who sees the bed may see this alarm. A technician sees only technical alarms. For a device
 * without a bed, only a viewer who may see all wards sees alarms from before the device came into its present tray.
 */
export function seesAlarm(viewer: Viewer, alarmState: ShownAlarm): boolean {
  if (alarmState.alarm.kind !== 'technical' && !may(viewer, 'view-vitals')) return false;
  return viewer.wards.includes('*') || alarmState.isOfTray;
}

/** Returns the header data of a bed as this viewer may see them. */
export function headOf(state: LiveState, viewer: Viewer, bed: BedState): BedHead {
  const device = state.devices.get(bed.deviceId);
  const mayViewVitals = may(viewer, 'view-vitals');
  return {
    associationId: bed.associationId,
    ward: wardOf(bed),
    bed: bed.period ? visibleText(bed.period.bed) : null,
    occupied: (bed.period?.patient ?? null) !== null,
    patient: mayViewVitals && !viewer.locked && bed.period?.patient ? visiblePatient(bed.period.patient) : null,
    ...(bed.tray ? { tray: visibleText(bed.tray.ward) } : {}),
    since: bed.period?.from ?? (bed.tray ? formatInstant(bed.tray.sinceMs) : null),
    device: { ...deviceView(device, bed.deviceId), ...soundOf(state, bed) },
    waves: mayViewVitals ? [...bed.waves.keys()] : [],
    notices: noticesOf(bed),
    ...(bed.nurse === undefined ? {} : { nurse: bed.nurse }),
    ...shownNote(state, viewer, bed),
    ...shownTasks(state, viewer, bed),
    limits: (mayViewVitals && shownLimits(state.limits.get(bed.associationId))) || null,
    standby: (mayViewVitals && state.standby.get(bed.associationId)?.standby) || null,
    scores: (mayViewVitals && bed.period?.patient && state.scores.get(bed.associationId)) || null,
  };
}

/** Removes the delays and similar rules from the limits, because no screen shows them. */
function shownLimits(inForce: LimitsInForce | undefined): LimitsInForce | undefined {
  if (inForce?.rules === undefined) return inForce;
  const { rules: _rules, ...shown } = inForce;
  return shown;
}

/**
 * Makes misleading characters in a patient's texts visible. Such texts are refused today, but older versions of Vigil
 * may have stored some.
 */
export function visiblePatient(patient: Patient): Patient {
  return {
    ...patient,
    patientId: visibleText(patient.patientId),
    familyName: visibleText(patient.familyName),
    givenName: visibleText(patient.givenName),
  };
}

/** Returns a device as every viewer of its bed may see it. */
export function deviceView(device: DeviceState | undefined, deviceId: string): BedHead['device'] {
  return {
    deviceId,
    online: device?.online ?? null,
    onlineChangedAt: device && device.onlineAtMs > 0 ? formatInstant(device.onlineAtMs) : null,
    ...(device && device.lostAtMs > 0 ? { lostAt: formatInstant(device.lostAtMs) } : {}),
    ...(device?.model === undefined ? {} : { model: device.model }),
    conditions: [...(device?.conditions ?? [])],
  };
}

/**
 * Returns the state of the device's own sound. The state is taken from an alarm of the engine, because the engine keeps
 * its alarms over a restart.
 */
function soundOf(state: LiveState, { associationId }: BedState): Pick<BedHead['device'], 'sound'> {
  for (const alarmId of state.alarmsOf.get(associationId) ?? []) {
    const alarm = state.alarms.get(alarmId)?.alarm;
    const sound = alarm?.present ? deviceSoundOf(alarm) : undefined;
    if (sound !== undefined) return { sound };
  }
  return {};
}

/** Returns the values that changed after number `sinceChangeNo`; no values if the viewer may not see vital signs. */
function valuesOf(viewer: Viewer, bed: BedState, sinceChangeNo: number): Bed['values'] {
  if (!may(viewer, 'view-vitals')) return [];
  const values: Bed['values'] = [];
  for (const { changeNo, numeric } of bed.values.values()) if (changeNo > sinceChangeNo) values.push(numeric);
  return values;
}

export function bedView(state: LiveState, viewer: Viewer, bed: BedState): Bed {
  return { ...headOf(state, viewer, bed), values: valuesOf(viewer, bed, -1) };
}

/** Returns the alarms of a bed that this viewer may see and that changed after number `sinceChangeNo`. */
export function alarmsOfBed(state: LiveState, viewer: Viewer, associationId: string, sinceChangeNo: number): Alarm[] {
  const alarms: Alarm[] = [];
  for (const alarmId of state.alarmsOf.get(associationId) ?? []) {
    const alarmState = state.alarms.get(alarmId);
    if (alarmState && alarmState.changeNo > sinceChangeNo && seesAlarm(viewer, alarmState))
      alarms.push(alarmState.alarm);
  }
  return alarms;
}

const isClinical = ({ type }: CommandAnswer) =>
  type === 'set-limits' || type === 'enter-assessment' || type === 'standby' || type === 'end-standby';

/**
 * Returns the answers about beds that this viewer sees in scope, with a number above `sinceChangeNo`. Answers about
 * limits, assessments and standby go only to viewers who may see vitals.
 */
function answersSince(
  state: LiveState,
  viewer: Viewer,
  scope: Scope,
  sinceChangeNo: number,
  onError: OnBedError,
): CommandAnswer[] {
  const answers: CommandAnswer[] = [];
  for (const { answer, changeNo } of state.answers.values()) {
    const bed = state.beds.get(answer.associationId);
    if (changeNo <= sinceChangeNo || bed === undefined) continue;
    try {
      if (!isVisible(viewer, scope, bed)) continue;
    } catch (error) {
      onError(error);
      continue;
    }
    if (!isClinical(answer) || may(viewer, 'view-vitals')) answers.push(answer);
  }
  return answers;
}

/**
 * Returns the present state of everything in scope. An error about one bed concerns only this bed (failed-beds.ts).
 * @param onError called with each error about a bed
 */
export function wholeScreen(
  state: LiveState,
  viewer: Viewer,
  scope: Scope,
  onError: OnBedError = ignore,
): Pick<Snapshot, 'beds' | 'alarms' | 'answers'> {
  const beds: Bed[] = [];
  const alarms: Alarm[] = [];
  for (const bed of state.beds.values()) {
    const shown = tryBed(state, { viewer, scope }, bed, onError, () => ({
      bed: bedView(state, viewer, bed),
      alarms: alarmsOfBed(state, viewer, bed.associationId, -1),
    }));
    if (shown) beds.push(shown.bed ?? failedBedView(state, bed));
    alarms.push(...(shown?.alarms ?? []));
  }
  return { beds, alarms, answers: answersSince(state, viewer, scope, -1, onError) };
}

const ignore = () => {};

/**
 * Computes what a screen shows of a bed. Returns undefined if the bed is not visible, or if it is not known whether it
 * is visible. If the code throws an error about the visible bed, returns only the alarms that can be shown.
 */
function tryBed<T extends { readonly bed?: unknown; readonly alarms: readonly Alarm[] }>(
  state: LiveState,
  { viewer, scope }: OpenScreen,
  bed: BedState,
  onError: OnBedError,
  compute: () => T,
): T | { readonly bed?: undefined; readonly alarms: readonly Alarm[] } | undefined {
  let isShown = false;
  try {
    isShown = isVisible(viewer, scope, bed);
    return isShown ? compute() : undefined;
  } catch (error) {
    onError(error);
    state.failedBeds.add(bed.associationId);
    return isShown ? { alarms: alarmsThatWork(state, viewer, bed) } : undefined;
  }
}

/** Returns all alarms of a failed bed for which the code throws no error. */
function alarmsThatWork(state: LiveState, viewer: Viewer, { associationId }: BedState): Alarm[] {
  return [...(state.alarmsOf.get(associationId) ?? [])].flatMap((alarmId) => {
    try {
      const alarmState = state.alarms.get(alarmId);
      return alarmState && seesAlarm(viewer, alarmState) ? [alarmState.alarm] : [];
    } catch {
      return [];
    }
  });
}

/** Returns the ids of the patients with names on a screen of this scope. */
export function patientsIn(state: LiveState, viewer: Viewer, scope: Scope): string[] {
  const patients: string[] = [];
  if (viewer.locked || !may(viewer, 'view-vitals')) return patients;
  for (const bed of state.beds.values()) {
    try {
      const patient = bed.period?.patient;
      if (patient && isVisible(viewer, scope, bed)) patients.push(visibleText(patient.patientId));
    } catch {
      // A bed for which the code throws an error shows no patient (failed-beds.ts).
    }
  }
  return patients;
}

/** Returns the ids of the patients with names in a delta. */
export function patientsOf({ beds }: Pick<Changes, 'beds'>): string[] {
  return beds.flatMap((bed) => ('head' in bed && bed.head?.patient ? [bed.head.patient.patientId] : []));
}

export type Changes = Pick<Delta, 'beds' | 'gone' | 'alarms' | 'cleared' | 'answers'>;

/**
 * Returns what changed in scope after number `sinceChangeNo`: header data, values, alarms, answers to commands, and
 * beds and alarms that are gone. Returns undefined if the state does not know all these changes any more, or has not
 * reached this number: the screen then needs a snapshot. An error about one bed concerns only this bed
 * (failed-beds.ts).
 * @param onError called with each error about a bed
 */
export function changesSince(
  state: LiveState,
  viewer: Viewer,
  scope: Scope,
  sinceChangeNo: number,
  onError: OnBedError = ignore,
): Changes | undefined {
  if (sinceChangeNo < state.forgottenChangeNo || sinceChangeNo > state.changeNo) return undefined;
  const answers = answersSince(state, viewer, scope, sinceChangeNo, onError);
  const changes: Changes = { beds: [], gone: [], alarms: [], cleared: [], answers };
  for (const bed of state.beds.values()) {
    if (bed.changeNo <= sinceChangeNo) continue;
    const shown = tryBed(state, { viewer, scope }, bed, onError, () => ({
      bed: bedChange(state, viewer, bed, sinceChangeNo),
      alarms: alarmsOfBed(state, viewer, bed.associationId, sinceChangeNo),
    }));
    if (!shown) continue;
    const change = shown.bed ?? failedChange(state, bed);
    if (change.head || change.values.length > 0) changes.beds.push(change);
    changes.alarms.push(...shown.alarms);
  }
  try {
    addRemovals(state, viewer, scope, sinceChangeNo, changes);
  } catch (error) {
    // A bed or an alarm that was removed must not stay on the screen. A snapshot does not have it.
    onError(error);
    return undefined;
  }
  return changes;
}

type BedChange = Changes['beds'][number];

function bedChange(state: LiveState, viewer: Viewer, bed: BedState, sinceChangeNo: number): BedChange {
  const { associationId } = bed;
  return bed.headChangeNo > sinceChangeNo
    ? { associationId, head: headOf(state, viewer, bed), values: valuesOf(viewer, bed, -1) }
    : { associationId, values: valuesOf(viewer, bed, sinceChangeNo) };
}

function failedChange(state: LiveState, bed: BedState): BedChange {
  const { values, ...head } = failedBedView(state, bed);
  return { associationId: bed.associationId, head, values };
}

function addRemovals(
  state: LiveState,
  viewer: Viewer,
  scope: Scope,
  sinceChangeNo: number,
  changes: Pick<Delta, 'gone' | 'cleared'>,
): void {
  const isHidden = (alarmId: string) => {
    const alarmState = state.alarms.get(alarmId);
    return alarmState === undefined || !seesAlarm(viewer, alarmState);
  };
  for (let index = state.removals.length - 1; index >= 0; index -= 1) {
    const removal = state.removals[index]!;
    if (removal.changeNo <= sinceChangeNo) break;
    if ('associationId' in scope && scope.associationId !== removal.associationId) continue;
    if (!wardInScope(viewer, scope, removal.ward)) continue;
    if (removal.kind === 'alarm') {
      if (removal.alarmId !== undefined && isHidden(removal.alarmId)) changes.cleared.push(removal.alarmId);
      continue;
    }
    const bed = state.beds.get(removal.associationId);
    if ((bed === undefined || !isVisible(viewer, scope, bed)) && !changes.gone.includes(removal.associationId)) {
      changes.gone.push(removal.associationId);
    }
  }
}

/** The viewer and the scope of an open screen, which together decide what the screen may show. */
export type OpenScreen = { readonly viewer: Viewer; readonly scope: Scope };

/**
 * Counts the present alarms that no open screen may show, for devices without a bed. Alarms of beds are not counted:
 * live/presence.ts publishes which wards are watched.
 */
export function unseenAlarms(state: LiveState, screens: readonly OpenScreen[], each: ForEach = forEach): number {
  let unseen = 0;
  each(state.beds.values(), (bed) => {
    if (bed.period) return;
    for (const alarmId of state.alarmsOf.get(bed.associationId) ?? []) {
      const alarmState = state.alarms.get(alarmId);
      if (!alarmState?.alarm.present) continue;
      const isSeen = ({ viewer, scope }: OpenScreen) => isVisible(viewer, scope, bed) && seesAlarm(viewer, alarmState);
      if (!screens.some(isSeen)) unseen += 1;
    }
  });
  return unseen;
}
