/** The REST bodies of the assignment board: who is responsible for which beds of a ward, and when. */
import { type Static, Type } from 'typebox';
import { duties } from '../../contracts/duty-names.ts';
import { LeftPlace } from '../../contracts/left-places.ts';
import { Assignment, assignmentBedsMax, awayMsMax, Person } from '../../contracts/messages/assignments.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { Actor, roles } from '../../contracts/messages/records.ts';
import { csvLinesMax } from './csv-lines.ts';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Id = Assignment.properties.assignmentId;
const UserId = Type.String({ minLength: 1, maxLength: 64 });
const Bed = Type.String({ minLength: 1, maxLength: 40 });

/** Maximum number of keys in an acceptance. This many keys fit into the largest body that the server accepts. */
export const seenKeysMax = 2_300;

/**
 * `version` is the version of the board that the person saw. The answer is 409 if somebody has changed these beds or
 * this person since. `leaves` has the keys (`leftKey`) of places. The person has confirmed that nobody will be
 * responsible for these places. If the change leaves a further place without a responsible person, the answer is 409,
 * and `left` has all such places.
 */
const seen = {
  version: Type.Integer({ minimum: 0 }),
  leaves: Type.Optional(Type.Array(Type.String({ maxLength: 80 }), { maxItems: 500 })),
};

/**
 * The body of `POST /api/wards/:ward/assignments`. The assigned person must accept. If persons assign themselves for a
 * time that begins within 1 h, this request is also their acceptance.
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
 * The body of `POST …/accept`. With `beds`, the person accepts only these beds of the assignment. All other beds stay
 * with the persons who are responsible now. `seen` has the keys of the open points that the page shows
 * (contracts/open-points.ts). If a further point is open, the answer is 409. A page that cannot show open points sends
 * no `seen`.
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
/**
 * The body of `POST …/away`: the caller is away from now until `until`, at most 4 h. Vigil calls `cover` instead of the
 * caller.
 */
export const AwayBody = Type.Object({ ...seen, until: Instant, cover: Type.Optional(UserId) }, closed);
export const BackBody = Type.Object(seen, closed);
/**
 * The body of `POST …/cover`, from a person who was named as cover. `isRejected` is true if the person cannot cover,
 * and false if the person has only seen the request.
 */
export const CoverBody = Type.Object({ ...seen, awayId: Id, isRejected: Type.Boolean() }, closed);

/**
 * The body of `POST …/csv`: the lines of a CSV text with the header `duty,beds,user,from,until`. The server saves all
 * rows or none. The lines are separate texts, because no text of a request may have a line break.
 */
export const CsvBody = Type.Object(
  { ...seen, lines: Type.Array(Type.String({ maxLength: 3_000 }), { minItems: 1, maxItems: csvLinesMax }) },
  closed,
);

/** The answer to each change: the new version of the board. */
export const BoardChanged = Type.Object({ version: Type.Integer() }, closed);

/** A change of the board. `person` is the person that the change concerns. */
export const BoardChange = Type.Object(
  {
    version: Type.Integer(),
    at: Instant,
    by: Actor,
    type: Type.Enum(['assigned', 'accepted', 'declined', 'ended', 'away', 'back', 'cover-seen', 'cover-rejected']),
    person: Type.String(),
    duty: Type.Optional(Type.Enum([...duties])),
    beds: Type.Optional(Type.Array(Bed)),
  },
  closed,
);
export type BoardChange = Static<typeof BoardChange>;

/**
 * The body of a refused change. Nothing was changed. `faults` are the faults of a CSV text; each fault has the number
 * of its line.
 */
export const BoardRefused = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    version: Type.Optional(Type.Integer()),
    changes: Type.Optional(Type.Array(BoardChange)),
    faults: Type.Optional(Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }, closed))),
    /**
     * The places for which nobody would be responsible after the change, if the person has not confirmed these places.
     */
    left: Type.Optional(Type.Array(LeftPlace)),
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
    /**
     * The beds of this assignment that the person has not accepted. Present only if the person has accepted some beds
     * of the assignment.
     */
    remaining: Type.Optional(Type.Array(Bed)),
    /** The name of the person who covers this duty now, because the assigned person is away. */
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
 * Somebody who is away has named the caller as cover, and the caller has not answered. `beds` are empty for duties of
 * the whole ward.
 */
export const WaitingCover = Type.Object(
  { ward: Ward, name: Type.String(), beds: Type.Array(Bed), until: Instant },
  closed,
);
export type WaitingCover = Static<typeof WaitingCover>;

/**
 * The answer to `GET /api/duties/waiting`. It has two numbers for each ward. `now`: assignments that the caller can
 * accept or decline now. `later`: assignments that begin so late that the caller cannot accept them yet. `covers`: the
 * requests to cover that the caller has not answered.
 */
export const WaitingDuties = Type.Object(
  {
    wards: Type.Array(Type.Object({ ward: Ward, now: Type.Integer(), later: Type.Integer() }, closed)),
    covers: Type.Array(WaitingCover),
  },
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
          awayId: Id,
          /** Why the cover is not responsible, as the end of a sentence: "has no duty now". */
          fault: Type.Optional(Type.String()),
          /** The cover is responsible, but has not yet confirmed that she or he has seen the request. */
          isUnseen: Type.Optional(Type.Literal(true)),
          /** The cover has said that she or he cannot cover. */
          isRejected: Type.Optional(Type.Literal(true)),
          /**
           * The time from which nobody is responsible for a place of the person: the duty of the cover ends before the
           * person is back. The time is in the past if the duty of the cover is over.
           */
          nobodyFrom: Type.Optional(Instant),
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

/**
 * The query of `GET /api/wards/:ward/assignments/outcome`: what happens if the caller goes away, or if an assignment
 * ends. `awayMs` is how long the caller would be away. The query changes nothing.
 */
export const LeaveQuery = Type.Object(
  {
    act: Type.Enum(['away', 'end']),
    assignmentId: Type.Optional(Id),
    cover: Type.Optional(UserId),
    awayMs: Type.Optional(Type.Integer({ minimum: 1, maximum: awayMsMax })),
  },
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
          /**
           * The name of the person who has this place but is away. Until now, the person who leaves has covered this
           * place.
           */
          coveredFor: Type.Optional(Type.String()),
          /** Who is responsible after the person has left; absent if nobody is responsible. */
          next: Type.Optional(Type.String()),
          /**
           * The time from which nobody is responsible. Present if `next` is the chosen cover, whose duty ends before
           * the person is back. The time is in the past if the duty of the cover is over.
           */
          nobodyFrom: Type.Optional(Instant),
        },
        closed,
      ),
    ),
    /** The calls that the person cannot answer any more after she or he has left. */
    calls: Type.Array(
      Type.Object(
        {
          bed: Type.String(),
          /** The text of the alarm. */
          text: Type.String(),
          /** True: the person has accepted the call. False: the call waits for the person's answer. */
          isAccepted: Type.Boolean(),
          /** The names of other persons who have accepted and still go. */
          others: Type.Array(Type.String()),
          /**
           * At most one of the next three fields is present. All are absent if other persons go, or if nobody is left
           * to call. `next`: the person who is called next. `again`: the person who is called again, because everybody
           * has been called. `nextRound`: the person who is called first in the next round. This round begins after a
           * wait, because all other persons have rejected the call, or because some have rejected it and no repeated
           * call of the others can be confirmed.
           */
          next: Type.Optional(Type.String()),
          again: Type.Optional(Type.String()),
          nextRound: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type LeaveOutcome = Static<typeof LeaveOutcome>;
