/**
 * The sealed records in Kafka. Each type has a content type with a version (`cty` of its envelope). A reader that does
 * not know the version skips the record, counts it and reports it.
 */
import { type Static, Type } from 'typebox';
import { auditActions, auditWriters } from '../audit-actions.ts';
import { gatewayNoticeCodes } from '../bed-notices.ts';
import { clinicalPartitions, deviceIdPattern } from '../topics.ts';
import { Instant, Observation, Status, Waveform } from './device.ts';

const noOtherMembers = { additionalProperties: false } as const;
export const DeviceId = Type.String({ pattern: deviceIdPattern.source });
export const AssociationId = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' });
const NonEmptyText = (maxLength = 80) => Type.String({ minLength: 1, maxLength });

export const gatewayMembers = {
  deviceId: DeviceId,
  /** When the gateway received the packet, by the gateway's clock. */
  receivedAt: Instant,
};

/**
 * In `observations`: the device's message, unchanged unless the gateway repaired it (gateway/core/validate.ts: it was
 * almost JSON, or repeated a name). The header has `boot` and `seq`.
 */
export const ObservationRecord = Type.Object({ ...gatewayMembers, reading: Observation }, noOtherMembers);
export type ObservationRecord = Static<typeof ObservationRecord>;

export const WaveformRecord = Type.Object({ ...gatewayMembers, reading: Waveform }, noOtherMembers);
export type WaveformRecord = Static<typeof WaveformRecord>;

export const connectionEndReasons = ['will', 'keep-alive', 'closed', 'taken-over', 'refused', 'drained'] as const;
export type ConnectionEndReason = (typeof connectionEndReasons)[number];

/**
 * Identifies a device's connection: the offset of the connection's claim in the topic `sessions`. A newer connection of
 * the device has a greater offset, on every gateway. Readers ignore records about a connection that is not the newest.
 */
const Claim = Type.Integer({ minimum: 0 });

/**
 * In the topic `observations`, so that the alarm engine reads statuses in order with the readings. If `will` is
 * present, the status is the will of a connection, and `will.reason` says how the connection ended.
 */
export const StatusRecord = Type.Object(
  {
    ...gatewayMembers,
    will: Type.Optional(
      Type.Object({ claim: Type.Optional(Claim), reason: Type.Enum([...connectionEndReasons]) }, noOtherMembers),
    ),
    reading: Status,
  },
  noOtherMembers,
);
export type StatusRecord = Static<typeof StatusRecord>;

/**
 * In the topic `observations`: a device connected, or its connection ended. The gateway notices a closed connection
 * within 1 s, but a device that vanishes only after 1.5 times its Keep Alive.
 */
export const ConnectionRecord = Type.Object(
  {
    ...gatewayMembers,
    connected: Type.Boolean(),
    claim: Type.Optional(Claim),
    reason: Type.Optional(Type.Enum([...connectionEndReasons])),
    /** Only with `connected: true`: when the device's certificate ends. Absent if the gateway did not see it. */
    certificateEndsAt: Type.Optional(Instant),
  },
  noOtherMembers,
);
export type ConnectionRecord = Static<typeof ConnectionRecord>;

/**
 * In the topic `observations`: the gateway found a reason to doubt the readings of a bed. The notice ends by itself
 * `forMs` after `receivedAt`, unless the gateway repeats it. So notices end even if the gateway stops.
 */
export const NoticeRecord = Type.Object(
  {
    ...gatewayMembers,
    notice: Type.Enum([...gatewayNoticeCodes]),
    forMs: Type.Integer({ minimum: 1, maximum: 3_600_000 }),
  },
  noOtherMembers,
);
export type NoticeRecord = Static<typeof NoticeRecord>;

/**
 * In each partition of the topic `observations`: the gateway accepted a canary (contracts/canary.ts). The record has no
 * data of the canary's payload, of a patient or of a device.
 */
export const CanaryRecord = Type.Object({ receivedAt: Instant }, noOtherMembers);
export type CanaryRecord = Static<typeof CanaryRecord>;

const Partition = Type.Integer({ minimum: 0, maximum: clinicalPartitions - 1 });

/** In the topic `canary`: a gateway or an alarm processor reports the newest canary that it saw. */
export const CanarySightRecord = Type.Object(
  {
    /** Only from a gateway: when it accepted a canary. Perhaps Kafka does not have the canary yet. */
    taken: Type.Optional(Instant),
    /** Only from an alarm processor: for each of its partitions, when the gateway received the newest canary. */
    judged: Type.Optional(
      Type.Array(Type.Object({ partition: Partition, receivedAt: Instant }, noOtherMembers), {
        maxItems: clinicalPartitions,
      }),
    ),
  },
  noOtherMembers,
);
export type CanarySightRecord = Static<typeof CanarySightRecord>;

