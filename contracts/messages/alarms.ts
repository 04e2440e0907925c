/**
 * Messages about alarms, between the alarm processor, the dashboard and the screens. The model comes from BICEPS (IEEE
 * 11073-10207): a condition, its signal, and who acknowledged it. See CLINICAL.md, "Alarm vocabulary".
 */
import { type Static, type TSchema, Type } from 'typebox';
import { audioPauseMsMax } from '../audio-pause.ts';
import { limitGroups } from '../parameters.ts';
import { priorities } from '../priorities.ts';
import { standbyMsMax, standbyMsMin } from '../standby.ts';
import { Instant } from './device.ts';
import { LimitRules } from './limit-rules.ts';
import { Actor, AssociationId, DeviceId } from './records.ts';
import { Assessment, Scores } from './scores.ts';

const noOtherMembers = { additionalProperties: false } as const;

export const alertKinds = ['physiological', 'technical'] as const;
export type AlertKind = (typeof alertKinds)[number];
export type Priority = (typeof priorities)[number];
const signalPresences = ['on', 'off', 'latched', 'acknowledged'] as const;

/**
 * The first value beyond a limit at the first onset of an alarm, with the parameter and the limit. `unit`: UCUM. For a
 * score, `code` is the name of its alarm, and `text` is the text of the alarm at the onset, with the parts of the
 * score.
 */
export const AtOnset = Type.Object(
  {
    ...{ code: Type.String(), value: Type.Number(), limit: Type.Number(), unit: Type.String() },
    text: Type.Optional(Type.String({ maxLength: 120 })),
  },
  noOtherMembers,
);

/**
 * An alarm. Every event carries the whole alarm. `rev` counts the changes of the alarm from 1. A reader keeps the
 * highest `rev` of each `alarmId`, so a repeated event does no harm.
 */
export const Alarm = Type.Object(
  {
    alarmId: Type.String({
      minLength: 16,
      maxLength: 64,
      description: 'hash of association, condition and onset event time',
    }),
    rev: Type.Integer({ minimum: 1 }),
    associationId: AssociationId,
    deviceId: DeviceId,
    condition: Type.String({ description: 'e.g. HR.high, SpO2.extreme-low, no-data, disconnected, MDC_EVT_LEADS_OFF' }),
    kind: Type.Enum([...alertKinds]),
    priority: Type.Enum([...priorities]),
    code: Type.Optional(Type.String({ description: 'MDC reference id of the parameter' })),
    origin: Type.Optional(
      Type.Enum(['device'], { description: 'the device itself raised the alarm; absent if Vigil raised it' }),
    ),
    under: Type.Optional(
      Type.String({
        maxLength: 80,
        description: 'condition of the more serious alarm with the same cause, which sounds instead of this alarm',
      }),
    ),
    /** Text for people, without the patient's name: `HR 134 > 120`. */
    text: Type.String({ maxLength: 120 }),
    value: Type.Optional(Type.Number({ description: 'the latest value outside the limit' })),
    limit: Type.Optional(Type.Number()),
    unit: Type.Optional(Type.String()),
    /**
     * Absent for alarms without a limit, in older records, and for an alarm of the device itself, if the first message
     * with this alarm did not have the value at the onset.
     */
    atOnset: Type.Optional(AtOnset),
    present: Type.Boolean({ description: 'the condition still holds' }),
    signal: Type.Enum([...signalPresences]),
    onsetAt: Type.String({ description: 'event time at which the condition began' }),
    determinedAt: Type.String({ description: 'event time at which its delay had passed' }),
    raisedAt: Type.String({ description: 'wall clock of the engine' }),
    onsets: Type.Integer({ minimum: 1, description: 'how often the condition has begun' }),
    late: Type.Boolean({ description: 'judged from readings that came late, so it does not show the current state' }),
    escalation: Type.Integer({ minimum: 0 }),
    acknowledgedBy: Type.Optional(Actor),
    acknowledgedAt: Type.Optional(Instant),
    realarmAt: Type.Optional(Instant),
    resolvedAt: Type.Optional(Type.String({ description: 'event time at which the condition ended' })),
    audioPausedUntil: Type.Optional(Instant),
  },
  noOtherMembers,
);
export type Alarm = Static<typeof Alarm>;

