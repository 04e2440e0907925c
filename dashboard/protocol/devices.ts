/**
 * REST bodies about devices and their associations with beds and patients.
 * No `node:` import here: the browser's build reads this file.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Instant } from '../../contracts/messages/device.ts';
import {
  AssociationChange,
  AssociationId,
  connectionEndReasons,
  DeviceId,
  Patient,
} from '../../contracts/messages/records.ts';
import { ShownPlan } from '../../contracts/ward-plan.ts';
import { Device, Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;

/** The answer to `GET /api/places`: the registered wards, with their beds, that the caller may see. */
export const Places = Type.Object(
  {
    wards: Type.Array(ShownPlan),
    /**
     * Accounts and devices whose ward or bed is not registered. Alarms of such a device may reach nobody. Only an
     * account that may see every ward gets the entries. For all other accounts the list is empty.
     */
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

/** The kinds of device events, without the reasons for which a connection can end. */
const otherEventKinds = [
  'connected',
  'disconnected',
  'clock-set-back',
  'certificate-renewed',
  'assigned',
  'moved',
  'corrected',
  'ended',
] as const;
export const deviceEventKinds = [...otherEventKinds, ...connectionEndReasons] as const;

/** What a biomedical engineer wants to know about a device. It names no patient and no value. */
export const DeviceFacts = Type.Object(
  {
    /** Absent if the device declares no serial number. */
    serial: Type.Optional(Type.String()),
    /** Absent if the device declares no version of its firmware. */
    firmware: Type.Optional(Type.String()),
    /**
     * When the server last read something about the device, by the gateway's clock; null if the server has read nothing
     * about the device since the server's start.
     */
    lastSeenAt: Type.Union([Instant, Type.Null()]),
    /**
     * The end of the certificate that the device showed at its newest connection; null if the server has not read the
     * certificate.
     */
    certificateEndsAt: Type.Union([Instant, Type.Null()]),
    /** The measured error of the device's clock, positive if the clock is behind; null if no reading was measured. */
    clockOffsetMs: Type.Union([Type.Integer(), Type.Null()]),
    /**
     * Gaps in the readings of the last day. `missing`: readings that never came. `unused`: readings that the gateway
     * refused or kept apart. `sinceMs`: when the count began. Null if the device does not number its readings.
     */
    gaps: Type.Union([
      Type.Object(
        { missing: Type.Integer({ minimum: 0 }), unused: Type.Integer({ minimum: 0 }), sinceMs: Type.Integer() },
        closed,
      ),
      Type.Null(),
    ]),
    /** The messages of the last day that a gateway refused; null while the server still reads the log. */
    refused: Type.Union([
      Type.Object(
        {
          messages: Type.Integer({ minimum: 0 }),
          /** Readings that are kept, but not used, because their patient is not clear. */
          apart: Type.Integer({ minimum: 0 }),
          /** The refused messages by the code of the reason, the most frequent first. */
          reasons: Type.Array(Type.Object({ code: Type.String(), messages: Type.Integer({ minimum: 1 }) }, closed)),
          /** When the last message was refused. */
          lastAt: Type.Union([Instant, Type.Null()]),
        },
        closed,
      ),
      Type.Null(),
    ]),
    /**
     * Whether a person must look at the device: `troubles` has a sentence, the device reports a problem, or the device
     * is offline at a bed that is not in standby.
     */
    inTrouble: Type.Boolean(),
    /** Sentences about what is wrong with the device, such as missing readings or readings that the gateway refuses. */
    troubles: Type.Array(Type.String()),
    /**
     * The last events that the server has read, the newest first. Absent if the page did not ask for the events of this
     * device.
     */
    events: Type.Optional(
      Type.Array(
        Type.Object(
          {
            at: Instant,
            kind: Type.Enum([...deviceEventKinds]),
          },
          closed,
        ),
      ),
    ),
  },
  closed,
);
export type DeviceFacts = Static<typeof DeviceFacts>;

/**
 * The query of `GET /api/devices`. `open`: the device whose events the page shows; empty if the page shows no events.
 * Pages of older versions send no `open`, and the answer then has the events of each device. The reason for `open`:
 * with 1,000 devices, these events are more than half of the answer, and a page asks every 5 s.
 */
export const DevicesQuery = Type.Object({ open: Type.Optional(Type.String({ maxLength: 64 })) }, closed);

/**
 * The answer to `GET /api/devices`, for accounts that may associate devices. A screen sends a device's `version` back
 * with its next change. So if two people change a device at the same time, the server refuses the second change.
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
                 * The patient's other devices in the bed. A move, a correction and a discharge of the patient apply to
                 * these devices, too. Empty for a caller who may not admit patients.
                 */
                others: Type.Array(DeviceId),
                /**
                 * The number of open tasks of the patient, which end with the stay. Null if the number is not known, or
                 * if the caller may not see it.
                 */
                openTasks: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
              },
              closed,
            ),
            Type.Null(),
          ]),
          /** For a device without a bed: the last ward of the device; absent if this ward is not known. */
          lastWard: Type.Optional(Ward),
          facts: DeviceFacts,
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
 * The body of `POST /api/devices/:deviceId/associations`. Assigns a device that has no patient to a bed; with
 * `patient`, also admits this patient to the bed. `samePatientAs` names the association of a patient who is already in
 * the bed: the device joins this patient, and the server copies the patient's data. Answers:
 * - 201: assigned.
 * - 400 `patient-invalid`: the date of birth is impossible.
 * - 400 `place-unknown`: the ward or the bed is not registered.
 * - 403 `not-allowed`: for example, the caller may not admit patients, the ward is not the caller's, the patient id is
 * in use in such a ward, or the caller has tried too many such ids. The audit trail gets `access-denied`.
 * - 404: the device is in a ward that is not the caller's, or was last in such a ward. Also 404 if no gateway has
 * received anything from the device.
 * - 409 `bed-occupied`: the bed already has a patient, and `samePatientAs` is absent.
 * - 409 `conflict`: for example, `patient` contradicts the data of the patient of `samePatientAs`.
 */