/**
 * In the topic `sessions`: a gateway claims a client id for one of its connections. Only the last claim in the log is
 * valid.
 */
export const ClaimRecord = Type.Object({ clientId: NonEmptyText(129), connection: NonEmptyText(64) }, noOtherMembers);
export type ClaimRecord = Static<typeof ClaimRecord>;

/** In the topic `rejected`: bad input with the reason. `payload` has its bytes unchanged. */
export const RejectedRecord = Type.Object(
  {
    ...gatewayMembers,
    topic: Type.String({ maxLength: 65_535 }),
    code: NonEmptyText(),
    detail: Type.String({ maxLength: 500 }),
    payload: Type.String({ description: 'base64' }),
    /** A copy: the reading is in `observations` too. `detail` says which part of the reading is not used. */
    kept: Type.Optional(Type.Literal(true)),
    /** Only with `not-kept`: counts refused messages that are not stored, because they exceed the device's budget. */
    notKept: Type.Optional(
      Type.Object(
        {
          messages: Type.Integer({ minimum: 1 }),
          bytes: Type.Integer({ minimum: 0 }),
          from: Instant,
          to: Instant,
          reasons: Type.Record(Type.String({ maxLength: 80 }), Type.Integer({ minimum: 1 })),
        },
        noOtherMembers,
      ),
    ),
  },
  noOtherMembers,
);
export type RejectedRecord = Static<typeof RejectedRecord>;

export const patientCategories = ['adult', 'paediatric', 'neonatal'] as const;
export type PatientCategory = (typeof patientCategories)[number];

export const Patient = Type.Object(
  {
    patientId: NonEmptyText(64),
    familyName: NonEmptyText(),
    givenName: Type.String({ maxLength: 80 }),
    birthDate: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    sex: Type.Optional(
      Type.Union([Type.Literal('female'), Type.Literal('male'), Type.Literal('other'), Type.Literal('unknown')]),
    ),
    category: Type.Enum([...patientCategories]),
  },
  noOtherMembers,
);
export type Patient = Static<typeof Patient>;

/** One period of a device with a patient (IHE: device-patient association). `to` is excluded; null until the end. */
export const AssociationPeriod = Type.Object(
  {
    associationId: AssociationId,
    patient: Type.Union([Patient, Type.Null()]),
    ward: NonEmptyText(40),
    bed: NonEmptyText(40),
    from: Instant,
    to: Type.Union([Instant, Type.Null()]),
  },
  noOtherMembers,
);
export type AssociationPeriod = Static<typeof AssociationPeriod>;

export const roles = ['nurse', 'physician', 'technician', 'auditor', 'administrator', 'display'] as const;
export type Role = (typeof roles)[number];

export const Actor = Type.Object(
  { userId: NonEmptyText(64), name: NonEmptyText(), role: Type.Enum([...roles]) },
  noOtherMembers,
);
export type Actor = Static<typeof Actor>;

const associationActs = ['assigned', 'moved', 'corrected', 'ended'] as const;
export type AssociationAct = (typeof associationActs)[number];

/** What a person changed in a device's table. `version` is the new version. In `fields`, null means no value. */
export const AssociationChange = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    associationId: AssociationId,
    act: Type.Enum([...associationActs]),
    at: Instant,
    by: Actor,
    fields: Type.Array(
      Type.Object(
        {
          field: NonEmptyText(40),
          from: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
          to: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
        },
        noOtherMembers,
      ),
      { maxItems: 10 },
    ),
  },
  noOtherMembers,
);
export type AssociationChange = Static<typeof AssociationChange>;

/**
 * In the topic `associations`: the periods of one device, oldest first, as long as readings may still belong to them.
 * `changes` says who changed what, oldest first; it is absent in records of older versions and of the operator's tools.
 */
export const DeviceAssociations = Type.Object(
  {
    deviceId: DeviceId,
    version: Type.Integer({ minimum: 1 }),
    periods: Type.Array(AssociationPeriod, { maxItems: 64 }),
    changes: Type.Optional(Type.Array(AssociationChange, { maxItems: 64 })),
  },
  noOtherMembers,
);
export type DeviceAssociations = Static<typeof DeviceAssociations>;

/** In the topic `accounts`: an account at its last recorded change. `secret`: fingerprint of password and epoch. */
export const AccountRecord = Type.Object(
  {
    userId: NonEmptyText(64),
    name: NonEmptyText(),
    role: Type.Enum([...roles]),
    wards: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 }),
    disabled: Type.Boolean(),
    secret: NonEmptyText(64),
    /** Only for a wall display: it takes the sound of its ward by itself. */
    ownsSound: Type.Optional(Type.Literal(true)),
    removed: Type.Optional(Type.Literal(true)),
  },
  noOtherMembers,
);
export type AccountRecord = Static<typeof AccountRecord>;