const alarmEventTypes = [
  'raised',
  'updated',
  'escalated',
  'acknowledged',
  'realarmed',
  'audio-paused',
  'resolved',
  'cleared',
] as const;
export type AlarmEventType = (typeof alarmEventTypes)[number];

/**
 * In the topic `alarms`: an event, and the alarm after this event. After `resolved` the alarm may stay latched. After
 * `cleared` screens remove the alarm.
 */
export const AlarmEvent = Type.Object(
  { type: Type.Enum([...alarmEventTypes]), at: Instant, alarm: Alarm },
  noOtherMembers,
);
export type AlarmEvent = Static<typeof AlarmEvent>;

const DelayMs = Type.Integer({ minimum: 0, maximum: 30_000 });
export const Limits = Type.Object(
  {
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    extremeLow: Type.Optional(Type.Number()),
    extremeHigh: Type.Optional(Type.Number()),
    delayMs: Type.Optional(DelayMs),
  },
  noOtherMembers,
);
export type Limits = Static<typeof Limits>;

/**
 * The plain limits of a group are switched off until this instant. Extreme limits, asystole and apnoea still raise
 * alarms.
 */
export const LimitsOff = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' }), until: Instant },
  noOtherMembers,
);
export type LimitsOff = Static<typeof LimitsOff>;

/** A patient's own limits of a group. Each own limit replaces the same limit of the profile. */
export const OwnLimits = Type.Object({ ...Limits.properties, off: Type.Optional(LimitsOff) }, noOtherMembers);
export type OwnLimits = Static<typeof OwnLimits>;

const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
/**
 * A change of a patient's own limits. A limit that is left out stays as it is. Null removes the patient's own limit.
 */
export const LimitsAsked = Type.Object(
  {
    low: orNull(Type.Number()),
    high: orNull(Type.Number()),
    extremeLow: orNull(Type.Number()),
    extremeHigh: orNull(Type.Number()),
    delayMs: orNull(DelayMs),
    off: orNull(LimitsOff),
  },
  noOtherMembers,
);
export type LimitsAsked = Static<typeof LimitsAsked>;

const origins = ['built-in', 'hospital', 'ward'] as const;

/** The origin of a profile of limits. `version` is the version of the file of profiles. */
export const ProfileSource = Type.Object(
  { origin: Type.Enum([...origins]), version: Type.String({ minLength: 1, maxLength: 40 }) },
  noOtherMembers,
);
export type ProfileSource = Static<typeof ProfileSource>;

/**
 * The limits of one group that are in force. A limit that is in `own` comes from the patient; every other limit comes
 * from the profile. One exception: if the patient has own limits of the heart rate, the pulse may have these limits.
 */
export const GroupInForce = Type.Object(
  {
    group: Type.Enum([...limitGroups]),
    limits: Limits,
    /** The limits without the patient's own limits. */
    base: Limits,
    own: Type.Optional(OwnLimits),
    /** Who last set or removed the patient's own limits. */
    changed: Type.Optional(Type.Object({ by: Actor, at: Instant }, noOtherMembers)),
    /** Present while the plain limits are switched off. If there is no `until`, the profile switched them off. */
    off: Type.Optional(
      Type.Object({ reason: Type.String({ maxLength: 120 }), until: Type.Optional(Instant) }, noOtherMembers),
    ),
  },
  noOtherMembers,
);
export type GroupInForce = Static<typeof GroupInForce>;

/**
 * The limits that are in force for a patient. Written to `alarms` when they change, and to `alarm-state`. Screens show
 * them without change. Readers use the record with the highest `rev` of an association. If `profile` is null, no
 * profile fits this patient, and no limits apply. `rules` are the rules of a profile of the hospital or of a ward; they
 * are absent for the built-in profile, and in older records.
 */
export const LimitsInForce = Type.Object(
  {
    associationId: AssociationId,
    rev: Type.Integer({ minimum: 1 }),
    at: Instant,
    profile: Type.Union([ProfileSource, Type.Null()]),
    groups: Type.Array(GroupInForce, { maxItems: limitGroups.length }),
    rules: Type.Optional(LimitRules),
  },
  noOtherMembers,
);
export type LimitsInForce = Static<typeof LimitsInForce>;

