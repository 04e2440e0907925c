/**
 * The answer to `GET /api/wards/:ward/shift`: what has happened to the patients of a ward since an instant. A member
 * that is not known is null, and never 0 or empty. Exceptions: the tasks (`areNotesRead` says whether they are known)
 * and the persons of the ward (`duties` says whether they are known). All times are ms since 1970. No `node:` import
 * here: the browser's build reads this file.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Instant } from '../../contracts/messages/device.ts';
import { AssociationId } from '../../contracts/messages/records.ts';
import { limitGroups } from '../../contracts/parameters.ts';
import { priorities } from '../../contracts/priorities.ts';
import { newsParameters } from '../../contracts/score-names.ts';

const closed = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Ms = Type.Integer();
const Count = Type.Integer({ minimum: 0 });
const Names = Type.Array(Type.String());
const Group = Type.Enum([...limitGroups]);

/** `bed`: only this bed. `from` is at most 72 h before now. The alarm history is kept for a day longer. */
export const ShiftQuery = Type.Object(
  { from: Instant, bed: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })) },
  closed,
);
export type ShiftQuery = Static<typeof ShiftQuery>;

/** `unknown`: the server has no answer of the alarm processor, so it does not know whether the change was made. */
export const limitsOutcomes = ['made', 'refused', 'unknown'] as const;

/**
 * One request to change limits. `from` is a text with the limits before the change. `to` is a text with the limits that
 * the person asked for. The limits of `to` have been in force only if the outcome is `made`.
 */
export const LimitsChange = Type.Object(
  {
    atMs: Ms,
    by: Type.String(),
    group: orNull(Group),
    from: orNull(Type.String()),
    to: orNull(Type.String()),
    outcome: Type.Enum([...limitsOutcomes]),
    /** Why the alarm processor refused the change. */
    reason: Type.Optional(Type.String()),
    /** `verified` of the record in the audit trail (audit.ts). */
    isProven: Type.Boolean(),
  },
  closed,
);
export type LimitsChange = Static<typeof LimitsChange>;

/**
 * A NEWS2 score. If `total` is null, an input is missing, and the score is `atLeast` or more. `atMs`: the time of the
 * score. `missing`: the names of the missing inputs; absent for a stored score, which does not have these names.
 */
export const NewsAt = Type.Object(
  {
    total: orNull(Count),
    atLeast: Count,
    atMs: Ms,
    missing: Type.Optional(Type.Array(Type.Enum([...newsParameters]))),
  },
  closed,
);
export type NewsAt = Static<typeof NewsAt>;

/**
 * Why there is no present score. `not-adult`: NEWS2 is for adults only. `not-scored`: the alarm processor has published
 * no score. `no-input`: no input has points. `too-old`: an input became too old, and no newer score came.
 */
export const noNewsReasons = ['not-adult', 'not-scored', 'no-input', 'too-old'] as const;
/**
 * Why there is no score for the beginning. `no-device`: the patient had no device then. `not-stored`: no score is
 * stored near the beginning. `no-answer`: InfluxDB did not answer in time.
 */
export const noStartNewsReasons = ['not-adult', 'no-device', 'not-stored', 'no-answer'] as const;
export type NoNewsReason = (typeof noNewsReasons)[number];
export type NoStartNewsReason = (typeof noStartNewsReasons)[number];

export const ShiftPatient = Type.Object(
  {
    associationId: AssociationId,
    bed: Type.String(),
    patient: Type.Object(
      {
        patientId: Type.String(),
        familyName: Type.String(),
        givenName: Type.String(),
        birthDate: Type.Optional(Type.String()),
      },
      closed,
    ),
    /** When the first of the patient's present devices was assigned. */
    sinceMs: orNull(Ms),
    /** The alarms that were raised since the beginning; null if the server has not read them. */
    alarms: orNull(
      Type.Object(
        {
          ...{ total: Count, high: Count, medium: Count, low: Count, unanswered: Count },
          commonest: orNull(Type.Object({ condition: Type.String(), alarms: Count }, closed)),
        },
        closed,
      ),
    ),
    /** The newest changes of limits since the beginning, the oldest first. */
    changes: Type.Array(LimitsChange),
    /** How many older changes the list leaves out. */
    changesLeftOut: Count,
    /** The groups whose limits are off; null if the alarm processor has not published the limits of a device. */
    limitsOff: orNull(Type.Array(Type.Object({ group: Group, reason: Type.String(), untilMs: orNull(Ms) }, closed))),
    standby: orNull(Type.Object({ sinceMs: Ms, untilMs: Ms, reason: Type.String(), by: Type.String() }, closed)),
    news2: Type.Object(
      {
        now: Type.Union([NewsAt, Type.Enum([...noNewsReasons])]),
        atStart: Type.Union([NewsAt, Type.Enum([...noStartNewsReasons])]),
      },
      closed,
    ),
    /** The open points without the standby and the note, which have their own members. */
    open: Type.Array(
      Type.Object(
        {
          type: Type.Enum(['alarm', 'pause', 'limits']),
          text: Type.String(),
          /** Only for an alarm. */
          priority: Type.Optional(Type.Enum([...priorities])),
          isUnanswered: Type.Optional(Type.Boolean()),
          /** Only for own limits: the limits of the ward, and the limits in force. */
          from: Type.Optional(Type.String()),
          to: Type.Optional(Type.String()),
          /** Only for a pause of the sound. */
          untilMs: Type.Optional(Ms),
        },
        closed,
      ),
    ),
    /** How many open points the list leaves out. */
    openLeftOut: Count,
    note: orNull(Type.Object({ text: Type.String(), by: Type.String(), atMs: Ms }, closed)),
    /**
     * The open tasks, and the tasks that were ticked off since the beginning. If `areNotesRead` is false, the tasks are
     * not known.
     */
    tasks: Type.Object(
      {
        open: Type.Array(Type.Object({ text: Type.String(), by: Type.String(), atMs: Ms }, closed)),
        done: Type.Array(Type.Object({ text: Type.String(), by: Type.String(), atMs: Ms }, closed)),
        /**
         * Number of ticked-off tasks that the list leaves out, because they were ticked off before the listed tasks.
         */
        doneLeftOut: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
    /** The responsible nurse; null if nobody is responsible. Also null if the nurse is not known (`duties`). */
    nurse: orNull(Type.String()),
  },
  closed,
);
export type ShiftPatient = Static<typeof ShiftPatient>;

export const ShiftSummary = Type.Object(
  {
    at: Ms,
    fromMs: Ms,
    ward: Type.String(),
    /** The summary has all alarms that were raised from this time on. */
    alarmsFromMs: Ms,
    /** The summary has all changes of limits that were made from this time on. */
    changesFromMs: Ms,
    /** `away`: the server does not reach Kafka, so the summary has no newer events. */
    kafka: Type.Enum(['ok', 'away']),
    /** `stale`: no alarm processor judges some of the readings, so alarms may be missing. */
    alarmsState: Type.Enum(['ok', 'stale']),
    areNotesRead: Type.Boolean(),
    /**
     * `unread`: the server has not read the assignments. `unused`: nobody has used the assignment board of the ward.
     */
    duties: Type.Enum(['used', 'unused', 'unread']),
    chargeNurses: Names,
    physicians: Names,
    /** The patients of the ward, by bed. */
    patients: Type.Array(ShiftPatient),
  },
  closed,
);
export type ShiftSummary = Static<typeof ShiftSummary>;
