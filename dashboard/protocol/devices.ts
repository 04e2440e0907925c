/**
 * REST bodies about devices and their associations with beds and patients.
 * No `node:` import here: the browser's build reads this file.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { AssociationChange, AssociationId, DeviceId, Patient } from '../../contracts/messages/records.ts';
import { Device, Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;

/** `GET /api/places`: the registered wards and beds to which the caller may put a device. */
export const Places = Type.Object(
  {
    wards: Type.Array(Type.Object({ ward: Ward, beds: Type.Array(Type.String()) }, closed)),
    /** For accounts of all wards: accounts and devices at places that are not registered. Their alarms may reach nobody. */
    unregistered: Type.Array(
      Type.Object(
        {
          what: Type.Enum(['account', 'device']),
          id: Type.String(),
          ward: Type.String(),
          bed: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Places = Static<typeof Places>;

/**
 * `GET /api/devices`: for accounts that may associate. `version` goes into the next change, so that two people do not
 * overwrite each other.
 */
export const Devices = Type.Object(
  {
    devices: Type.Array(
      Type.Object(
        {
          device: Device,
          version: Type.Integer({ minimum: 0 }),
          current: Type.Union([
            Type.Object(
              {
                associationId: AssociationId,
                ward: Type.Union([Ward, Type.Null()]),
                bed: Type.Union([Type.String(), Type.Null()]),
                occupied: Type.Boolean(),
                /**
                 * The patient's other devices in the bed: they move along with the patient, and a correction and a
                 * discharge apply to them, too. Empty for a caller who may not admit.
                 */
                others: Type.Array(DeviceId),
              },
              closed,
            ),
            Type.Null(),
          ]),
          /** Of a device without a bed: the ward where it was last; absent if no such ward is known. */
          lastWard: Type.Optional(Ward),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Devices = Static<typeof Devices>;

const Place = { ward: Ward, bed: Type.String({ minLength: 1, maxLength: 40 }) };
const Version = Type.Integer({ minimum: 0 });

/**
 * `POST /api/devices/:deviceId/associations` (201): assigns a device without a patient to a bed, with or without a
 * patient. A bed that has a patient already: 409 `bed-occupied`, unless `samePatientAs` names that patient's
 * association in this bed; the device then joins this patient, whose data the server carries over. A `patient` beside
 * it must agree with this patient's data, otherwise 409. An impossible date of birth: 400 `patient-invalid`. A device
 * that is or was last in a ward that is not the caller's: 404. A patient id that is in use in such a ward: 403
 * `not-allowed`, on record as `access-denied`.
 */
export const AssociateBody = Type.Object(
  {
    ...Place,
    patient: Type.Union([Patient, Type.Null()]),
    samePatientAs: Type.Optional(AssociationId),
    /**
     * From `GET /api/devices`; 0 for a device that never had an association. If another version is there meanwhile:
     * 409. Null: a device that is not in the caller's list.
     */
    version: Type.Union([Version, Type.Null()]),
  },
  closed,
);
export type AssociateBody = Static<typeof AssociateBody>;

/**
 * `POST /api/devices/:deviceId/move` (200): moves a device to another bed, with its patient and all that patient's
 * devices in the bed.
 */
export const MoveBody = Type.Object({ ...Place, version: Version }, closed);
export type MoveBody = Static<typeof MoveBody>;

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * `POST /api/devices/:deviceId/associations/:associationId/patient` (200): corrects a patient's data. `changes` has
 * only the changed fields; null removes a value. Limits depend on the category, so a change of it also names the former
 * category.
 */
export const CorrectBody = Type.Object(
  {
    version: Version,
    changes: Type.Object(
      {
        patientId: Type.Optional(Patient.properties.patientId),
        familyName: Type.Optional(Patient.properties.familyName),
        givenName: Type.Optional(Patient.properties.givenName),
        birthDate: Type.Optional(nullable(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }))),
        sex: Type.Optional(nullable(Type.Enum(['female', 'male', 'other', 'unknown']))),
        category: Type.Optional(Patient.properties.category),
      },
      { ...closed, minProperties: 1 },
    ),
    categoryBefore: Type.Optional(Patient.properties.category),
  },
  closed,
);
export type CorrectBody = Static<typeof CorrectBody>;

/**
 * `DELETE /api/devices/:deviceId/associations/:associationId?whole=patient`: ends those of all of the patient's devices
 * in the bed, not only this one.
 */
export const EndQuery = Type.Object({ whole: Type.Optional(Type.Enum(['device', 'patient'])) }, closed);

/** The answer to each change of an association. `version` is the device's new one. */
export const Associated = Type.Object({ associationId: AssociationId, version: Type.Integer() }, closed);
export type Associated = Static<typeof Associated>;

/**
 * The 409 of a change of an association, and its 404 (the stay is over; `changes` says who ended it): nothing was
 * changed.
 */
export const AssociationRefused = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    /** The device's version now, and what was done since the version that the form showed. */
    version: Type.Optional(Version),
    changes: Type.Optional(Type.Array(AssociationChange)),
    /** `bed-occupied`: who is in the bed. */
    occupiedBy: Type.Optional(
      Type.Object({ associationId: AssociationId, deviceId: DeviceId, patient: Patient }, closed),
    ),
  },
  closed,
);
export type AssociationRefused = Static<typeof AssociationRefused>;
