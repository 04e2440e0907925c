/**
 * Alarms as the processors write them and the screens read them. The model is BICEPS's (IEEE 11073-10207): a condition, its
 * signal, and who answered; see CLINICAL.md, "Alarm vocabulary".
 */
import { type Static, Type } from 'typebox';
import { audioPauseMsMax } from '../audio-pause.ts';
import { limitGroups } from '../parameters.ts';
import { Instant } from './device.ts';
import { Actor, AssociationId, DeviceId } from './records.ts';

const closed = { additionalProperties: false } as const;

const alertKinds = ['physiological', 'technical'] as const;
export type AlertKind = (typeof alertKinds)[number];
export const priorities = ['high', 'medium', 'low'] as const;
export type Priority = (typeof priorities)[number];
const signalPresences = ['on', 'off', 'latched', 'acknowledged'] as const;

/**
 * One alarm as it stands. Every event carries all of it, with `rev` counting its changes from 1, so that a reader keeps the
 * highest `rev` by `alarmId` and repeats are harmless.
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
    /** For people, without patient: `HR 134 > 120`. */
    text: Type.String({ maxLength: 120 }),
    value: Type.Optional(Type.Number({ description: 'the latest value that breached' })),
    limit: Type.Optional(Type.Number()),
    unit: Type.Optional(Type.String()),
    present: Type.Boolean({ description: 'the condition still holds' }),
    signal: Type.Enum([...signalPresences]),
    onsetAt: Type.String({ description: 'event time at which the condition began' }),
    determinedAt: Type.String({ description: 'event time at which its delay had passed' }),
    raisedAt: Type.String({ description: 'wall clock of the engine' }),
    onsets: Type.Integer({ minimum: 1, description: 'occurrences counted in this tile' }),
    late: Type.Boolean({ description: 'judged from readings that came late: not about now' }),
    escalation: Type.Integer({ minimum: 0 }),
    acknowledgedBy: Type.Optional(Actor),
    acknowledgedAt: Type.Optional(Instant),
    realarmAt: Type.Optional(Instant),
    resolvedAt: Type.Optional(Type.String({ description: 'event time at which the condition ended' })),
    audioPausedUntil: Type.Optional(Instant),
  },
  closed,
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

/** In `alarms`: what happened, and the alarm after it. `resolved` may leave it latched; after `cleared` it leaves the screens. */
export const AlarmEvent = Type.Object({ type: Type.Enum([...alarmEventTypes]), at: Instant, alarm: Alarm }, closed);
export type AlarmEvent = Static<typeof AlarmEvent>;

export const Limits = Type.Object(
  {
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    extremeLow: Type.Optional(Type.Number()),
    extremeHigh: Type.Optional(Type.Number()),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 30_000 })),
  },
  closed,
);
export type Limits = Static<typeof Limits>;

/** In `commands`: what a clinician asked for. `commandId` makes a repeat harmless. */
const asked = {
  commandId: Type.String({ minLength: 8, maxLength: 64 }),
  associationId: AssociationId,
  at: Instant,
  by: Actor,
};
export const Command = Type.Union([
  Type.Object(
    {
      type: Type.Literal('acknowledge'),
      ...asked,
      alarmId: Type.String(),
      rev: Type.Optional(Type.Integer({ minimum: 1, description: 'the revision of the alarm that the person saw' })),
    },
    closed,
  ),
  Type.Object(
    { type: Type.Literal('pause-audio'), ...asked, forMs: Type.Integer({ minimum: 1000, maximum: audioPauseMsMax }) },
    closed,
  ),
  Type.Object(
    {
      type: Type.Literal('set-limits'),
      ...asked,
      group: Type.Enum([...limitGroups]),
      limits: Type.Union([Limits, Type.Null()], { description: 'null: back to the ward profile' }),
    },
    closed,
  ),
]);
export type Command = Static<typeof Command>;

/**
 * In `alarm-state`: one association's engine state, written by the alarm processor for itself, and its live alarms, which a
 * screen reads at its start. `offsets` are the next ones to read: the state includes everything before them.
 */
export const AlarmState = Type.Object(
  {
    associationId: AssociationId,
    at: Instant,
    offsets: Type.Object({ observations: Type.String(), commands: Type.String() }, closed),
    live: Type.Array(Alarm, { maxItems: 200 }),
    engine: Type.Unknown(),
  },
  closed,
);
export type AlarmState = Static<typeof AlarmState>;
