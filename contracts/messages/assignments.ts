/**
 * Messages about the responsible persons of beds. contracts/duties.ts computes the state of a ward from these events.
 * Every event contains all data that it changes, so the log alone answers "who was responsible at this time?".
 */
import { type Static, Type } from 'typebox';
import { duties } from '../duty-names.ts';
import { Instant } from './device.ts';
import { Actor } from './records.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Name = (maxLength: number) => Type.String({ minLength: 1, maxLength });

export type Duty = (typeof duties)[number];

/** Maximum number of beds in one assignment. */
export const assignmentBedsMax = 64;
/** Longest assignment: one day. */
export const assignmentMsMax = 24 * 3_600_000;
/** Longest absence. */
export const awayMsMax = 4 * 3_600_000;

const personFields = { userId: Name(64), name: Name(80) };

/** A person with an account. `name` is the name of the account when the event happened. */
export const Person = Type.Object(personFields, closed);
export type Person = Static<typeof Person>;

/**
 * One person with one duty from `from` (included) to `until` (excluded). contracts/duties.ts (`assignmentFault`) has
 * the rules that a schema cannot express.
 */
export const Assignment = Type.Object(
  {
    assignmentId: Id,
    ward: Name(40),
    duty: Type.Enum([...duties]),
    beds: Type.Optional(Type.Array(Name(40), { minItems: 1, maxItems: assignmentBedsMax })),
    ...personFields,
    from: Instant,
    until: Instant,
  },
  closed,
);
export type Assignment = Static<typeof Assignment>;

/**
 * `eventId` identifies the event: a repeated event has the same id and no effect. `at` is the time by the dashboard's
 * clock. It does not change the order of the events. But it decides whether a person's own assignment begins soon, when
 * an ended assignment ended, and when old assignments are dropped (contracts/duties.ts).
 */
const eventFields = { eventId: Id, ward: Name(40), at: Instant, by: Actor };

/**
 * A person was assigned. The person must accept. One exception: persons who assign themselves have accepted, if the
 * assignment begins soon.
 */
export const AssignedEvent = Type.Object(
  { type: Type.Literal('assigned'), ...eventFields, assignment: Assignment },
  closed,
);

/** The assigned person accepts the assignment. `by` is this person. */
export const AcceptedEvent = Type.Object({ type: Type.Literal('accepted'), ...eventFields, assignmentId: Id }, closed);

/** The assigned person declines the assignment. `by` is this person. */
export const DeclinedEvent = Type.Object(
  { type: Type.Literal('declined'), ...eventFields, assignmentId: Id, reason: Name(200) },
  closed,
);

/**
 * The assignment is over, even if its `until` is later. `successor` is the assignment whose acceptance ended this
 * assignment: the assignment of another person, or of the same person, who accepted the last open beds separately.
 * Absent if somebody ended the assignment without a successor.
 */
export const EndedEvent = Type.Object(
  { type: Type.Literal('ended'), ...eventFields, assignmentId: Id, successor: Type.Optional(Id) },
  closed,
);

/**
 * A person is away from the ward from `from` to `until`. `cover` is called instead, if present. `by` is the person who
 * is away.
 */
export const AwayEvent = Type.Object(
  {
    type: Type.Literal('away'),
    ...eventFields,
    awayId: Id,
    userId: Name(64),
    from: Instant,
    until: Instant,
    cover: Type.Optional(Person),
  },
  closed,
);

/** The person is back before the absence ended. */
export const BackEvent = Type.Object({ type: Type.Literal('back'), ...eventFields, awayId: Id }, closed);

/**
 * The person who was named as cover has seen the absence. This event also takes back a `cover-rejected`. `by` is the
 * cover.
 */
export const CoverSeenEvent = Type.Object({ type: Type.Literal('cover-seen'), ...eventFields, awayId: Id }, closed);

/** The person who was named as cover cannot cover, or can no longer cover. `by` is the cover. */
export const CoverRejectedEvent = Type.Object(
  { type: Type.Literal('cover-rejected'), ...eventFields, awayId: Id },
  closed,
);

/**
 * In the topic `assignments`: one change of the duties of a ward. The key of the record is the pseudonym of the ward.
 */
export const AssignmentEvent = Type.Union([
  AssignedEvent,
  AcceptedEvent,
  DeclinedEvent,
  EndedEvent,
  AwayEvent,
  BackEvent,
  CoverSeenEvent,
  CoverRejectedEvent,
]);
export type AssignmentEvent = Static<typeof AssignmentEvent>;
