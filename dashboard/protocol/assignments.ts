/** The REST bodies of the assignment board: who is responsible for which beds of a ward, and when. */
import { type Static, Type } from 'typebox';
import { duties } from '../../contracts/duty-names.ts';
import { Assignment, assignmentBedsMax, Person } from '../../contracts/messages/assignments.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { Actor, roles } from '../../contracts/messages/records.ts';
import { csvLinesMax } from './csv-lines.ts';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Id = Assignment.properties.assignmentId;
const UserId = Type.String({ minLength: 1, maxLength: 64 });
const Bed = Type.String({ minLength: 1, maxLength: 40 });

/** Maximum of keys in an acceptance: together they are smaller than the largest body that the server takes. */
export const seenKeysMax = 2_300;

/** The version of the board that the person saw. The answer is 409 if somebody has changed the same beds or the same person since. */
const seen = { version: Type.Integer({ minimum: 0 }) };

/**
 * The body of `POST /api/wards/:ward/assignments`. The person must accept, unless a person assigns herself or himself
 * for a time that begins within 1 h.
 */
export const AssignBody = Type.Object(
  {
    ...seen,
    duty: Type.Enum([...duties]),
    beds: Type.Optional(Type.Array(Bed, { minItems: 1, maxItems: assignmentBedsMax })),
    userId: UserId,
    from: Instant,
    until: Instant,
  },
  closed,
);
export type AssignBody = Static<typeof AssignBody>;

/** The body of `POST …/end`. */
export const AssignmentBody = Type.Object({ ...seen, assignmentId: Id }, closed);
/**
 * The body of `POST …/accept`. `beds` accepts only some beds of the assignment; the others stay with the person who has them. `seen` has the keys
 * of what the page shows as open (contracts/open-points.ts): if something else is open, the answer is 409. A page that cannot show what is open
 * sends no `seen`.
 */
export const AcceptBody = Type.Object(
  {
    ...seen,
    assignmentId: Id,
    beds: Type.Optional(Type.Array(Bed, { minItems: 1, maxItems: assignmentBedsMax })),
    seen: Type.Optional(Type.Array(Type.String({ maxLength: 24 }), { maxItems: seenKeysMax })),
  },
  closed,
);
export const DeclineBody = Type.Object(
  { ...seen, assignmentId: Id, reason: Type.String({ minLength: 1, maxLength: 200 }) },
  closed,
);
/** The body of `POST …/away`: the caller is away from now until `until`, at most 4 h. `cover` is called instead. */
export const AwayBody = Type.Object({ ...seen, until: Instant, cover: Type.Optional(UserId) }, closed);
export const BackBody = Type.Object(seen, closed);

/**
 * The body of `POST …/csv`: the lines of a CSV text with the header `duty,beds,user,from,until`. The server saves all rows or none. The
 * lines are separate texts, because no text of a request may have a line break.
 */
export const CsvBody = Type.Object(
  { ...seen, lines: Type.Array(Type.String({ maxLength: 3_000 }), { minItems: 1, maxItems: csvLinesMax }) },
  closed,
);

/** The answer to each change: the new version of the board. */
export const BoardChanged = Type.Object({ version: Type.Integer() }, closed);

/** A change of the board. `person` is the person whom the change concerns. */
export const BoardChange = Type.Object(
  {
    version: Type.Integer(),
    at: Instant,
    by: Actor,
    type: Type.Enum(['assigned', 'accepted', 'declined', 'ended', 'away', 'back']),
    person: Type.String(),
    duty: Type.Optional(Type.Enum([...duties])),
    beds: Type.Optional(Type.Array(Bed)),
  },
  closed,
);
export type BoardChange = Static<typeof BoardChange>;

/** The body of a refused change: nothing was changed. `faults` are the faults of a CSV text, each with its line. */
export const BoardRefused = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    version: Type.Optional(Type.Integer()),
    changes: Type.Optional(Type.Array(BoardChange)),
    faults: Type.Optional(Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }, closed))),
  },
  closed,
);
export type BoardRefused = Static<typeof BoardRefused>;

