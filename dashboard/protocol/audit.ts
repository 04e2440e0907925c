/**
 * The REST bodies about the audit trail: its records, the search, and the export. No `node:` import here: the browser's
 * build reads this file.
 */
import { type Static, Type } from 'typebox';
import { auditActions } from '../../contracts/audit-actions.ts';
import { auditGroups } from '../../contracts/audit-names.ts';
import { Instant } from '../../contracts/messages/device.ts';

const closed = { additionalProperties: false } as const;

/**
 * Maximum number of records in one export (ours). The server refuses to export a search with more records, and the
 * person chooses a shorter time.
 */
export const auditExportMax = 20_000;

/** The query of `GET /api/audit`, which returns the newest records first. `before` is the `next` of the former page. */
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

/** Which records a search returns. A record must match every member. */
export const AuditFilter = Type.Object(
  {
    /** The person who acted, or the account that was changed. */
    userId: Type.Optional(Type.String({ maxLength: 64 })),
    /** A patient that the record names. */
    patientId: Type.Optional(Type.String({ maxLength: 64 })),
    ward: Type.Optional(Type.String({ maxLength: 40 })),
    bed: Type.Optional(Type.String({ maxLength: 40 })),
    action: Type.Optional(Type.Enum(auditActions)),
    group: Type.Optional(Type.Enum(auditGroups)),
    /** The first instant of the searched time. */
    from: Type.Optional(Instant),
    /** The end of the searched time. A record of this instant does not match. */
    to: Type.Optional(Instant),
  },
  closed,
);
export type AuditFilter = Static<typeof AuditFilter>;

/**
 * The body of `POST /api/audit/search`. The filters are in a body and not in a query, because proxies write the
 * addresses of requests into their logs.
 */
export const AuditSearch = Type.Object(
  { ...AuditFilter.properties, before: AuditQuery.properties.before, limit: AuditQuery.properties.limit },
  closed,
);
export type AuditSearch = Static<typeof AuditSearch>;

/** The body of `POST /api/audit/export`. `fhir` is one FHIR R4 AuditEvent in each line. */
export const AuditExport = Type.Object({ ...AuditFilter.properties, format: Type.Enum(['csv', 'fhir']) }, closed);
export type AuditExport = Static<typeof AuditExport>;

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
    /** Names the session that acted. This identifier gives no access to the session. */
    session: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    station: Type.Optional(Type.String()),
    patients: Type.Optional(Type.Array(Type.String())),
    account: Type.Optional(Type.String()),
    /** Absent if the record is not about one bed, or if an older version of Vigil wrote the record. */
    bed: Type.Optional(Type.String()),
    /**
     * What the act changed: the state before the act and the state after it. Absent if an older version of Vigil wrote
     * the record.
     */
    changedFrom: Type.Optional(Type.String()),
    changedTo: Type.Optional(Type.String()),
    /**
     * True if all of these are right: the record's hash, the hash of the former record, and the signature and session
     * if present.
     */
    verified: Type.Boolean(),
    /**
     * False for an old record from a version of Vigil that did not sign records. Anyone who could write to the topic
     * could forge such a record.
     */
    signed: Type.Boolean(),
  },
  closed,
);
export type AuditEntry = Static<typeof AuditEntry>;

/** What one person did in the records of a search. */
export const AuditPerson = Type.Object(
  {
    userId: Type.String(),
    name: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    /** The numbers of looks, of acts, and of refusals. Refusals are refused requests and failed logins. */
    looks: Type.Integer(),
    acts: Type.Integer(),
    refused: Type.Integer(),
    /** How many of these records have `verified` false. Somebody else may have written such records. */
    unverified: Type.Integer(),
    first: Instant,
    last: Instant,
  },
  closed,
);
export type AuditPerson = Static<typeof AuditPerson>;

/** The answer to the first page of a search: what the whole search found. */
export const AuditSummary = Type.Object(
  {
    matching: Type.Integer(),
    /**
     * In a search for a bed: the number of looks at whole wards. The search leaves out these looks, because their
     * records name no bed. In all other searches: 0.
     */
    wardLooks: Type.Integer(),
    /** The persons with records, the person with the newest record first. */
    people: Type.Array(AuditPerson),
    /** How many persons are not in `people`, because there are too many. */
    peopleLeftOut: Type.Integer(),
    /** What a person can choose in the fields of the search: the newest values in the records. */
    choices: Type.Object(
      {
        userIds: Type.Array(Type.String()),
        patientIds: Type.Array(Type.String()),
        wards: Type.Array(Type.String()),
        beds: Type.Array(Type.String()),
      },
      closed,
    ),
  },
  closed,
);
export type AuditSummary = Static<typeof AuditSummary>;

export const AuditPage = Type.Object(
  {
    records: Type.Array(AuditEntry),
    next: Type.Union([Type.Integer(), Type.Null()]),
    /** The server has no records from before this time. */
    knownFrom: Instant,
    /** Only in the answer to a search without `before`. */
    summary: Type.Optional(AuditSummary),
    /** The state of all records that the server has read, not only of the records of this page. */
    chain: Type.Object(
      {
        intact: Type.Boolean(),
        records: Type.Integer(),
        /** The number of old records without a signature. */
        older: Type.Integer(),
        /**
         * The time of the newest anchor with which the server compared the trail when the server started; null without
         * anchors.
         */
        anchoredAt: Type.Union([Instant, Type.Null()]),
        /** At most 20 sentences, for a person to read. */
        faults: Type.Array(Type.String()),
      },
      closed,
    ),
  },
  closed,
);
export type AuditPage = Static<typeof AuditPage>;
