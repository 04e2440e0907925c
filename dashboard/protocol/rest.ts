/**
 * The REST bodies that the dashboard's server and a screen exchange. Bodies about devices are in devices.ts, and live
 * messages are in live.ts. The server checks each request body against these schemas, and makes the OpenAPI page from
 * them. A screen uses only the types (`import type`). No `node:` import here: the browser's build reads this file.
 */

import { type Static, Type } from 'typebox';
import { audioPauseMsMax } from '../../contracts/audio-pause.ts';
import {
  Alarm,
  LimitsAsked,
  LimitsInForce,
  OwnLimits,
  Standby,
  StandbyReason,
} from '../../contracts/messages/alarms.ts';
import { Instant, TechnicalCondition, validities } from '../../contracts/messages/device.ts';
import { HandOverNote } from '../../contracts/messages/hand-over-notes.ts';
import { PatientTask } from '../../contracts/messages/patient-tasks.ts';
import { Actor, AssociationId, DeviceId, Patient } from '../../contracts/messages/records.ts';
import { Assessment, Scores } from '../../contracts/messages/scores.ts';
import { limitGroups } from '../../contracts/parameters.ts';
import { standbyMsMax, standbyMsMin } from '../../contracts/standby.ts';
import { ZoneName } from '../../contracts/ward-plan.ts';
import { permissions } from './permissions.ts';

const closed = { additionalProperties: false } as const;
export const Ward = Type.String({ minLength: 1, maxLength: 40 });
const Code = Type.String({ pattern: '^MDC_[A-Z0-9_]{1,60}$' });

/** The body of every answer that reports a failure. `message` is one sentence for a person. */
export const ErrorBody = Type.Object({ code: Type.String(), message: Type.String() }, closed);
export type ErrorBody = Static<typeof ErrorBody>;

