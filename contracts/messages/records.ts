/**
 * The sealed records in Kafka. Each type has a content type with a version (`cty` of its envelope). A reader that does not know the
 * version leaves the record, counts it and reports it.
 */
import { type Static, Type } from 'typebox';
import { auditActions, auditWriters } from '../audit-actions.ts';
import { gatewayNoticeCodes } from '../bed-notices.ts';
import { clinicalPartitions, deviceIdPattern } from '../topics.ts';
import { Instant, Observation, Status, Waveform } from './device.ts';

const closed = { additionalProperties: false } as const;
export const DeviceId = Type.String({ pattern: deviceIdPattern.source });
export const AssociationId = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' });
const Name = (maxLength = 80) => Type.String({ minLength: 1, maxLength });

export const fromGateway = {
  deviceId: DeviceId,
  /** The gateway's clock when the packet came. Never mixed with the device's own time. */
  receivedAt: Instant,
};

/** In `observations`: `reading` is what the device sent, unchanged if it is JSON without repeated members. `boot` and `seq` are in the envelope's header. */
export const ObservationRecord = Type.Object({ ...fromGateway, reading: Observation }, closed);
export type ObservationRecord = Static<typeof ObservationRecord>;

export const WaveformRecord = Type.Object({ ...fromGateway, reading: Waveform }, closed);
export type WaveformRecord = Static<typeof WaveformRecord>;

export const connectionEndReasons = ['will', 'keep-alive', 'closed', 'taken-over', 'refused', 'drained'] as const;
export type ConnectionEndReason = (typeof connectionEndReasons)[number];

/**
 * Identifies the connection that a gateway's record is about: the offset of its claim in `sessions`. The connection with the greater
 * offset is the newer one, on whichever gateway. A record about an older connection says nothing about the device.
 */
const Claim = Type.Integer({ minimum: 0 });

/** Also in `observations`, so that the alarm engine reads it in order. `will`: it is the will of a connection that ended so. */
export const StatusRecord = Type.Object(
  {
    ...fromGateway,
    will: Type.Optional(
      Type.Object({ claim: Type.Optional(Claim), reason: Type.Enum([...connectionEndReasons]) }, closed),
    ),
    reading: Status,
  },
  closed,
);
export type StatusRecord = Static<typeof StatusRecord>;

/** In `observations`: a device's connection came or ended (`will`: with its will). The gateway notices it within 1 s. */
export const ConnectionRecord = Type.Object(
  {
    ...fromGateway,
    connected: Type.Boolean(),
    claim: Type.Optional(Claim),
    reason: Type.Optional(Type.Enum([...connectionEndReasons])),
  },
  closed,
);
export type ConnectionRecord = Static<typeof ConnectionRecord>;

/**
 * In `observations`: the gateway noticed something that makes the readings of a bed doubtful. The notice lasts for `forMs` from
 * `receivedAt` and ends by itself unless it is repeated. So no notice outlives a gateway that stops.
 */
export const NoticeRecord = Type.Object(
  {
    ...fromGateway,
    notice: Type.Enum([...gatewayNoticeCodes]),
    forMs: Type.Integer({ minimum: 1, maximum: 3_600_000 }),
  },
  closed,
);
export type NoticeRecord = Static<typeof NoticeRecord>;

/**
 * In `observations`, one in each partition: the gateway accepted a canary (contracts/canary.ts). It holds nothing from the canary's
 * payload and names no patient and no device.
 */
export const CanaryRecord = Type.Object({ receivedAt: Instant }, closed);
export type CanaryRecord = Static<typeof CanaryRecord>;

const Partition = Type.Integer({ minimum: 0, maximum: clinicalPartitions - 1 });

