/**
 * What happened to a device, in the topic `device-events`: its connections, its clock, its firmware, and how many of
 * its messages the gateway refused. The records have no value and no data of a patient, so people without a right to
 * see patients may read them.
 */
import { type Static, Type } from 'typebox';
import { Boot, Instant, Seq } from './device.ts';
import { DeviceId } from './records.ts';

const noOtherMembers = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z0-9-]+$' });

/**
 * The kinds of events that the gateway writes. After a start, a gateway does not remember its judgements of clocks. So
 * it writes the first judgement of each clock (`clock-wrong` or `clock-right`), even if nothing has changed. A notice
 * at the bed (contracts/bed-notices.ts) is an event too, with the notice as its kind.
 */
export const gatewayEventKinds = [
  'connected',
  'disconnected',
  'declared',
  'clock-set-back',
  'clock-wrong',
  'clock-right',
] as const;
export type GatewayEventKind = (typeof gatewayEventKinds)[number];

/**
 * One event. A reader ignores a kind that it does not know, so a newer gateway may write new kinds. The gateway may
 * write the same event twice, after an answer of Kafka was lost.
 */
export const DeviceEventRecord = Type.Object(
  {
    deviceId: DeviceId,
    /** When the event happened, by the gateway's clock. */
    receivedAt: Instant,
    kind: Name,
    /** Only with `disconnected`: why the connection ended (`connectionEndReasons`). */
    reason: Type.Optional(Name),
    /** Only with `connected`: when the certificate of the device ends. */
    certificateEndsAt: Type.Optional(Instant),
    /** Only with `declared`: what the device says about itself. */
    firmware: Type.Optional(Type.String({ maxLength: 80 })),
    serial: Type.Optional(Type.String({ maxLength: 80 })),
    /** Only with `clock-wrong`: the measured error, positive if the clock is behind. */
    clockErrorMs: Type.Optional(Type.Integer()),
    /** Number of earlier events of the device that were not written, because the device caused too many. */
    leftOut: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  noOtherMembers,
);
export type DeviceEventRecord = Static<typeof DeviceEventRecord>;

/** Maximum number of reasons in one count. There are fewer error codes for messages than this. */
export const refusalReasonsMax = 16;
/** Maximum number of ranges of numbers in one record. */
export const unusedRangesMax = 64;

/** Numbers of observations from `from` to `to`, both included, of one start (`boot`) of the device. */
export const NumberRange = Type.Object({ boot: Boot, from: Seq, to: Seq }, noOtherMembers);
export type NumberRange = Static<typeof NumberRange>;

/**
 * A count of the messages of one device that were not used, since `from`. `count` numbers the counts of one start of
 * the gateway. While the count grows, the gateway writes the whole count again. So a reader uses the largest record of
 * each count, and a record that comes twice changes nothing. A count ends after an hour; the next count has the next
 * number.
 */
export const RefusalsRecord = Type.Object(
  {
    deviceId: DeviceId,
    /** When the gateway received the last of these messages, by the gateway's clock. */
    receivedAt: Instant,
    /** When the gateway received the first of these messages. */
    from: Instant,
    /** Number of the count in this start of the gateway. */
    count: Type.Integer({ minimum: 1 }),
    /** The refused messages by the code of the reason (`ErrorCode`); `other` for reasons above the maximum. */
    refused: Type.Record(Name, Type.Integer({ minimum: 1 }), { maxProperties: refusalReasonsMax }),
    /** Readings that are kept, but not used, because their patient is not clear. */
    apart: Type.Integer({ minimum: 0 }),
    /**
     * The device's own numbers of the observations that were refused or kept apart since the previous record. A reader
     * does not count these numbers as missing. Ranges above the maximum (`unusedRangesMax`) are left out, so the
     * readings in these ranges look missing.
     */
    numbers: Type.Optional(Type.Array(NumberRange, { maxItems: unusedRangesMax })),
  },
  noOtherMembers,
);
export type RefusalsRecord = Static<typeof RefusalsRecord>;