/** The reason for a standby. */
export const StandbyReason = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });

export const Standby = Type.Object(
  { since: Instant, until: Instant, reason: StandbyReason, by: Actor },
  noOtherMembers,
);
export type Standby = Static<typeof Standby>;

/**
 * Whether a bed is on standby. Written to `alarms` at each change, and to `alarm-state`. Readers use the record with
 * the highest `rev` of an association. If `standby` is null, the standby has ended.
 */
export const StandbyInForce = Type.Object(
  {
    associationId: AssociationId,
    rev: Type.Integer({ minimum: 1 }),
    at: Instant,
    standby: Type.Union([Standby, Type.Null()]),
  },
  noOtherMembers,
);
export type StandbyInForce = Static<typeof StandbyInForce>;

/**
 * The members of every command: who requested it, and when. A command that is read twice with the same `commandId` is
 * carried out once.
 */
const commandMembers = {
  commandId: Type.String({ minLength: 8, maxLength: 64 }),
  associationId: AssociationId,
  at: Instant,
  by: Actor,
};
/** In the topic `commands`: a clinician's request. */
export const Command = Type.Union([
  Type.Object(
    {
      type: Type.Literal('acknowledge'),
      ...commandMembers,
      alarmId: Type.String(),
      rev: Type.Optional(Type.Integer({ minimum: 1, description: 'the revision of the alarm that the person saw' })),
    },
    noOtherMembers,
  ),
  Type.Object(
    {
      type: Type.Literal('pause-audio'),
      ...commandMembers,
      forMs: Type.Integer({ minimum: 1000, maximum: audioPauseMsMax }),
    },
    noOtherMembers,
  ),
  Type.Object(
    {
      type: Type.Literal('set-limits'),
      ...commandMembers,
      group: Type.Enum([...limitGroups]),
      limits: Type.Union([LimitsAsked, Type.Null()], { description: 'null: back to the ward profile' }),
    },
    noOtherMembers,
  ),
  Type.Object({ type: Type.Literal('enter-assessment'), ...commandMembers, ...Assessment.properties }, noOtherMembers),
  Type.Object(
    {
      type: Type.Literal('standby'),
      ...commandMembers,
      reason: StandbyReason,
      forMs: Type.Integer({ minimum: standbyMsMin, maximum: standbyMsMax }),
    },
    noOtherMembers,
  ),
  Type.Object({ type: Type.Literal('end-standby'), ...commandMembers }, noOtherMembers),
]);
export type Command = Static<typeof Command>;

/**
 * In the topic `alarms`: the answer to a command. A command that is processed again after a crash gets the same answer
 * again. `at` is when the person gave the command. `reason` is a sentence that says why the command was refused.
 */
export const CommandAnswer = Type.Object(
  {
    commandId: Type.String({ minLength: 8, maxLength: 64 }),
    associationId: AssociationId,
    type: Type.Enum(['acknowledge', 'pause-audio', 'set-limits', 'enter-assessment', 'standby', 'end-standby']),
    at: Instant,
    accepted: Type.Boolean(),
    reason: Type.Optional(Type.String({ maxLength: 400 })),
  },
  noOtherMembers,
);
export type CommandAnswer = Static<typeof CommandAnswer>;

/**
 * In the topic `alarm-state`: `engine` is the state of the alarm engine for one association; only alarm processors read
 * it. `live` has the active alarms; a dashboard that starts reads them. The state includes all records before
 * `offsets`.
 */
export const AlarmState = Type.Object(
  {
    associationId: AssociationId,
    at: Instant,
    offsets: Type.Object({ observations: Type.String(), commands: Type.String() }, noOtherMembers),
    live: Type.Array(Alarm, { maxItems: 200 }),
    /** Absent in records written before 2026-12. */
    limits: Type.Optional(LimitsInForce),
    /** Absent if the bed was never on standby. */
    standby: Type.Optional(StandbyInForce),
    /** Absent for a patient without scores. */
    scores: Type.Optional(Scores),
    engine: Type.Unknown(),
  },
  noOtherMembers,
);
export type AlarmState = Static<typeof AlarmState>;
