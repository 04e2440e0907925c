/**
 * Messages about the delivery of alarms to persons (IEC 60601-1-8, distributed alarm system with operator
 * confirmation). The delivery process writes its decisions and the confirmations of the channels into the topic
 * `deliveries`. delivery-commands.ts has the messages of the dashboards.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { duties } from '../duty-names.ts';
import { priorities } from '../priorities.ts';
import { alertKinds } from './alarms.ts';

import { CallChain, deliveryChannels } from './delivery-policy.ts';
import { Instant } from './device.ts';
import { AssociationId } from './records.ts';

const closed = { additionalProperties: false } as const;
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
/**
 * Schema for one of the texts in `values`. `Type.Unsafe` keeps the type of the list, which `Type.Enum` alone would
 * lose.
 */
const oneOf = <const T extends readonly string[]>(values: T) => Type.Unsafe<T[number]>(Type.Enum([...values]));
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A time in ms since 1970, by the steady clock of the delivery process. */
const Ms = Type.Integer({ minimum: 0 });
const AlarmId = Type.String({ minLength: 16, maxLength: 64 });
/** `<alarmId>/<round>/<number of the call in the round>`. */
const CallId = Text(100);
const MessageId = Text(120);
const UserId = Text(64);
const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Channel = oneOf(deliveryChannels);
const person = { userId: UserId, name: Text(80) };

/**
 * The stages of a message, as the channels and pages confirm them. `sent`: the message has left Vigil. `taken`: the
 * service (push service, mail server, other system) has the message. `on-device`: the person's device has the message.
 * `painted`: a page has shown the message. `answered`: the person has answered.
 */
export const receiptStages = ['sent', 'taken', 'on-device', 'painted', 'answered'] as const;
export type ReceiptStage = (typeof receiptStages)[number];

/**
 * The state of a call. `waiting`: no answer yet. `unanswered`: no answer within the wait (`undefined` in IEC
 * 60601-1-8). `unconfirmed`: no channel confirmed in time that the message has left. `undelivered`: every channel
 * through which the person could answer failed. `gone`: the person no longer has the duty, or is away. `informed`: the
 * person cannot answer through these channels.
 */