/** In `canary`: how far canaries came, as a gateway or an alarm processor saw it. */
export const CanarySightRecord = Type.Object(
  {
    /** From a gateway: when it accepted a canary, before Kafka had it. */
    taken: Type.Optional(Instant),
    /** From an alarm processor: when the gateway received the newest canary that the processor read, for each partition that it judges. */
    judged: Type.Optional(
      Type.Array(Type.Object({ partition: Partition, receivedAt: Instant }, closed), { maxItems: clinicalPartitions }),
    ),
  },
  closed,
);
export type CanarySightRecord = Static<typeof CanarySightRecord>;

/** In `sessions`: a gateway claims a client id for one of its connections. The last claim in the log wins. */
export const ClaimRecord = Type.Object({ clientId: Name(129), connection: Name(64) }, closed);
export type ClaimRecord = Static<typeof ClaimRecord>;

/** In `rejected`: bad input, byte for byte (base64), with the reason. */
export const RejectedRecord = Type.Object(
  {
    ...fromGateway,
    topic: Type.String({ maxLength: 65_535 }),
    code: Name(),
    detail: Type.String({ maxLength: 500 }),
    payload: Type.String({ description: 'base64' }),
    /** The reading is in `observations` too. This is a copy that says which part of it is not used. */
    kept: Type.Optional(Type.Literal(true)),
    /** Its code is `not-kept`: messages were refused beyond a budget of the device and are stored nowhere. `bytes` counts their payloads. */
    notKept: Type.Optional(
      Type.Object(
        {
          messages: Type.Integer({ minimum: 1 }),
          bytes: Type.Integer({ minimum: 0 }),
          from: Instant,
          to: Instant,
          reasons: Type.Record(Type.String({ maxLength: 80 }), Type.Integer({ minimum: 1 })),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type RejectedRecord = Static<typeof RejectedRecord>;

export const patientCategories = ['adult', 'paediatric', 'neonatal'] as const;
export type PatientCategory = (typeof patientCategories)[number];

export const Patient = Type.Object(
  {
    patientId: Name(64),
    familyName: Name(),
    givenName: Type.String({ maxLength: 80 }),
    birthDate: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    sex: Type.Optional(
      Type.Union([Type.Literal('female'), Type.Literal('male'), Type.Literal('other'), Type.Literal('unknown')]),
    ),
    category: Type.Enum([...patientCategories]),
  },
  closed,
);
export type Patient = Static<typeof Patient>;

/** One period of a device with a patient (IHE: device-patient association). `to` is excluded; null while it lasts. */
export const AssociationPeriod = Type.Object(
  {
    associationId: AssociationId,
    patient: Type.Union([Patient, Type.Null()]),
    ward: Name(40),
    bed: Name(40),
    from: Instant,
    to: Type.Union([Instant, Type.Null()]),
  },
  closed,
);
export type AssociationPeriod = Static<typeof AssociationPeriod>;

export const roles = ['nurse', 'physician', 'technician', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const Actor = Type.Object({ userId: Name(64), name: Name(), role: Type.Enum([...roles]) }, closed);
export type Actor = Static<typeof Actor>;

const associationActs = ['assigned', 'moved', 'corrected', 'ended'] as const;
export type AssociationAct = (typeof associationActs)[number];

/** What a person did to a device's table. `version` is the table's version after it. A field that is null had no value. */
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
          field: Name(40),
          from: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
          to: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
        },
        closed,
      ),
      { maxItems: 10 },
    ),
  },
  closed,
);
export type AssociationChange = Static<typeof AssociationChange>;

/**
 * In `associations`: all periods of one device to which readings may still belong, oldest first, at most 64. `changes` says who
 * did what, oldest first, at most 64. It is absent in records of older versions and of the operator's tools.
 */
export const DeviceAssociations = Type.Object(
  {
    deviceId: DeviceId,
    version: Type.Integer({ minimum: 1 }),
    periods: Type.Array(AssociationPeriod, { maxItems: 64 }),
    changes: Type.Optional(Type.Array(AssociationChange, { maxItems: 64 })),
  },
  closed,
);
export type DeviceAssociations = Static<typeof DeviceAssociations>;

/** The wards whose beds clinicians' screens show, by dashboard process. A record older than 30 s does not count. */
export const PresenceRecord = Type.Object(
  {
    at: Instant,
    wards: Type.Array(Name(40), { maxItems: 200 }),
    /** A clinician's screen shows the devices that were in no ward. */
    engineering: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type PresenceRecord = Static<typeof PresenceRecord>;

/** In `accounts`: an account at its last recorded change. `secret` is a fingerprint that a new password changes. */
export const AccountRecord = Type.Object(
  {
    userId: Name(64),
    name: Name(),
    role: Type.Enum([...roles]),
    wards: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 }),
    disabled: Type.Boolean(),
    secret: Name(64),
    removed: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type AccountRecord = Static<typeof AccountRecord>;

const auditFields = {
  at: Instant,
  boot: Name(64),
  n: Type.Integer({ minimum: 1 }),
  actor: Type.Union([Actor, Type.Object({ userId: Name(64) }, closed)]),
  action: Type.Enum(auditActions),
  ward: Type.Optional(Type.String()),
  associationId: Type.Optional(Type.String()),
  patientId: Type.Optional(Type.String()),
  alarmId: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String({ maxLength: 2000 })),
  prev: Type.String(),
  hash: Type.String({ description: 'base64url of SHA-256 over the RFC 8785 form of this record without hash and sig' }),
};

/** In `audit`, written before records were signed. It has a chain of hashes only: anybody who may write the topic could have made it. */
export const OlderAuditRecord = Type.Object(auditFields, closed);
export type OlderAuditRecord = Static<typeof OlderAuditRecord>;

/** How many patients one record can name. */
export const auditPatientsMax = 200;

/** In `audit`: one look or act. `prev` is the `hash` of the record before it from the same process; a chain starts at `boot`. */
export const AuditRecord = Type.Object(
  {
    ...auditFields,
    /** The session that acted, by its mark; the record of its login has the same mark. Absent if nobody was logged in. */
    session: Type.Optional(Name(64)),
    /** The network address of the request, as the server saw it. */
    address: Type.Optional(Type.String({ maxLength: 64 })),
    /** The browser of the request, by an id that the server gave it; or the host of a command line. */
    station: Type.Optional(Type.String({ maxLength: 64 })),
    /** The patients that a look at a ward or a list showed. */
    patients: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: auditPatientsMax })),
    /** The account that was created or changed. */
    account: Type.Optional(Name(64)),
    writer: Type.Enum([...auditWriters]),
    /** RFC 7638 thumbprint of the writer's public key. */
    key: Name(64),
    sig: Type.String({
      maxLength: 120,
      description: 'base64url of Ed25519 (RFC 8032) over `signedText` of this record',
    }),
  },
  closed,
);
export type AuditRecord = Static<typeof AuditRecord>;
export type AnyAuditRecord = AuditRecord | OlderAuditRecord;

const version = <const N extends string, const V extends number>(name: N, v: V) =>
  `application/vnd.vigil.${name}+json;v=${v}` as const;

/** The content types, as they stand in an envelope's `cty`. */
export const contentTypes = {
  observation: version('observation', 1),
  waveform: version('waveform', 1),
  status: version('status', 1),
  alerts: version('alerts', 1),
  connection: version('connection', 1),
  notice: version('notice', 1),
  canary: version('canary', 1),
  canarySight: version('canary-sight', 1),
  claim: version('claim', 1),
  rejected: version('rejected', 1),
  associations: version('associations', 1),
  command: version('command', 1),
  alarmEvent: version('alarm-event', 1),
  alarmState: version('alarm-state', 1),
  commandAnswer: version('command-answer', 1),
  limitsInForce: version('limits-in-force', 1),
  scores: version('scores', 1),
  standby: version('standby', 1),
  presence: version('presence', 1),
  account: version('account', 1),
  olderAudit: version('audit', 1),
  audit: version('audit', 2),
} as const;
export type ContentType = (typeof contentTypes)[keyof typeof contentTypes];
