/**
 * Messages of the dashboards for the delivery of alarms: reports of persons and pages (topic `delivery-commands`), and
 * how a person can be reached (topic `reach`).
 */
import { type Static, Type } from 'typebox';
import { languages } from '../languages.ts';
import { Instant } from './device.ts';
import { Actor } from './records.ts';

const closed = { additionalProperties: false } as const;
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const AlarmId = Type.String({ minLength: 16, maxLength: 64 });
const Round = Type.Integer({ minimum: 1 });
const person = { userId: Text(64), name: Text(80) };

/**
 * In the topic `delivery-commands`, from a dashboard. `at` is the time by the dashboard's clock. `by` is the person
 * whose session sent the command.
 */
export const DeliveryCommand = Type.Union([
  /** A person answers a call. `accepted` means "I go"; it does not acknowledge the alarm. */
  Type.Object(
    {
      type: Type.Literal('answer'),
      commandId: Uuid,
      at: Instant,
      by: Actor,
      alarmId: AlarmId,
      round: Round,
      answer: Type.Enum(['accepted', 'rejected']),
    },
    closed,
  ),
  /** A page or a service worker of the person confirms calls. `painted` also confirms the earlier stages. */
  Type.Object(
    {
      type: Type.Literal('receipt'),
      at: Instant,
      by: Actor,
      channel: Type.Enum(['screen', 'push']),
      stage: Type.Enum(['on-device', 'painted']),
      calls: Type.Array(Type.Object({ alarmId: AlarmId, callId: Text(100) }, closed), { minItems: 1, maxItems: 200 }),
    },
    closed,
  ),
  /** A page or a service worker of the person confirms a canary. */
  Type.Object(
    {
      type: Type.Literal('check-receipt'),
      at: Instant,
      by: Actor,
      channel: Type.Enum(['screen', 'push']),
      checkId: Uuid,
      stage: Type.Enum(['on-device', 'painted']),
    },
    closed,
  ),
]);
export type DeliveryCommand = Static<typeof DeliveryCommand>;

const reachFields = {
  reachId: Uuid,
  ...person,
  label: Text(80),
  addedAt: Instant,
  /** When the operator last asked for a test of the entry; absent if the operator never asked. */
  testedAt: Type.Optional(Instant),
  /** The language of the messages to this address; absent: English. */
  language: Type.Optional(Type.Enum([...languages])),
};
/**
 * In the topic `reach`, key `reachId`, compacted: one way to reach a person outside Vigil's own pages. A tombstone
 * removes the entry.
 */
export const ReachEntry = Type.Union([
  /** A subscription of the browser (W3C Push API, RFC 8291). `auth` and `p256dh` are base64url. */
  Type.Object(
    {
      channel: Type.Literal('push'),
      ...reachFields,
      endpoint: Type.String({ maxLength: 1_000, pattern: '^https://' }),
      p256dh: Type.String({ pattern: '^[A-Za-z0-9_-]{80,100}={0,2}$' }),
      auth: Type.String({ pattern: '^[A-Za-z0-9_-]{16,32}={0,2}$' }),
    },
    closed,
  ),
  Type.Object(
    {
      channel: Type.Literal('mail'),
      ...reachFields,
      address: Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@<>,;:"]+@[^\\s@<>,;:"]+$' }),
    },
    closed,
  ),
  /**
   * Another system that passes alarms on, for instance a pager system (Standard Webhooks). `secret` is `whsec_`,
   * followed by base64.
   */
  Type.Object(
    {
      channel: Type.Literal('webhook'),
      ...reachFields,
      url: Type.String({ maxLength: 1_000, pattern: '^https://' }),
      secret: Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,100}={0,2}$' }),
    },
    closed,
  ),
]);
export type ReachEntry = Static<typeof ReachEntry>;
