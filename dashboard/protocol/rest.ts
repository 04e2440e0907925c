/**
 * The REST bodies that the dashboard's server and a screen exchange (devices and beds: devices.ts; live messages:
 * live.ts). The server checks each body that comes in against these schemas and makes the OpenAPI page from them; a
 * screen needs the types alone (`import type`). No `node:` import here: the browser's build reads this file.
 */

import { type Static, Type } from 'typebox';
import { audioPauseMsMax } from '../../contracts/audio-pause.ts';
import { auditActions } from '../../contracts/audit-actions.ts';
import {
  Alarm,
  LimitsAsked,
  LimitsInForce,
  OwnLimits,
  Standby,
  StandbyReason,
} from '../../contracts/messages/alarms.ts';
import { Instant, TechnicalCondition, validities } from '../../contracts/messages/device.ts';
import { Actor, AssociationId, DeviceId, Patient } from '../../contracts/messages/records.ts';
import { Assessment, Scores } from '../../contracts/messages/scores.ts';
import { limitGroups } from '../../contracts/parameters.ts';
import { standbyMsMax, standbyMsMin } from '../../contracts/standby.ts';

const closed = { additionalProperties: false } as const;
export const Ward = Type.String({ minLength: 1, maxLength: 40 });
const Code = Type.String({ pattern: '^MDC_[A-Z0-9_]{1,60}$' });
const TrendCode = Type.String({ pattern: '^(MDC|VIGIL)_[A-Z0-9_]{1,60}$' });

/** The body of every answer that reports a failure. `message` is one sentence for a person. */
export const ErrorBody = Type.Object({ code: Type.String(), message: Type.String() }, closed);
export type ErrorBody = Static<typeof ErrorBody>;

