/**
 * The delivery of alarms to persons, between the server and the pages: live messages, and the bodies of the REST
 * routes. The meaning of a `DeliveryView` is in contracts/messages/deliveries.ts. No `node:` import here: the browser's
 * build reads this file.
 */
import { type Static, Type } from 'typebox';
import { duties } from '../../contracts/duty-names.ts';
import { languages } from '../../contracts/languages.ts';
import { Alarm, alertKinds } from '../../contracts/messages/alarms.ts';
import { Person } from '../../contracts/messages/assignments.ts';
import { callOutcomes, DeliveryView, receiptStages } from '../../contracts/messages/deliveries.ts';
import { deliveryChannels } from '../../contracts/messages/delivery-policy.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { priorities } from '../../contracts/priorities.ts';
import { Bed, Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const AlarmId = Type.String({ minLength: 16, maxLength: 64 });
const CallId = Type.String({ minLength: 1, maxLength: 100 });
const Channel = Type.Enum([...deliveryChannels]);
const Stage = Type.Enum([...receiptStages]);

/**
 * From the page: says that the page understands `Deliveries` and `Calls`. The page sends this message once for each
 * connection, after the first snapshot or heartbeat that has `deliveries`.
 */
export const WantDeliveries = Type.Object({ type: Type.Literal('want-deliveries') }, closed);

/**
 * The deliveries of the alarms in the scope of the screen. The server sends them after `WantDeliveries`, after each new
 * `Watch`, and at each change. Each view replaces the former view of its alarm.
 */
export const Deliveries = Type.Object(
  {
    type: Type.Literal('deliveries'),
    at: Instant,
    /** True: the message has all deliveries in the scope, and the page forgets all other deliveries. */
    complete: Type.Boolean(),
    views: Type.Array(DeliveryView),
    /** Alarms whose delivery is over. */
    gone: Type.Array(AlarmId),
  },
  closed,
);
export type Deliveries = Static<typeof Deliveries>;

/** An open call of the person who is logged in: Vigil has called this person, and the alarm still calls. */
export const MyCall = Type.Object(
  {
    callId: CallId,
    /** The round that an answer must name. */
    round: Type.Integer({ minimum: 1 }),
    calledAt: Instant,
    /** End of the wait for this person's answer; absent if the wait is over, or if the person has answered. */
    answerBy: Type.Optional(Instant),
    /** The answer of this person. */
    answered: Type.Optional(Type.Enum(['accepted', 'rejected'])),
    /** Other persons who have accepted. */
    acceptedBy: Type.Array(Type.String()),
    /** The person that Vigil calls if this person does not answer; absent if nobody is left. */
    next: Type.Optional(Type.String()),
    /**
     * Why Vigil does not wait for this person's answer any more. `unanswered`: the time was over. `unconfirmed`: no
     * page and no channel of the person confirmed the call in time. `undelivered`: each channel failed.
     */
    missed: Type.Optional(Type.Enum(['unanswered', 'unconfirmed', 'undelivered'])),
    /** Present if the person was called before in this round. */
    isAgain: Type.Optional(Type.Literal(true)),
    /** The ward has a technical alarm now, because nobody comes. */
    isWardTold: Type.Optional(Type.Literal(true)),
    /**
     * When Vigil calls persons again, unless somebody acknowledges the alarm before. Present if somebody goes to the
     * alarm.
     */
    againAt: Type.Optional(Instant),
    /**
     * The newest call of each other person in this round, in the order of the calls. If there are more than 8 persons,
     * only the last 8.
     */
    others: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), outcome: Type.Enum([...callOutcomes]) }, closed), {
        maxItems: 8,
      }),
    ),
    ward: Type.Union([Ward, Type.Null()]),
    alarm: Alarm,
    /** The bed with its values, as on the ward page. */
    bed: Type.Union([Bed, Type.Null()]),
  },
  closed,
);
export type MyCall = Static<typeof MyCall>;

