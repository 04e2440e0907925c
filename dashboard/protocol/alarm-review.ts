/** The answer to `GET /api/alarm-review`: the alarms of a time, newest first. All times are ms since 1970. */
import { type Static, type TSchema, Type } from 'typebox';
import { duties } from '../../contracts/duty-names.ts';
import { AtOnset, alertKinds, ProfileSource } from '../../contracts/messages/alarms.ts';
import { CallView, callOutcomes, wardNotices } from '../../contracts/messages/deliveries.ts';
import { deliveryChannels } from '../../contracts/messages/delivery-policy.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { AssociationId } from '../../contracts/messages/records.ts';
import { priorities } from '../../contracts/priorities.ts';

const closed = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Ms = Type.Integer();
const Count = Type.Integer({ minimum: 0 });
const Name = Type.String({ minLength: 1, maxLength: 80 });

/**
 * Maximum and usual number of alarms on one page. An audit record can name 200 patients, so one record can name all
 * patients of a page.
 */
export const reviewPageMax = 190;
export const reviewPageDefault = 100;

/** Without a filter, the answer has all alarms that the account may see. `from` is included, `to` is not. */
export const AlarmReviewQuery = Type.Object(
  {
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    ward: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    bed: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    /** A person who was called about the alarm, accepted a call about it, or acknowledged it. */
    userId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    priority: Type.Optional(Type.Enum([...priorities])),
    condition: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    /**
     * Selects the patient of this association. The answer has the alarms of all devices of this patient. Without a
     * patient that the account may see, the answer has the alarms of this association.
     */
    associationId: Type.Optional(AssociationId),
    answer: Type.Optional(Type.Enum(['answered', 'unanswered'])),
    /** `next` of the former page. */
    before: Type.Optional(Type.String({ pattern: '^\\d{1,16}\\.[A-Za-z0-9_-]{1,64}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: reviewPageMax })),
  },
  closed,
);
export type AlarmReviewQuery = Static<typeof AlarmReviewQuery>;

/** Maximum number of alarms in one exported file. */
export const reviewExportMax = 20_000;
/** The filters of `POST /api/alarm-review/export`. */
export const AlarmReviewExport = Type.Omit(AlarmReviewQuery, ['before', 'limit'], closed);
export type AlarmReviewExport = Static<typeof AlarmReviewExport>;

const Answerer = { userId: Type.String(), name: Type.String(), atMs: Ms };

/** One call of a person. `round`: the pass through the chain of the policy. */
export const ReviewedCall = Type.Object(
  {
    ...CallView.properties,
    /** `ended-unanswered`: before the person answered, Vigil stopped calling or began a new round. */
    outcome: Type.Enum([...callOutcomes, 'ended-unanswered']),
    round: Type.Integer({ minimum: 1 }),
    /** The channels of the delivery policy that this call did not use. */
    channelsLeftOut: Type.Array(
      Type.Object(
        {
          channel: Type.Enum([...deliveryChannels]),
          /**
           * `called-before`: an earlier call used the channel. `not-reached`: the person could not be reached through
           * the channel.
           */
          why: Type.Enum(['called-before', 'not-reached']),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ReviewedCall = Static<typeof ReviewedCall>;

/** The calls about one alarm. */
export const ReviewedCalls = Type.Object(
  {
    /** The first call first. */
    list: Type.Array(ReviewedCall),
    /** Number of repeated calls that the list leaves out. */
    onlyCounted: Count,
    /**
     * Duties of the chain for which Vigil called nobody, because each person with the duty could not be called or had
     * been called before.
     */
    dutiesLeftOut: Type.Array(Type.Object({ duty: Type.Enum([...duties]), atMs: Ms }, closed)),
    /** Why the policy called nobody when the alarm began. */
    notSent: orNull(Type.String()),
    /** The newest technical alarm that the ward got because of these calls. */
    notice: orNull(Type.Enum([...wardNotices])),
  },
  closed,
);
export type ReviewedCalls = Static<typeof ReviewedCalls>;

/** One alarm and its events. A member is null if its event did not happen, or if its value is not known. */
export const ReviewedAlarmRow = Type.Object(
  {
    alarmId: Type.String(),
    associationId: AssociationId,
    deviceId: Type.String(),
    condition: Type.String(),
    kind: Type.Enum([...alertKinds]),
    /** The highest priority that the alarm had. */
    priority: Type.Enum([...priorities]),
    /** The text at the beginning of the alarm. */
    text: Type.String(),
    /** The value when the alarm was raised, and the limit that the value crossed. */
    value: orNull(Type.Number()),
    limit: orNull(Type.Number()),
    unit: orNull(Type.String()),
    /** The first value beyond the limit, before the delay of the alarm. Taken from the newest record of the alarm. */
    atOnset: orNull(AtOnset),
    /** When the condition began, by the clock of the device. */
    onsetMs: orNull(Ms),
    raisedMs: Ms,
    /** When the alarm first called; null if the alarm has never called. */
    calledAtMs: orNull(Ms),
    late: Type.Boolean(),
    onsets: Type.Integer({ minimum: 1 }),
    /** The highest number of escalations that the alarm has had. An acknowledgement sets the present number to 0. */
    escalation: Count,
    /** The condition still holds. */
    present: Type.Boolean(),
    resolvedMs: orNull(Ms),
    /** When the alarm left the screens. */
    clearedMs: orNull(Ms),
    /** The persons who were called, in the order of their first calls. */
    called: Type.Array(Type.Object({ ...Answerer, duty: Type.String() }, closed)),
    /** Each call with its channels and its outcome. */
    calls: ReviewedCalls,
    accepted: Type.Array(Type.Object(Answerer, closed)),
    /** `atMs`: when the person pressed the button. */
    acknowledged: Type.Array(Type.Object(Answerer, closed)),
    /**
     * Time from the first call of the alarm until a person answered. To answer is to accept a call or to acknowledge
     * the alarm.
     */
    answerMs: orNull(Count),
    /** Whether a person answered the last call of the alarm. */
    answered: Type.Boolean(),
    /**
     * The wards and beds in which the patient was while the alarm lasted, in order of time. Leaves out wards that the
     * account may not see.
     */
    places: Type.Array(Type.Object({ ward: Type.String(), bed: orNull(Type.String()) }, closed)),
    patient: orNull(
      Type.Object({ patientId: Type.String(), familyName: Type.String(), givenName: Type.String() }, closed),
    ),
    /** The profile of limits that was in force at the beginning. */
    profile: orNull(ProfileSource),
    /** False: the first events of the alarm are missing, so its first value is not known. */
    whole: Type.Boolean(),
  },
  closed,
);
export type ReviewedAlarmRow = Static<typeof ReviewedAlarmRow>;

/** A patient with many alarms, and the most frequent condition among these alarms. */
export const BusyPatient = Type.Object(
  {
    patientId: Type.String(),
    familyName: Type.String(),
    givenName: Type.String(),
    alarms: Count,
    condition: Type.String(),
    conditionAlarms: Count,
    /** The association of the newest alarm with this condition. */
    associationId: AssociationId,
  },
  closed,
);
export type BusyPatient = Static<typeof BusyPatient>;

/** How many alarms a condition had. */
export const ConditionCount = Type.Object(
  { condition: Type.String(), alarms: Count, unanswered: Count, medianAnswerMs: orNull(Count) },
  closed,
);
export type ConditionCount = Static<typeof ConditionCount>;

export const AlarmReview = Type.Object(
  {
    at: Ms,
    rows: Type.Array(ReviewedAlarmRow, { maxItems: reviewPageMax }),
    /** The `before` of the request for the next page; null on the last page. */
    next: orNull(Type.String()),
    /** Counts of all alarms that match the filters. The alarms on other pages count too. */
    counts: Type.Object(
      {
        total: Count,
        high: Count,
        medium: Count,
        low: Count,
        /** The alarms whose last call nobody answered. */
        unanswered: Count,
        medianAnswerMs: orNull(Count),
        /**
         * The sum of the occupied days of all beds of the query. Counts only the time for which the list has all
         * alarms.
         */
        bedDays: Type.Number({ minimum: 0 }),
      },
      closed,
    ),
    /** The conditions with the most alarms that match the filters. */
    byCondition: Type.Array(ConditionCount),
    /** The patients with the most alarms that match the filters. */
    busiest: Type.Array(BusyPatient),
    /** What the filters can select: the beds, persons and conditions of the alarms in this time and ward. */
    choices: Type.Object(
      {
        beds: Type.Array(Name),
        persons: Type.Array(Type.Object({ userId: Type.String(), name: Type.String() }, closed)),
        conditions: Type.Array(Type.String()),
      },
      closed,
    ),
    /** The list has all alarms that were raised from this time on. Older alarms may be missing. */
    completeFromMs: Ms,
    /** False while the server still reads older alarms or calls. Then alarms may be missing in the list. */
    isRead: Type.Boolean(),
  },
  closed,
);
export type AlarmReview = Static<typeof AlarmReview>;