const auditFields = {
  at: Instant,
  boot: NonEmptyText(64),
  n: Type.Integer({ minimum: 1 }),
  actor: Type.Union([Actor, Type.Object({ userId: NonEmptyText(64) }, noOtherMembers)]),
  action: Type.Enum(auditActions),
  ward: Type.Optional(Type.String()),
  associationId: Type.Optional(Type.String()),
  patientId: Type.Optional(Type.String()),
  alarmId: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String({ maxLength: 2000 })),
  prev: Type.String(),
  hash: Type.String({ description: 'base64url of SHA-256 over the RFC 8785 form of this record without hash and sig' }),
};

/**
 * In the topic `audit`, from versions that did not sign records. The hashes of such records do not prove who wrote the
 * records.
 */
export const OlderAuditRecord = Type.Object(auditFields, noOtherMembers);
export type OlderAuditRecord = Static<typeof OlderAuditRecord>;

/** Maximum number of patients that one audit record can name. */
export const auditPatientsMax = 200;

/** In the topic `audit`: one look or act. `prev` is the `hash` of the previous record of the same process (`boot`). */
export const AuditRecord = Type.Object(
  {
    ...auditFields,
    /** The id of the session that acted; the record of its login has the same id. Absent if nobody was logged in. */
    session: Type.Optional(NonEmptyText(64)),
    /** The network address of the request, as the server saw it. */
    address: Type.Optional(Type.String({ maxLength: 64 })),
    /** The browser of the request (an id that the server gave it), or the host of a command line. */
    station: Type.Optional(Type.String({ maxLength: 64 })),
    /** The patients that a look at a ward or a list showed. */
    patients: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: auditPatientsMax })),
    /** The account that was created or changed. */
    account: Type.Optional(NonEmptyText(64)),
    /**
     * The bed of the look or act. Absent if the look or act was about no single bed. Also absent in records from before
     * this member existed.
     */
    bed: Type.Optional(Type.String({ maxLength: 40 })),
    /** The changed data before and after the act. */
    changedFrom: Type.Optional(Type.String({ maxLength: 500 })),
    changedTo: Type.Optional(Type.String({ maxLength: 500 })),
    writer: Type.Enum([...auditWriters]),
    /** RFC 7638 thumbprint of the writer's public key. */
    key: NonEmptyText(64),
    sig: Type.String({
      maxLength: 120,
      description: 'base64url of Ed25519 (RFC 8032) over `signedText` of this record',
    }),
  },
  noOtherMembers,
);
export type AuditRecord = Static<typeof AuditRecord>;
export type AnyAuditRecord = AuditRecord | OlderAuditRecord;

const contentTypeName = <const N extends string, const V extends number>(name: N, v: V) =>
  `application/vnd.vigil.${name}+json;v=${v}` as const;

/** The content types, as in an envelope's `cty`. */
export const contentTypes = {
  observation: contentTypeName('observation', 1),
  waveform: contentTypeName('waveform', 1),
  status: contentTypeName('status', 1),
  alerts: contentTypeName('alerts', 1),
  connection: contentTypeName('connection', 1),
  notice: contentTypeName('notice', 1),
  canary: contentTypeName('canary', 1),
  canarySight: contentTypeName('canary-sight', 1),
  claim: contentTypeName('claim', 1),
  rejected: contentTypeName('rejected', 1),
  deviceEvent: contentTypeName('device-event', 1),
  refusals: contentTypeName('refusals', 1),
  associations: contentTypeName('associations', 1),
  command: contentTypeName('command', 1),
  alarmEvent: contentTypeName('alarm-event', 1),
  alarmState: contentTypeName('alarm-state', 1),
  commandAnswer: contentTypeName('command-answer', 1),
  limitsInForce: contentTypeName('limits-in-force', 1),
  scores: contentTypeName('scores', 1),
  standby: contentTypeName('standby', 1),
  strip: contentTypeName('strip', 1),
  presence: contentTypeName('presence', 1),
  account: contentTypeName('account', 1),
  assignment: contentTypeName('assignment', 1),
  delivery: contentTypeName('delivery', 1),
  deliveryPositions: contentTypeName('delivery-positions', 1),
  deliverySnapshot: contentTypeName('delivery-snapshot', 1),
  deliveryCommand: contentTypeName('delivery-command', 1),
  alarmsShown: contentTypeName('alarms-shown', 1),
  deliverySign: contentTypeName('delivery-sign', 1),
  askedPages: contentTypeName('asked-pages', 1),
  reach: contentTypeName('reach', 1),
  handOverNote: contentTypeName('hand-over-note', 1),
  patientTask: contentTypeName('patient-task', 1),
  olderAudit: contentTypeName('audit', 1),
  audit: contentTypeName('audit', 2),
} as const;
export type ContentType = (typeof contentTypes)[keyof typeof contentTypes];