/** The body of `POST /api/login`. */
export const LoginBody = Type.Object(
  { userId: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  closed,
);
export type LoginBody = Static<typeof LoginBody>;

/** The answer to `POST /api/login` and `GET /api/session`. `wards` are names of wards, or `["*"]` for all wards. */
export const Session = Type.Object(
  {
    actor: Actor,
    wards: Type.Array(Ward),
    may: Type.Array(Type.Enum(permissions)),
    /**
     * The session ends at this time at the latest. It ends before this time if it has no request and no live connection
     * for 30 minutes. For a wall display: the session ends at this time if it is not used until then.
     */
    endsAt: Instant,
    /** True: the session's screens show no names and allow no acts until `POST /api/unlock`. */
    locked: Type.Boolean(),
    /**
     * Present if the password is a one-time password. Until `POST /api/password`, the account has no permissions (`may`
     * is empty).
     */
    mustChangePassword: Type.Optional(Type.Literal(true)),
    /** A screen that nobody touches for this time sends `POST /api/lock`. */
    lockAfterMs: Type.Integer({ minimum: 1 }),
    /** The times of day at which shifts begin, in minutes after midnight and in order, in the zone of the ward. */
    shiftStarts: Type.Array(Type.Integer({ minimum: 0, maximum: 1439 }), { minItems: 1 }),
    /** The time zones of the wards in `wards`, by ward. A ward without a zone of its own is absent. */
    zones: Type.Optional(Type.Record(Ward, ZoneName)),
  },
  closed,
);
export type Session = Static<typeof Session>;

/** The body of `POST /api/unlock`: the password of the account that is logged in. */
export const UnlockBody = Type.Object({ password: Type.String({ minLength: 1, maxLength: 256 }) }, closed);
export type UnlockBody = Static<typeof UnlockBody>;

/** The answer to `POST /api/ticket`. The ticket opens one live connection of this session, within 30 s. */
export const Ticket = Type.Object({ ticket: Type.String() }, closed);
export type Ticket = Static<typeof Ticket>;

/** The answer to `GET /api/wards`: the wards that the caller may see, in the order of their names. */
export const Wards = Type.Object(
  { wards: Type.Array(Type.Object({ ward: Ward, beds: Type.Integer(), alarms: Type.Integer() }, closed)) },
  closed,
);
export type Wards = Static<typeof Wards>;

/**
 * The newest value of one parameter. The age of the value counts from the earlier of two times: `time` by the device's
 * clock with the correction `clockOffsetMs`, and `receivedAt` by the gateway's clock. So a reading that arrives late is
 * old, and a device's clock that is ahead does not make a value look younger.
 */
export const Numeric = Type.Object(
  {
    code: Code,
    /** May be absent; then `validity` says why. 0 is a normal value. */
    value: Type.Optional(Type.Number()),
    validity: Type.Optional(Type.Enum(validities)),
    unit: Type.String(),
    time: Instant,
    receivedAt: Instant,
    /**
     * The measured error of the device's clock: positive if the clock is behind, and absent if the error is too small
     * to matter. The value was measured at `time` + `clockOffsetMs`, or at `receivedAt` if `receivedAt` is earlier.
     */
    clockOffsetMs: Type.Optional(Type.Integer()),
    /**
     * The usual time until the next value of this parameter, learned from its last values
     * (dashboard/server/core/intervals.ts).
     */
    intervalMs: Type.Integer({ minimum: 1 }),
  },
  closed,
);
export type Numeric = Static<typeof Numeric>;

export const Device = Type.Object(
  {
    deviceId: DeviceId,
    /** null if the server has read nothing about this device since its start. */
    online: Type.Union([Type.Boolean(), Type.Null()]),
    onlineChangedAt: Type.Union([Instant, Type.Null()]),
    /**
     * When the device last lost its connection. Values from before this time are not current, even after the device is
     * connected again.
     */
    lostAt: Type.Optional(Instant),
    model: Type.Optional(Type.String()),
    conditions: Type.Array(TechnicalCondition),
    /**
     * The alarm sound of the device itself, as the device reports it; absent if the sound is on or the device reports
     * nothing.
     */
    sound: Type.Optional(Type.Enum(['paused', 'off'])),
  },
  closed,
);
export type Device = Static<typeof Device>;

/**
 * A change of a patient's own limits of a group, and the person who made the change. `limits: null`: the person removed
 * the own limits.
 */
export const LimitChange = Type.Object(
  { group: Type.Enum(limitGroups), limits: Type.Union([OwnLimits, Type.Null()]), by: Actor, at: Instant },
  closed,
);
export type LimitChange = Static<typeof LimitChange>;

/**
 * A notice about a bed, which a person must read before trusting the data of the bed. Older notices come first. `code`
 * names the kind of notice.
 */
export const BedNotice = Type.Object({ code: Type.String(), text: Type.String(), since: Instant }, closed);
export type BedNotice = Static<typeof BedNotice>;

const head = {
  associationId: AssociationId,
  /**
   * null if the device has no association. Then the screens list the device in the tray of the ward `tray`. If `tray`
   * is absent, only the tray of biomedical engineering has the device.
   */
  ward: Type.Union([Ward, Type.Null()]),
  bed: Type.Union([Type.String(), Type.Null()]),
  /** Whether a patient is admitted. A technician gets this value too, but `patient` is null for a technician. */
  occupied: Type.Boolean(),
  patient: Type.Union([Patient, Type.Null()]),
  /** For a device without an association: the last ward of the device; absent if this ward is not known. */
  tray: Type.Optional(Ward),
  /**
   * The beginning of the association. For a device without an association: the end of its last association. null if
   * unknown.
   */
  since: Type.Union([Instant, Type.Null()]),
  device: Device,
  /** Codes of the waveforms that arrived in the last seconds. */
  waves: Type.Array(Code),
  notices: Type.Array(BedNotice),
  nurse: Type.Optional(Type.String()), // The name of the responsible nurse or cover; absent if nobody is responsible.
  /** The hand-over note of the patient; absent if the patient has no note, or if the viewer may not see it. */
  note: Type.Optional(HandOverNote),
  /**
   * The tasks of the patient, open tasks first; absent if the patient has no tasks, or if the viewer may not see them.
   */
  tasks: Type.Optional(Type.Array(PatientTask)),
  /**
   * The server cannot read the notes and tasks now, so the patient may have notes and tasks that the screen does not
   * show.
   */
  noteUnknown: Type.Optional(Type.Literal(true)),
  /**
   * The limits by which the alarm processor judges the patient. null if no limits were published, or if the viewer may
   * not see them.
   */
  limits: Type.Union([LimitsInForce, Type.Null()]),
  /** The standby (the patient is away), as the alarm processor last published it. null if there is no standby. */
  standby: Type.Union([Standby, Type.Null()]),
  /**
   * Early warning scores, as the alarm processor last published them. null if no scores were published, or if the
   * viewer may not see them.
   */
  scores: Type.Union([Scores, Type.Null()]),
} as const;

/** The data of one bed, except its values. */
export const BedHead = Type.Object(head, closed);
export type BedHead = Static<typeof BedHead>;

/**
 * The present data of one bed: an association of a device, or a device without an association. A technician gets no
 * values.
 */
export const Bed = Type.Object({ ...head, values: Type.Array(Numeric) }, closed);
export type Bed = Static<typeof Bed>;

/** The answer to `GET /api/associations/:associationId`. */
export const PatientView = Type.Object(
  {
    at: Instant,
    bed: Bed,
    alarms: Type.Array(Alarm),
    /** The version of the device's associations. A screen sends this version back with a correction. */
    version: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type PatientView = Static<typeof PatientView>;

/**
 * The 202 answer to a command: the command is in Kafka. The alarm processor decides the outcome, which comes over the
 * live connection.
 */
export const Accepted = Type.Object({ commandId: Type.String() }, closed);
export type Accepted = Static<typeof Accepted>;

/**
 * The body of `POST /api/alarms/:alarmId/acknowledge`. `rev` is the revision of the alarm that the person saw. The
 * answer is 409 if the alarm has changed since.
 */
export const AcknowledgeBody = Type.Object({ rev: Type.Integer({ minimum: 1 }) }, closed);
export type AcknowledgeBody = Static<typeof AcknowledgeBody>;

/** The 409 answer to an acknowledgement. Nothing was acknowledged. `alarm` is the present state of the alarm. */
export const AcknowledgeRefused = Type.Object({ code: Type.String(), message: Type.String(), alarm: Alarm }, closed);
export type AcknowledgeRefused = Static<typeof AcknowledgeRefused>;

/**
 * The body of `POST /api/associations/:associationId/standby`: the patient is away, for at most 4 h. `DELETE` at the
 * same path ends the standby.
 */
export const StandbyBody = Type.Object(
  { reason: StandbyReason, forMs: Type.Integer({ minimum: standbyMsMin, maximum: standbyMsMax }) },
  closed,
);
export type StandbyBody = Static<typeof StandbyBody>;

/** The body of `POST /api/associations/:associationId/pause-audio`. */
export const PauseAudioBody = Type.Object({ forMs: Type.Integer({ minimum: 1000, maximum: audioPauseMsMax }) }, closed);
export type PauseAudioBody = Static<typeof PauseAudioBody>;

/**
 * The body of `POST /api/associations/:associationId/limits`. Changes the patient's own limits of a group. An absent
 * field changes nothing. A field that is null removes the own limit. `limits: null` removes all own limits of the
 * group. `seenAt` is the `at` of the change that the form showed, or null if the form showed no change.
 * - 400: limits contradict each other or the limits in force; the message has both numbers.
 * - 409: somebody else has changed the limits since `seenAt`.
 */
export const LimitsBody = Type.Object(
  {
    group: Type.Enum(limitGroups),
    limits: Type.Union([LimitsAsked, Type.Null()]),
    seenAt: Type.Union([Instant, Type.Null()]),
  },
  closed,
);
export type LimitsBody = Static<typeof LimitsBody>;

/** The 409 answer to a change of limits. Nothing was changed. `current` is the change that somebody else has made. */
export const LimitsRefused = Type.Object({ code: Type.String(), message: Type.String(), current: LimitChange }, closed);
export type LimitsRefused = Static<typeof LimitsRefused>;

/**
 * The body of `POST /api/associations/:associationId/assessment`: what a nurse saw at the bed, for NEWS2. An absent
 * field changes nothing.
 */
export const AssessmentBody = Type.Object(Assessment.properties, { ...closed, minProperties: 1 });
export type AssessmentBody = Static<typeof AssessmentBody>;