export const AssociateBody = Type.Object(
  {
    ...Place,
    patient: Type.Union([Patient, Type.Null()]),
    samePatientAs: Type.Optional(AssociationId),
    /**
     * The version of the device in `GET /api/devices`: 0 if the device never had an association. Null if the device is
     * not in the caller's list. The answer is 409 if the device now has a different version.
     */
    version: Type.Union([Version, Type.Null()]),
  },
  closed,
);
export type AssociateBody = Static<typeof AssociateBody>;

/**
 * The body of `POST /api/devices/:deviceId/move` (200). Moves a device to another bed, together with its patient and
 * the patient's other devices in the bed.
 */
export const MoveBody = Type.Object({ ...Place, version: Version }, closed);
export type MoveBody = Static<typeof MoveBody>;

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * The body of `POST /api/devices/:deviceId/associations/:associationId/patient` (200). Corrects a patient's data.
 * `changes` has only the changed fields; null removes a value. The alarm limits depend on the category, so a change of
 * the category must name the former category in `categoryBefore`.
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
 * The query of `DELETE /api/devices/:deviceId/associations/:associationId`. `whole=patient` ends the associations of
 * all of the patient's devices in the bed; `whole=device` (the default) ends only the named association.
 */
export const EndQuery = Type.Object({ whole: Type.Optional(Type.Enum(['device', 'patient'])) }, closed);

/** The answer to each change of an association. `version` is the device's new version. */
export const Associated = Type.Object({ associationId: AssociationId, version: Type.Integer() }, closed);
export type Associated = Static<typeof Associated>;

/**
 * The body of a 409 or 404 answer to a change of an association. Nothing was changed. If the answer is 404 because the
 * association has ended, `changes` says who ended the association.
 */
export const AssociationRefused = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    /** The present version of the device. `changes`: what was changed since the version that the form showed. */
    version: Type.Optional(Version),
    changes: Type.Optional(Type.Array(AssociationChange)),
    /** Only with the code `bed-occupied`: the patient who is in the bed. */
    occupiedBy: Type.Optional(
      Type.Object({ associationId: AssociationId, deviceId: DeviceId, patient: Patient }, closed),
    ),
  },
  closed,
);
export type AssociationRefused = Static<typeof AssociationRefused>;
