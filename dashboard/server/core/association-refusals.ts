/** The refusals of acts on associations. Each refusal says only what the person's account may know. */

import type { Fault } from '../../../contracts/errors.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import { birthDateFault } from '../../../contracts/patient-rules.ts';
import { lastWard } from '../../../contracts/periods.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { AssociationRefused } from '../../protocol/devices.ts';
import { visibleChanges } from './association-changes.ts';
import { currentPeriodOf } from './beds.ts';
import { currentPeriods, type Occupant, type WardAndBed } from './occupancy.ts';
import { may, notOnYourWards, seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/** What a refused act would have changed in a ward that the viewer may not see. Only for the audit trail. */
export type Denied = Pick<AuditEvent, 'patientId' | 'associationId' | 'ward'> & { readonly detail: string };
/** The further data of a refusal, besides its code and message. */
type Details = Partial<Pick<AssociationRefused, 'version' | 'changes' | 'occupiedBy'>> & {
  readonly denied?: Denied;
  /** A patient id that is in use outside the viewer's wards (id-guesses.ts). Never sent to the browser. */
  readonly hiddenId?: string;
};
export type Refusal = { readonly ok: false } & Fault & Details;

/** The viewer who requests an act, and the time of the request. */
export type ActContext = { readonly viewer: Viewer; readonly nowMs: number };

export const refusalOf = (code: Fault['code'], message: string, details: Details = {}): Refusal => ({
  ok: false,
  code,
  message,
  ...details,
});
/**
 * Returns the refusal of an act on a ward or patient outside the viewer's wards. `denied` goes to the audit trail. The
 * message is the same in all cases, so that it does not reveal whether a patient id is in use in another ward.
 */
export const notAllowedRefusal = (denied: Denied) =>
  refusalOf(
    'not-allowed',
    'Nothing was saved: your account may not use this ward, bed or patient id. Check what you entered. If it is right, ask somebody whose account has all wards. After three patient ids of other wards, your account cannot enter further patient ids for an hour.',
    { denied },
  );

/** Returns the entry of the audit trail for a refused change of this period. */
export function deniedOf(deviceId: string, { ward, associationId, patient }: AssociationPeriod): Denied {
  return { detail: deviceId, ward, associationId, ...(patient && { patientId: patient.patientId }) };
}

/**
 * Returns whether the viewer may see the ward where a device is, or was last. Every viewer sees a device that never had
 * a bed: a person with the device in hand reads its id, and assigns the device.
 */
export function seesDevice(viewer: Viewer, table: DeviceAssociations | undefined): boolean {
  if (table === undefined || table.periods.length === 0) return true;
  const ward = currentPeriodOf(table)?.ward ?? lastWard(table.periods)?.ward;
  return seesWard(viewer, ward ?? null);
}

/** Returns the refusal for a device that the viewer may not see. The refusal does not reveal that the device exists. */
export function hiddenDeviceRefusal(deviceId: string, table: DeviceAssociations | undefined): Refusal {
  const current = currentPeriodOf(table);
  const deniedRecord = current ? deniedOf(deviceId, current) : { detail: deviceId };
  return refusalOf('not-found', noSuchDevice, { denied: deniedRecord });
}

/**
 * Returns the refusal for a device id from which no gateway has received anything. The message is the same as in
 * `hiddenDeviceRefusal`.
 */
export const unknownDeviceRefusal = (deviceId: string): Refusal =>
  refusalOf('not-found', noSuchDevice, { denied: { detail: deviceId } });

export const noSuchDevice = `${notOnYourWards} Nobody can assign a device before it has connected: switch it on and try again.`;
/**
 * Maximum number of devices that have or had a bed (ours): half of the number that a gateway and an alarm processor can
 * hold. A dashboard holds the state of at most `devicesMax` devices (state.ts), which is less.
 */
export const associatedDevicesMax = 50_000;
export const tooManyDevicesRefusal = () =>
  refusalOf(
    'conflict',
    `Nothing was saved: ${associatedDevicesMax} devices have had a bed, and there is no room for another. Tell the operator.`,
  );

/**
 * Returns the refusal of a period that overlaps another period of the device. Only another program can write a table
 * with an overlap.
 */
export const overlapRefusal = () =>
  refusalOf(
    'conflict',
    'Nothing was saved: the stored data say that this device is in two beds at once. End the association that the screen shows, look again, and then assign the device.',
  );

/**
 * Returns whether the viewer may change this period. The viewer must see the ward of the period. For a period with a
 * patient, the viewer also needs the right to admit patients.
 */
export function mayChange(viewer: Viewer, period: AssociationPeriod): boolean {
  if (!may(viewer, 'associate-device') || !seesWard(viewer, period.ward)) return false;
  return period.patient === null || may(viewer, 'admit-patient');
}

/**
 * Returns the refusal of a change to an association that has ended, or that the viewer may not see. `changes` says who
 * ended the association, if the viewer may know that.
 */
export function associationOverRefusal(
  viewer: Viewer,
  table: DeviceAssociations | undefined,
  associationId: string,
): Refusal {
  const changes = visibleChanges(viewer, table, 0).filter(
    (change) => change.associationId === associationId && change.act === 'ended',
  );
  const message = 'Nothing was saved: the device has left this patient, or it has left your wards.';
  const deniedPart = table && !seesDevice(viewer, table) ? { denied: { detail: table.deviceId } } : {};
  return refusalOf('not-found', message, { ...(changes.length > 0 ? { changes } : {}), ...deniedPart });
}

export function changedMeanwhileRefusal(
  viewer: Viewer,
  table: DeviceAssociations | undefined,
  version: number,
): Refusal {
  const changes = visibleChanges(viewer, table, version);
  const who = [...new Set(changes.map((change) => change.by.name))].join(', ');
  const message = `Not saved: meanwhile ${who === '' ? 'somebody' : who} changed this device's bed or patient. Look at what changed and decide.`;
  return refusalOf('conflict', message, { version: table?.version ?? 0, changes });
}

/** Returns the refusal of an impossible date of birth; undefined if the date is possible or was not entered. */
export function birthDateRefusal(birthDate: string | null | undefined, nowMs: number): Refusal | undefined {
  const message = typeof birthDate === 'string' ? birthDateFault(birthDate, nowMs) : undefined;
  return message === undefined ? undefined : refusalOf('patient-invalid', message);
}

/**
 * Returns the refusal for a bed that has a patient. A viewer who may admit patients is asked whether the device belongs
 * to that patient; another viewer gets no patient data.
 */
export function bedOccupiedRefusal(viewer: Viewer, { deviceId, period }: Occupant): Refusal {
  if (!may(viewer, 'admit-patient'))
    return refusalOf('not-allowed', 'A patient is in this bed. Ask a nurse to assign another device.', {
      denied: deniedOf(deviceId, period),
    });
  const { associationId, patient } = period;
  return refusalOf('bed-occupied', 'A patient is in this bed. Is this device for that patient?', {
    occupiedBy: { associationId, deviceId, patient },
  });
}

/**
 * Returns the refusal for a patient who is already in another bed than `place`: no patient is admitted twice. A viewer
 * who may not see the ward of that bed gets the message of `notAllowedRefusal`, which does not reveal that the patient
 * is there. id-guesses.ts limits how many ids an account can try.
 * @param ignoredDevices devices whose associations are ignored
 * @param message the message for a viewer who may see one of the patient's beds
 */
export function inOtherBedRefusal(
  state: LiveState,
  viewer: Viewer,
  patientId: string,
  place: WardAndBed,
  ignoredDevices: readonly string[],
  message: string,
): Refusal | undefined {
  const wards = [...currentPeriods(state, ignoredDevices)]
    .filter(([, { patient }]) => patient?.patientId === patientId)
    .filter(([, { ward, bed }]) => ward !== place.ward || bed !== place.bed)
    .map(([, { ward }]) => ward);
  if (wards.length === 0) return undefined;
  if (wards.some((ward) => seesWard(viewer, ward))) return refusalOf('conflict', message);
  return { ...notAllowedRefusal({ patientId, detail: 'a patient of another ward' }), hiddenId: patientId };
}