export const callOutcomes = [
  'waiting',
  'accepted',
  'rejected',
  'unanswered',
  'unconfirmed',
  'undelivered',
  'gone',
  'informed',
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/**
 * The phase of a round. `beginning`: the alarm must last before the first call. `calling`: a person is called.
 * `repeating`: the chain is at its end, and the last person is called again. `accepted`: a person goes to the patient.
 * `stopped`: the alarm does not call any more. `expired`: the alarm is too old to be sent.
 */
export const deliveryPhases = ['beginning', 'calling', 'repeating', 'accepted', 'stopped', 'expired'] as const;
export type DeliveryPhase = (typeof deliveryPhases)[number];

/** Why the ward has a technical alarm about the delivery of an alarm. */
export const wardNotices = ['nobody-to-call', 'nobody-answers', 'too-old'] as const;
export type WardNotice = (typeof wardNotices)[number];

/** Why an alarm calls nobody any more. */
export const stopReasons = ['acknowledged', 'ended', 'other-alarm-calls', 'late'] as const;
export type StopReason = (typeof stopReasons)[number];

export const roundCauses = ['new', 'more-urgent', 'not-acknowledged', 'fresh-again', 'all-rejected'] as const;
export type RoundCause = (typeof roundCauses)[number];

const ofAlarm = { alarmId: AlarmId, atMs: Ms };
const decision = <const Name extends string, const Members extends Record<string, TSchema>>(
  name: Name,
  members: Members,
) => Type.Object({ type: Type.Literal(name), ...ofAlarm, ...members }, closed);
const Round = Type.Integer({ minimum: 1 });
const NewCall = Type.Object(
  {
    callId: CallId,
    step: Type.Integer({ minimum: 0 }),
    duty: oneOf(duties),
    ...person,
    channels: Type.Array(Channel, { minItems: 1, maxItems: deliveryChannels.length }),
    waitMs: Ms,
    repeat: Type.Integer({ minimum: 0 }),
  },
  closed,
);

/**
 * A decision about one alarm. The process computes its state only from these events and from `MessageDecision`
 * (processors/delivery/core/evolve.ts).
 */
export const AlarmDecision = Type.Union([
  decision('alarm-seen', {
    associationId: AssociationId,
    rev: Type.Integer({ minimum: 1 }),
    kind: oneOf(alertKinds),
    priority: oneOf(priorities),
    onsets: Type.Integer({ minimum: 1 }),
    quiet: orNull(oneOf(stopReasons)),
    freshAtMs: Ms,
  }),
  decision('alarm-cleared', {}),
  decision('not-sent', { reason: Text(200) }),
  decision('round-started', {
    round: Round,
    cause: oneOf(roundCauses),
    priority: oneOf(priorities),
    policyVersion: Text(40),
    chain: CallChain,
    dueAtMs: orNull(Ms),
  }),
  decision('called', {
    round: Round,
    call: NewCall,
    associationId: AssociationId,
    priority: oneOf(priorities),
    dueAtMs: Ms,
  }),
  decision('confirmed', { callId: CallId, channel: Channel }),
  decision('channel-failed', { callId: CallId, channel: Channel }),
  decision('call-ended', { callId: CallId, outcome: oneOf(['unanswered', 'unconfirmed', 'undelivered', 'gone']) }),
  decision('accepted', { round: Round, userId: UserId, dueAtMs: Ms }),
  decision('rejected', { round: Round, userId: UserId }),
  decision('chain-ended', { notice: oneOf(wardNotices), dueAtMs: Ms }),
  decision('repeat-skipped', { dueAtMs: Ms }),
  decision('expired', {}),
  decision('stopped', { why: oneOf(stopReasons) }),
  decision('resumed', {}),
  decision('wait-restarted', { dueAtMs: Ms }),
]);

/** A call as people see it. */
export const CallView = Type.Object(
  {
    callId: CallId,
    duty: oneOf(duties),
    ...person,
    channels: Type.Array(Channel, { maxItems: deliveryChannels.length }),
    /**
     * The channels through which a message with this call has left; for each channel, how far the message has come, and
     * since when.
     */
    sent: Type.Array(Type.Object({ channel: Channel, stage: oneOf(receiptStages), atMs: Ms }, closed), {
      maxItems: deliveryChannels.length,
    }),
    failed: Type.Array(Channel, { maxItems: deliveryChannels.length }),
    outcome: oneOf(callOutcomes),
    calledAtMs: Ms,
    repeat: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type CallView = Static<typeof CallView>;

/**
 * The delivery of one alarm as people see it: the state after an event. A reader keeps the newest view of each
 * `alarmId`.
 */
export const DeliveryView = Type.Object(
  {
    alarmId: AlarmId,
    associationId: AssociationId,
    ward: orNull(Text(40)),
    bed: orNull(Text(40)),
    kind: oneOf(alertKinds),
    priority: oneOf(priorities),
    /**
     * The text and the onset of the alarm, as messages show them. Newer texts of the same alarm are only in `alarms`.
     */
    text: Type.Optional(Type.String({ maxLength: 200 })),
    onsetAt: Type.Optional(Type.String({ maxLength: 40 })),
    /** The name and value of the measurement at the onset, such as `HR 161`. Absent if `text` has the same value. */
    onsetValue: Type.Optional(Type.String({ maxLength: 60 })),
    /**
     * Why the policy sends nothing about this alarm; null if the policy sends, or if the ward has never had an
     * assignment.
     */
    notSent: orNull(Text(200)),
    /** Null: no round has started. */
    phase: orNull(oneOf(deliveryPhases)),
    /** Number of the round; 0 if no round has started. An answer contains the number of its round. */
    round: Type.Integer({ minimum: 0 }),
    policyVersion: orNull(Text(40)),
    /** The technical alarm that the ward has now about this alarm. */
    notice: orNull(oneOf(wardNotices)),
    /** End of the present wait; null if the round does not wait. */
    dueAtMs: orNull(Ms),
    acceptedBy: Type.Array(Type.Object(person, closed), { maxItems: 64 }),
    /**
     * The calls of the present round, the first call first. If there are more, only the newest 4 repeated calls, and
     * only the newest 40 of all calls.
     */
    calls: Type.Array(CallView, { maxItems: 40 }),
  },
  closed,
);
export type DeliveryView = Static<typeof DeliveryView>;

/** One message to one person. A repeated message has the same id. */
export const MessageDecision = Type.Object(
  {
    type: Type.Literal('message'),
    messageId: MessageId,
    atMs: Ms,
    ...person,
    channel: Channel,
    /** All calls of the message, the most urgent first. `dueAtMs` is the end of the person's wait. */
    calls: Type.Array(Type.Object({ alarmId: AlarmId, callId: CallId, dueAtMs: Ms }, closed), { minItems: 1 }),
    /** Number of calls that the text of the message counts but does not name. */
    onlyCounted: Type.Integer({ minimum: 0 }),
    /** The latest time for the confirmation of a channel. */
    confirmDueAtMs: Ms,
  },
  closed,
);

/**
 * A channel or a page reports how far a message has come. The report itself changes nothing in the delivery; `explain`
 * and the pages show the report.
 */
export const ReceiptSeen = Type.Object(
  {
    type: Type.Literal('receipt'),
    atMs: Ms,
    messageId: Type.Optional(MessageId),
    alarmId: AlarmId,
    callId: CallId,
    userId: UserId,
    channel: Channel,
    stage: Type.Optional(oneOf(receiptStages)),
    /** Present if the channel failed. `transient`: the channel tries again by itself. */
    failure: Type.Optional(Type.Object({ class: oneOf(['transient', 'permanent']), reason: Text(200) }, closed)),
  },
  closed,
);

export type ReceiptSeen = Static<typeof ReceiptSeen>;

/**
 * The result of an answer. `taken: false` means that the answer has no effect; `reason` is a sentence with the reason
 * for the person.
 */
export const AnswerSeen = Type.Object(
  {
    type: Type.Literal('answer-seen'),
    atMs: Ms,
    commandId: Uuid,
    alarmId: AlarmId,
    userId: UserId,
    answer: oneOf(['accepted', 'rejected']),
    taken: Type.Boolean(),
    reason: Type.Optional(Text(200)),
  },
  closed,
);

/**
 * The canary of a person's channel: a silent message that shows whether the person can be reached now. `asked`: the
 * canary was sent and has no result yet. `reached`: the canary was confirmed with the given stage. `down`: the canary
 * failed, or no answer came in time.
 */
export const ReachSeen = Type.Object(
  {
    type: Type.Literal('reach-seen'),
    atMs: Ms,
    ...person,
    channel: Channel,
    /** The entry of the topic `reach`; absent for the channel `screen`. */
    reachId: Type.Optional(Uuid),
    checkId: Uuid,
    state: oneOf(['asked', 'reached', 'down']),
    /** Only with `asked`: `testedAt` of the tested entry. So an operator finds the canary of her or his own test. */
    testedAt: Type.Optional(Instant),
    stage: Type.Optional(oneOf(receiptStages)),
    reason: Type.Optional(Text(200)),
  },
  closed,
);
export type ReachSeen = Static<typeof ReachSeen>;

/**
 * The service reported that an entry of the topic `reach` does not exist any more (push: 404 or 410). From now on,
 * nothing is sent to this entry.
 */
export const ReachEnded = Type.Object(
  { type: Type.Literal('reach-ended'), atMs: Ms, reachId: Uuid, userId: UserId, channel: Channel, reason: Text(200) },
  closed,
);
export type ReachEnded = Static<typeof ReachEnded>;

/**
 * The delivery process could not write a decision, because the record did not fit its schema: a fault of Vigil. The
 * process carries out the decision and sends the messages, but the log does not show the decision.
 */
export const NotWritten = Type.Object(
  {
    type: Type.Literal('not-written'),
    atMs: Ms,
    /** The type of the event that is missing. */
    missing: Text(40),
    /** The alarms that the event is about. Empty: any alarm. */
    alarmIds: Type.Array(AlarmId, { maxItems: 200 }),
  },
  closed,
);
export type NotWritten = Static<typeof NotWritten>;

/**
 * In the topic `deliveries`: one event of the delivery process. `after` is the delivery of the alarm after the event;
 * null when the alarm is over and screens remove it. A delivery needs many more bytes than an event. So `after` is
 * absent if a later record of the transaction has the delivery of this alarm, too. But `round-started` keeps it, and so
 * does a decision that only receipts follow.
 */
export const DeliveryRecord = Type.Union([
  Type.Object({ event: AlarmDecision, after: Type.Optional(orNull(DeliveryView)) }, closed),
  Type.Object({ event: MessageDecision }, closed),
  /** `after` is absent if the alarm of the receipt is over, or if the receipt changed nothing. */
  Type.Object({ event: ReceiptSeen, after: Type.Optional(DeliveryView) }, closed),
  Type.Object({ event: AnswerSeen }, closed),
  Type.Object({ event: ReachSeen }, closed),
  Type.Object({ event: ReachEnded }, closed),
  Type.Object({ event: NotWritten }, closed),
]);
export type DeliveryRecord = Static<typeof DeliveryRecord>;