/**
 * The open calls of the person, the most urgent first; at most 100. The server sends the list to each page of the
 * person after `WantDeliveries` and at each change. The scope of the page does not matter. The list replaces the former
 * list.
 */
export const Calls = Type.Object(
  {
    type: Type.Literal('calls'),
    at: Instant,
    calls: Type.Array(MyCall, { maxItems: 100 }),
    /** A canary. After the page has painted two frames, it sends the canary back in `CallsPainted`. */
    checkId: Type.Optional(Uuid),
  },
  closed,
);
export type Calls = Static<typeof Calls>;

/** From the page: it has painted these calls of its person, or the canary. */
export const CallsPainted = Type.Object(
  {
    type: Type.Literal('calls-painted'),
    calls: Type.Array(Type.Object({ alarmId: AlarmId, callId: CallId }, closed), { maxItems: 100 }),
    checkId: Type.Optional(Uuid),
  },
  closed,
);
export type CallsPainted = Static<typeof CallsPainted>;

/**
 * The part `delivery` of the heartbeat. Present only if something is wrong: since the given time, nobody is called in
 * these wards, or this server does not know whether persons are called.
 */
export const DeliveryDown = Type.Object(
  { wards: Type.Array(Ward, { maxItems: 200 }), since: Type.Union([Instant, Type.Null()]) },
  closed,
);
export type DeliveryDown = Static<typeof DeliveryDown>;

/**
 * The body of `POST /api/calls/:alarmId/answer`. `accepted` means "I go". This answer does not acknowledge the alarm.
 */
export const AnswerBody = Type.Object(
  { round: Type.Integer({ minimum: 1 }), answer: Type.Enum(['accepted', 'rejected']) },
  closed,
);
export type AnswerBody = Static<typeof AnswerBody>;

/**
 * The result of an `AnswerBody`. 200 `taken`: the person's answer counts. 200 `no-effect`: the person's answer does not
 * count; `reason` says why. 202 `unknown`: the delivery process has not confirmed the person's answer within 5 s.
 */
export const AnswerResult = Type.Object(
  { result: Type.Enum(['taken', 'no-effect', 'unknown']), reason: Type.Optional(Type.String()) },
  closed,
);
export type AnswerResult = Static<typeof AnswerResult>;

/** The body of `POST /api/push-receipt`, from the service worker: a push message is on the device. */
export const PushReceiptBody = Type.Object(
  {
    calls: Type.Array(Type.Object({ alarmId: AlarmId, callId: CallId }, closed), { maxItems: 100 }),
    checkId: Type.Optional(Uuid),
  },
  closed,
);
export type PushReceiptBody = Static<typeof PushReceiptBody>;

const Label = Type.String({ minLength: 1, maxLength: 80 });
/**
 * The language of the page. A person who has chosen no language gets messages in this language
 * (docs/decisions/081-preferences.md).
 */
const language = Type.Optional(Type.Enum([...languages]));
/**
 * The body of `POST /api/reach`: the person adds a way to be reached. `label` is for people: "Anna's phone, Chrome".
 */
export const ReachBody = Type.Union([
  Type.Object(
    {
      channel: Type.Literal('push'),
      label: Label,
      language,
      endpoint: Type.String({ maxLength: 1_000 }),
      p256dh: Type.String({ maxLength: 120 }),
      auth: Type.String({ maxLength: 60 }),
    },
    closed,
  ),
  Type.Object(
    { channel: Type.Literal('mail'), label: Label, language, address: Type.String({ maxLength: 254 }) },
    closed,
  ),
]);
export type ReachBody = Static<typeof ReachBody>;

/**
 * The answer to `POST /api/reach`. If the person already has an entry with this endpoint or mail address, the new entry
 * replaces the old entry. It keeps the old id, unless a service has ended the old entry. The server tries the new entry
 * at once, so a page can test the entry of its own browser. The page recognises this entry by the id.
 */
