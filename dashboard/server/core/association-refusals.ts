/**
 * Why an act on an association is refused, as a sentence for the person who asked, and how much of the reason they may
 * know.
 */

import type { Fault } from '../../../contracts/errors.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../../contracts/messages/records.ts';
import { birthDateFault } from '../../../contracts/patient-rules.ts';
import { lastPlace } from '../../../contracts/periods.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { AssociationRefused } from '../../protocol/devices.ts';
import { visibleChanges } from './association-changes.ts';
import { currentPeriodOf } from './beds.ts';
import { currentPeriods, type InBed, type Place } from './occupancy.ts';
import { may, notOnYourWards, seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/** For the audit trail alone: what the act would have touched in a ward that is not the viewer's. */
export type Denied = Pick<AuditEvent, 'patientId' | 'associationId' | 'ward'> & { readonly detail: string };
/** What a refusal says besides its code and sentence. */
type Details = Partial<Pick<AssociationRefused, 'version' | 'changes' | 'occupiedBy'>> & {
  readonly denied?: Denied;
  /** Never sent to the browser: the patient id is in a ward that is not the viewer's (id-guesses.ts). */
  readonly hiddenId?: string;
};
export type Refusal = { readonly ok: false } & Fault & Details;

/** Who asks, and when; the same for every act. */
export type Asked = { readonly viewer: Viewer; readonly nowMs: number };

export const refuse = (code: Fault['code'], message: string, details: Details = {}): Refusal => ({
  ok: false,
  code,
  message,
  ...details,
});
/**
 * Refuses, and puts on record, an act that would touch a ward or patient that is not the viewer's. There is one
 * sentence for all cases, so that it does not reveal whether a patient id is in use in another ward.
 */
export const notYours = (denied: Denied) =>
  refuse(
    'not-allowed',
    'Nothing was saved: this ward, bed or patient id is not for your account to use. Check it. If it is right, ask somebody whose account has all wards. After three patient ids of other wards, no further id is taken from you for an hour.',
    { denied },
  );

/** What a change of this period would have touched. */
export function deniedAt(deviceId: string, { ward, associationId, patient }: AssociationPeriod): Denied {
  return { detail: deviceId, ward, associationId, ...(patient && { patientId: patient.patientId }) };
}

/**
 * Whether the viewer may see the place where a device is, or was last. A device that was never anywhere belongs to
 * nobody yet: the person who has it in hand assigns it by its id.
 */
export function seesDevice(viewer: Viewer, table: DeviceAssociations | undefined): boolean {
  if (table === undefined || table.periods.length === 0) return true;
  const ward = currentPeriodOf(table)?.ward ?? lastPlace(table.periods)?.ward;
  return seesWard(viewer, ward ?? null);
}

/** The refusal for a device that the viewer may not see: it does not even say that the version differs. */
export function unseen(deviceId: string, table: DeviceAssociations | undefined): Refusal {
  const current = currentPeriodOf(table);
  const denied = current ? deniedAt(deviceId, current) : { detail: deviceId };
  return refuse('not-found', noSuchDevice, { denied });
}

/** The same refusal for a device that no gateway has ever heard, such as a made-up id. */
export const unheard = (deviceId: string): Refusal =>
  refuse('not-found', noSuchDevice, { denied: { detail: deviceId } });

export const noSuchDevice = `${notOnYourWards} Nobody can assign a device before it has connected: switch it on and try again.`;
/** Devices that have or had a bed (ours): half of the number that a gateway and an alarm processor can hold. */
export const associatedMax = 50_000;
export const houseFull = () =>
  refuse(
    'conflict',
    `Nothing was saved: ${associatedMax} devices have had a bed, and there is no room for another. Tell the operator.`,
  );

/** The refusal of a period that overlaps another period of the device: some other program wrote the table. */
export const inTwoBeds = () =>
  refuse(
    'conflict',
    'Nothing was saved: by its table this device is in two beds at once. End its association that the screen shows, look again, and then assign the device.',
  );

/** Whether the viewer may change this period: its ward is theirs and, if a patient is in it, they may see patients. */
export function mayChange(viewer: Viewer, period: AssociationPeriod): boolean {
  if (!may(viewer, 'associate-device') || !seesWard(viewer, period.ward)) return false;
  return period.patient === null || may(viewer, 'admit-patient');
}

/**
 * The refusal of a change to a stay that is over or that the viewer may not see. Says who ended it, if the viewer may
 * know.
 */
export function isOver(viewer: Viewer, table: DeviceAssociations | undefined, associationId: string): Refusal {
  const changes = visibleChanges(viewer, table, 0).filter(
    (change) => change.associationId === associationId && change.act === 'ended',
  );
  const message = 'This is over: the device is no longer at this patient in a ward of yours. Nothing was saved.';
  const denied = table && !seesDevice(viewer, table) ? { denied: { detail: table.deviceId } } : {};
  return refuse('not-found', message, { ...(changes.length > 0 ? { changes } : {}), ...denied });
}

export function changedMeanwhile(viewer: Viewer, table: DeviceAssociations | undefined, version: number): Refusal {
  const changes = visibleChanges(viewer, table, version);
  const who = [...new Set(changes.map((change) => change.by.name))].join(', ');
  const message = `Not saved: ${who === '' ? 'somebody' : who} changed this device's bed or patient meanwhile. Look at what changed and decide.`;
  return refuse('conflict', message, { version: table?.version ?? 0, changes });
}

/** The refusal of an impossible date of birth; undefined if it is possible or was not entered. */
export function bornFault(birthDate: string | null | undefined, nowMs: number): Refusal | undefined {
  const message = typeof birthDate === 'string' ? birthDateFault(birthDate, nowMs) : undefined;
  return message === undefined ? undefined : refuse('patient-invalid', message);
}

/** Asks whether the device is the same patient's. A viewer who may not admit gets no question and no name. */
export function bedOccupied(viewer: Viewer, { deviceId, period }: InBed): Refusal {
  if (!may(viewer, 'admit-patient'))
    return refuse('not-allowed', 'A patient is in this bed. A nurse assigns a further device to a patient.', {
      denied: deniedAt(deviceId, period),
    });
  const { associationId, patient } = period;
  return refuse('bed-occupied', 'A patient is in this bed. Is this device the same patient’s?', {
    occupiedBy: { associationId, deviceId, patient },
  });
}

/**
 * The refusal of a patient who is at a device in another bed than `place`: nobody is admitted twice. A viewer who may
 * not see that ward does not learn that the patient is there: the sentence is the one for anything that is not theirs,
 * and the attempt goes on record. id-guesses.ts limits how many ids can be tried.
 * @param sentence the sentence for a viewer who may see one of the beds
 */
export function elsewhereFault(
  state: LiveState,
  viewer: Viewer,
  patientId: string,
  place: Place,
  except: readonly string[],
  sentence: string,
): Refusal | undefined {
  const wards = [...currentPeriods(state, except)]
    .filter(([, { patient }]) => patient?.patientId === patientId)
    .filter(([, { ward, bed }]) => ward !== place.ward || bed !== place.bed)
    .map(([, { ward }]) => ward);
  if (wards.length === 0) return undefined;
  if (wards.some((ward) => seesWard(viewer, ward))) return refuse('conflict', sentence);
  return { ...notYours({ patientId, detail: 'a patient of another ward' }), hiddenId: patientId };
}