export const BoardEntry = Type.Object(
  {
    assignment: Assignment,
    by: Actor,
    at: Instant,
    acceptedAt: Type.Optional(Instant),
    declined: Type.Optional(Type.Object({ reason: Type.String(), at: Instant }, closed)),
    ended: Type.Optional(Type.Object({ at: Instant, by: Actor }, closed)),
    /**
     * The beds whose hand-over is overdue: the assignment was accepted, the shift is over, and nobody has taken over.
     * For a duty of the whole ward the list is empty.
     */
    overdue: Type.Optional(Type.Array(Bed)),
    /** Only of an assignment that waits and of which the person has accepted some beds: the other beds. */
    remaining: Type.Optional(Type.Array(Bed)),
    /** The person is away, and this person covers the duty now. */
    coveredBy: Type.Optional(Type.String()),
    /** Why the person cannot do this duty, as the end of a sentence: "has a disabled account". */
    fault: Type.Optional(Type.String()),
    /** The assignment is over and cannot change any more. */
    isOver: Type.Boolean(),
  },
  closed,
);
export type BoardEntry = Static<typeof BoardEntry>;

/**
 * The answer to `GET /api/duties/waiting`: for each ward, how many assignments the caller can accept or decline now (`now`), and how many
 * begin too late to be accepted now (`later`).
 */
export const WaitingDuties = Type.Object(
  { wards: Type.Array(Type.Object({ ward: Ward, now: Type.Integer(), later: Type.Integer() }, closed)) },
  closed,
);
export type WaitingDuties = Static<typeof WaitingDuties>;

/** The answer to `GET /api/wards/:ward/assignments`. */
export const Board = Type.Object(
  {
    ward: Ward,
    version: Type.Integer(),
    at: Instant,
    beds: Type.Array(Bed),
    /** The caller is the charge nurse, and may assign others and end assignments. */
    maySetOthers: Type.Boolean(),
    /** Nobody is charge nurse now, so a nurse may take this duty. */
    noChargeNurse: Type.Boolean(),
    entries: Type.Array(BoardEntry),
    away: Type.Array(
      Type.Object(
        {
          userId: UserId,
          name: Type.String(),
          until: Instant,
          cover: Type.Optional(Person),
          /** Why the cover does not cover, as the end of a sentence: "has no duty now". */
          fault: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    /** The accounts that may have a duty in the ward. */
    people: Type.Array(Type.Object({ userId: UserId, name: Type.String(), role: Type.Enum([...roles]) }, closed)),
  },
  closed,
);
export type Board = Static<typeof Board>;

/** The query of `GET /api/wards/:ward/assignments/outcome`: what happens if the caller goes away, or if an assignment ends. Nothing is changed. */
export const LeaveQuery = Type.Object(
  { act: Type.Enum(['away', 'end']), assignmentId: Type.Optional(Id), cover: Type.Optional(UserId) },
  closed,
);
export type LeaveQuery = Static<typeof LeaveQuery>;

/** What happens to the beds and to the calls of a person who leaves. */
export const LeaveOutcome = Type.Object(
  {
    person: Type.String(),
    /** The places whose responsible people change. */
    places: Type.Array(
      Type.Object(
        {
          duty: Type.Enum([...duties]),
          bed: Type.Optional(Type.String()),
          /** The name of a person who is away. The person who leaves covers this place in this time. */
          coveredFor: Type.Optional(Type.String()),
          /** Who is responsible afterwards; absent if nobody is. */
          next: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    /** The alarms that have called the person and that the person can answer no more. */
    calls: Type.Array(
      Type.Object(
        {
          bed: Type.String(),
          /** The text of the alarm. */
          text: Type.String(),
          /** The person has accepted the call. Otherwise the call waits for the answer. */
          isAccepted: Type.Boolean(),
          /** Others who have accepted and still go. */
          others: Type.Array(Type.String()),
          /** Who is called next; absent if others go, or if nobody is left to call. */
          next: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type LeaveOutcome = Static<typeof LeaveOutcome>;