export const ReachAdded = Type.Object({ reachId: Uuid }, closed);
export type ReachAdded = Static<typeof ReachAdded>;

/** Whether a person can be reached now through one channel. The newest canary or receipt decides. */
export const ReachState = Type.Object(
  {
    channel: Channel,
    /** `unknown`: nothing was tried yet. */
    state: Type.Enum(['reached', 'asked', 'down', 'unknown']),
    /** The stage of the newest confirmation. */
    stage: Type.Optional(Stage),
    at: Type.Optional(Instant),
    /** Why the person cannot be reached, as a sentence. */
    reason: Type.Optional(Type.String()),
  },
  closed,
);
export type ReachState = Static<typeof ReachState>;

/**
 * The answer to `GET /api/reach`: the person's own entries, without secrets, and the state of each entry. `DELETE
 * /api/reach/:reachId` removes an entry.
 */
export const MyReach = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          reachId: Uuid,
          channel: Channel,
          label: Label,
          addedAt: Instant,
          /** Host of the push service, or the mail address. */
          address: Type.String(),
          state: ReachState,
        },
        closed,
      ),
    ),
    screen: ReachState,
    /** Which channels the hospital has set up. */
    offers: Type.Object({ push: Type.Boolean(), mail: Type.Boolean() }, closed),
  },
  closed,
);
export type MyReach = Static<typeof MyReach>;

/** The answer to `GET /api/push-key`: the VAPID public key, base64url. 404 if push is not set up. */
export const PushKey = Type.Object({ publicKey: Type.String() }, closed);

/**
 * The answer to `GET /api/wards/:ward/reach`: each person who has a duty now and is not away, and how she or he can be
 * reached.
 */
export const WardReach = Type.Object(
  {
    at: Instant,
    people: Type.Array(
      Type.Object(
        {
          ...Person.properties,
          duties: Type.Array(Type.Enum([...duties])),
          /**
           * True if the person's device has confirmed a message of a channel, and the person can answer through this
           * channel.
           */
          isReached: Type.Boolean(),
          channels: Type.Array(ReachState),
        },
        closed,
      ),
    ),
    /** The delivery process works. */
    isRunning: Type.Boolean(),
  },
  closed,
);
export type WardReach = Static<typeof WardReach>;

/**
 * The query of `GET /api/wards/:ward/who`: the persons that Vigil would call for an alarm at a bed at the time `at`.
 * Without `at`, the time is now.
 */
export const WhoQuery = Type.Object(
  {
    bed: Type.String({ minLength: 1, maxLength: 40 }),
    at: Type.Optional(Instant),
    kind: Type.Enum([...alertKinds]),
    priority: Type.Enum([...priorities]),
  },
  closed,
);
export type WhoQuery = Static<typeof WhoQuery>;

/**
 * The answer to `WhoQuery`. `notSent`: why Vigil calls nobody. `calls`: the calls that would come if nobody answers, in
 * their order.
 */
export const WhoAnswer = Type.Object(
  {
    at: Instant,
    policyVersion: Type.String(),
    notSent: Type.Optional(Type.String()),
    calls: Type.Array(
      Type.Object(
        {
          afterMs: Type.Integer({ minimum: 0 }),
          duty: Type.Enum([...duties]),
          ...Person.properties,
          standing: Type.Enum(['accepted', 'overdue', 'not-accepted']),
          channels: Type.Array(Channel),
          waitMs: Type.Integer({ minimum: 0 }),
          /** Why this person cannot take the call, as the end of a sentence: "has a disabled account". */
          fault: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    /** Duties for which nobody can be called. Each entry has the persons who have the duty but are away. */
    empty: Type.Array(Type.Object({ duty: Type.Enum([...duties]), away: Type.Array(Type.String()) }, closed)),
    /** What happens if nobody answers any of these calls, as a sentence. */
    end: Type.String(),
  },
  closed,
);
export type WhoAnswer = Static<typeof WhoAnswer>;