/** `POST /api/login` */
export const LoginBody = Type.Object(
  { userId: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  closed,
);
export type LoginBody = Static<typeof LoginBody>;

/** What an account may do. A screen shows a button for these only, and the server refuses everything else. */
export const permissions = [
  'view-vitals',
  'view-devices',
  'acknowledge',
  'pause-audio',
  'set-limits',
  'enter-assessment',
  'standby',
  'associate-device',
  'admit-patient',
  'view-audit',
  'view-rejected',
  'redrive-rejected',
  'capture-patients',
  'rebuild-trends',
] as const;
export type Permission = (typeof permissions)[number];

/** `POST /api/login`, `GET /api/session`. `wards` are names, or `["*"]` for all. */
export const Session = Type.Object(
  {
    actor: Actor,
    wards: Type.Array(Ward),
    may: Type.Array(Type.Enum(permissions)),
    /**
     * The session ends at this time in any case, and earlier after 30 minutes without a request or a live connection.
     */
    endsAt: Instant,
    /** Its screens show no name and take no act until `POST /api/unlock`. */
    locked: Type.Boolean(),
    /** A screen that nobody touched for this long sends `POST /api/lock`. */
    lockAfterMs: Type.Integer({ minimum: 1 }),
  },
  closed,
);
export type Session = Static<typeof Session>;

/** `POST /api/unlock`: the password of the account that is logged in. */
export const UnlockBody = Type.Object({ password: Type.String({ minLength: 1, maxLength: 256 }) }, closed);
export type UnlockBody = Static<typeof UnlockBody>;

/** `POST /api/ticket`: opens one live connection, once, within 30 s, for this session alone. */
export const Ticket = Type.Object({ ticket: Type.String() }, closed);
export type Ticket = Static<typeof Ticket>;

/** `GET /api/wards`: the wards that the caller may see, by name. */
export const Wards = Type.Object(
  { wards: Type.Array(Type.Object({ ward: Ward, beds: Type.Integer(), alarms: Type.Integer() }, closed)) },
  closed,
);
export type Wards = Static<typeof Wards>;

/**
 * The newest value of one parameter. Its age is the server's time now less the earlier of `time` (the device's) and
 * `receivedAt` (the gateway's): a late reading is old, and a device's clock that runs ahead makes no value look young.
 */
export const Numeric = Type.Object(
  {
    code: Code,
    /** Absent if `validity` says why. A real 0 is a value. */
    value: Type.Optional(Type.Number()),
    validity: Type.Optional(Type.Enum(validities)),
    unit: Type.String(),
    time: Instant,
    receivedAt: Instant,
    /**
     * The measured error of the device's clock, positive if the clock is behind; absent if it is too small to show. The
     * value was measured at `time` + `clockOffsetMs`, but never after `receivedAt`.
     */
    clockOffsetMs: Type.Optional(Type.Integer()),
    /** When the next one is due, in ms: learned from the last spacings of this parameter (dashboard/server/core/intervals.ts). */
    intervalMs: Type.Integer({ minimum: 1 }),
  },
  closed,
);
export type Numeric = Static<typeof Numeric>;

export const Device = Type.Object(
  {
    deviceId: DeviceId,
    /** null: not heard of since the server started. */
    online: Type.Union([Type.Boolean(), Type.Null()]),
    onlineChangedAt: Type.Union([Instant, Type.Null()]),
    /** When the connection was last lost. Values that it sent until then are not current, even after it came back. */
    lostAt: Type.Optional(Instant),
    model: Type.Optional(Type.String()),
    conditions: Type.Array(TechnicalCondition),
    /** What the device says of its own sound, if that is not on; absent if it is on or the device said nothing. */
    sound: Type.Optional(Type.Enum(['paused', 'off'])),
  },
  closed,
);
export type Device = Static<typeof Device>;

/** One patient's own limits of a group, and who set them; `limits: null`: somebody removed them. */
export const LimitChange = Type.Object(
  { group: Type.Enum(limitGroups), limits: Type.Union([OwnLimits, Type.Null()]), by: Actor, at: Instant },
  closed,
);
export type LimitChange = Static<typeof LimitChange>;

/** What a person must know to trust the data of a bed, as a text for the screen. `code` names the kind. */
export const BedNotice = Type.Object({ code: Type.String(), text: Type.String(), since: Instant }, closed);
export type BedNotice = Static<typeof BedNotice>;

const head = {
  associationId: AssociationId,
  /** null: the device has no association. It stands in the tray of the ward where it was last, or of biomedical engineering. */
  ward: Type.Union([Ward, Type.Null()]),
  bed: Type.Union([Type.String(), Type.Null()]),
  /** True if a patient is admitted, also for a technician, for whom `patient` is null. */
  occupied: Type.Boolean(),
  patient: Type.Union([Patient, Type.Null()]),
  /** Of a device without association: the ward where it was last. Absent if no such ward is known. */
  tray: Type.Optional(Ward),
  /** Since when the association holds, or since when the device has none; null if that is not known. */
  since: Type.Union([Instant, Type.Null()]),
  device: Device,
  /** Codes of the waveforms that came lately. */
  waves: Type.Array(Code),
  /** The oldest first. */
  notices: Type.Array(BedNotice),
  /** What judges the patient, as last published. null: nothing was published, or the viewer may not see it. */
  limits: Type.Union([LimitsInForce, Type.Null()]),
  /** The patient is away, as the alarm processor last published it. null: no standby. */
  standby: Type.Union([Standby, Type.Null()]),
  /** Early warning scores, as last published. null: there are none, or the viewer may not see them. */
  scores: Type.Union([Scores, Type.Null()]),
} as const;

/** One bed without its values. */
export const BedHead = Type.Object(head, closed);
export type BedHead = Static<typeof BedHead>;

/** One bed as it stands: a device-patient association, or a device without one. A technician's has no values. */
export const Bed = Type.Object({ ...head, values: Type.Array(Numeric) }, closed);
export type Bed = Static<typeof Bed>;

/** `GET /api/associations/:associationId` */
export const PatientView = Type.Object(
  {
    at: Instant,
    bed: Bed,
    alarms: Type.Array(Alarm),
    /** Of the device's associations, to be sent with a correction. */
    version: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type PatientView = Static<typeof PatientView>;

/**
 * `GET /api/associations/:associationId/trends?codes=A,B&from=…&to=…&points=500`: `to` excluded, at most 31 days, 24 codes: of
 * parameters, and of scores (contracts/score-trends.ts).
 */
export const TrendQuery = Type.Object(
  {
    codes: Type.String({ pattern: '^(MDC|VIGIL)_[A-Z0-9_]{1,60}(,(MDC|VIGIL)_[A-Z0-9_]{1,60}){0,23}$' }),
    from: Instant,
    to: Instant,
    points: Type.Optional(Type.Integer({ minimum: 2, maximum: 2000, default: 500 })),
  },
  closed,
);
export type TrendQuery = Static<typeof TrendQuery>;

/**
 * Values by time steps of `stepMs`: `[start of step in ms since 1970, mean, min, max]`. A step without readings is
 * absent: a screen draws a gap if two neighbours are much further apart than the series' usual interval.
 */
export const Trends = Type.Object(
  {
    stepMs: Type.Integer({ minimum: 1 }),
    series: Type.Array(
      Type.Object(
        {
          code: TrendCode,
          points: Type.Array(Type.Tuple([Type.Integer(), Type.Number(), Type.Number(), Type.Number()])),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Trends = Static<typeof Trends>;

/** The 202 answer to a command: Kafka has it. The alarm processor answers over the live connection. */
export const Accepted = Type.Object({ commandId: Type.String() }, closed);
export type Accepted = Static<typeof Accepted>;

/** `POST /api/alarms/:alarmId/acknowledge`: `rev` is the revision that the person saw; if another one holds: 409. */
export const AcknowledgeBody = Type.Object({ rev: Type.Integer({ minimum: 1 }) }, closed);
export type AcknowledgeBody = Static<typeof AcknowledgeBody>;

/** The 409 of an acknowledgement: nothing was acknowledged, and `alarm` is the alarm as it is now. */
export const AcknowledgeRefused = Type.Object({ code: Type.String(), message: Type.String(), alarm: Alarm }, closed);
export type AcknowledgeRefused = Static<typeof AcknowledgeRefused>;

/** `POST /api/associations/:associationId/standby`: the patient is away, at most 4 h. `DELETE` of it ends it. */
export const StandbyBody = Type.Object(
  { reason: StandbyReason, forMs: Type.Integer({ minimum: standbyMsMin, maximum: standbyMsMax }) },
  closed,
);
export type StandbyBody = Static<typeof StandbyBody>;

/** `POST /api/associations/:associationId/pause-audio` */
export const PauseAudioBody = Type.Object({ forMs: Type.Integer({ minimum: 1000, maximum: audioPauseMsMax }) }, closed);
export type PauseAudioBody = Static<typeof PauseAudioBody>;

/**
 * `POST /api/associations/:associationId/limits`: changes the patient's own limits of a group. A field that is left out
 * stays; null removes a bound, `limits: null` removes all of them. Limits that contradict each other or those in force:
 * 400 with both numbers. `seenAt` is the `at` of the change that the form showed, null for none; if another change came
 * meanwhile: 409.
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

/** The 409 of a change of limits: nothing was changed, and `current` is what somebody set meanwhile. */
export const LimitsRefused = Type.Object({ code: Type.String(), message: Type.String(), current: LimitChange }, closed);
export type LimitsRefused = Static<typeof LimitsRefused>;

/**
 * `POST /api/associations/:associationId/assessment`: what a nurse saw at the bed, for NEWS2. A field that is left out
 * stays as it was.
 */
export const AssessmentBody = Type.Object(Assessment.properties, { ...closed, minProperties: 1 });
export type AssessmentBody = Static<typeof AssessmentBody>;

/** `GET /api/audit`: newest first; `before` is the former page's `next`. */
export const AuditQuery = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 100 })),
    action: Type.Optional(Type.Enum(auditActions)),
    userId: Type.Optional(Type.String({ maxLength: 64 })),
  },
  closed,
);
export type AuditQuery = Static<typeof AuditQuery>;

export const AuditEntry = Type.Object(
  {
    at: Instant,
    userId: Type.String(),
    name: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    action: Type.Enum(auditActions),
    ward: Type.Optional(Type.String()),
    associationId: Type.Optional(Type.String()),
    patientId: Type.Optional(Type.String()),
    alarmId: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    boot: Type.String(),
    n: Type.Integer(),
    writer: Type.Optional(Type.String()),
    /** The mark of the session that acted. */
    session: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    station: Type.Optional(Type.String()),
    patients: Type.Optional(Type.Array(Type.String())),
    account: Type.Optional(Type.String()),
    /** True if its hash, the hash of the record before it, its signature and its session (if it has them) are right. */
    verified: Type.Boolean(),
    /** False for a record from before records were signed: anyone who could write the topic could have made it. */
    signed: Type.Boolean(),
  },
  closed,
);
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditPage = Type.Object(
  {
    records: Type.Array(AuditEntry),
    next: Type.Union([Type.Integer(), Type.Null()]),
    /** Counts of all records that the server has, not of this page. */
    chain: Type.Object(
      {
        intact: Type.Boolean(),
        records: Type.Integer(),
        /** How many of them are from before records were signed. */
        older: Type.Integer(),
        /** The newest anchor that the log was compared with at the server's start; null if it reads none. */
        anchoredAt: Type.Union([Instant, Type.Null()]),
        /** At most 20, for a person. */
        faults: Type.Array(Type.String()),
      },
      closed,
    ),
  },
  closed,
);
export type AuditPage = Static<typeof AuditPage>;
