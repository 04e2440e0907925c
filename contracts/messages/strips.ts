/**
 * Strips: the waves around the onset of an alarm. The strip writer writes one record into the topic `strips` for each
 * onset that it notices. A technical alarm without waves gets no strip. A second record (`rev` 2) follows only if waves
 * came later. Readers use the record with the highest `rev`. If two records have the same `rev`, readers use the first
 * record.
 */
import { type Static, Type } from 'typebox';
import { Alarm, LimitsInForce } from './alarms.ts';
import { Boot, Code, Instant, NumericValue, Seq, Waveform } from './device.ts';
import { AssociationId, DeviceId } from './records.ts';

const closed = { additionalProperties: false } as const;

/** The place of a wave record in the topic `waveforms`, and the identity of the device's message in this record. */
export const StripSource = Type.Object(
  {
    partition: Type.Integer({ minimum: 0 }),
    offset: Type.String({ pattern: '^\\d{1,19}$' }),
    boot: Boot,
    seq: Seq,
    receivedAt: Instant,
  },
  closed,
);

/**
 * One message of the device with samples of one wave, exactly as the device sent it. The message may begin before the
 * strip and end after the strip.
 */
export const StripChunk = Type.Object(
  {
    code: Code,
    start: Instant,
    rateHz: Waveform.properties.rateHz,
    scale: Type.Number(),
    offset: Type.Number(),
    samples: Waveform.properties.samples,
    source: StripSource,
  },
  closed,
);
export type StripChunk = Static<typeof StripChunk>;

/**
 * What a strip contains. `waves`: at least one wave, or waves that were too large (`leftOut`). `no-waves`: the device
 * sent no waves for this time. `not-kept`: the waves were no longer kept when the strip was written. `unreadable`:
 * there were waves, but no record could be opened.
 */
export const stripContents = ['waves', 'no-waves', 'not-kept', 'unreadable'] as const;
export type StripContent = (typeof stripContents)[number];

/** A numeric at the onset, with its own time. */
const StripNumeric = Type.Object({ ...NumericValue.properties, at: Instant }, closed);
export type StripNumeric = Static<typeof StripNumeric>;

export const Strip = Type.Object(
  {
    /** The key of the record: `<alarmId>.<onset>` (contracts/strip-key.ts). */
    stripId: Type.String({ minLength: 18, maxLength: 64 }),
    rev: Type.Integer({ minimum: 1 }),
    associationId: AssociationId,
    deviceId: DeviceId,
    alarmId: Alarm.properties.alarmId,
    /** Which onset of the alarm this is: 1 for the first. */
    onset: Type.Integer({ minimum: 1 }),
    /** The onset by the clock of the device, as in the waves. */
    onsetAt: Instant,
    /**
     * Vigil computed the onset from the time of its judgement, because the record of the alarm has only the time of the
     * first onset.
     */
    onsetIsComputed: Type.Optional(Type.Literal(true)),
    /** The onset by the clock of the engine. */
    onsetWallAt: Instant,
    writtenAt: Instant,
    content: Type.Enum([...stripContents]),
    /** Whether each wave has messages for the whole time of the strip. If not, a second record may follow. */
    isComplete: Type.Boolean(),
    /** The alarm as it was when it began. */
    alarm: Alarm,
    /** The limits in force at the onset; absent if the strip writer did not know them. */
    limits: Type.Optional(LimitsInForce),
    numerics: Type.Array(StripNumeric, { maxItems: 64 }),
    /** Sorted by code and start. */
    chunks: Type.Array(StripChunk, { maxItems: 5_000 }),
    /** Codes of waves that are left out, because the strip would be too large. */
    leftOut: Type.Optional(Type.Array(Code, { maxItems: 64 })),
    /**
     * Number of wave records of about this time that could not be opened. Such a record may be the reason for a gap.
     */
    unreadable: Type.Optional(Type.Integer({ minimum: 1 })),
    /** base64url of SHA-256 over the bytes that `stripBytes` returns (contracts/strip-bytes.ts). */
    digest: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  },
  closed,
);
export type Strip = Static<typeof Strip>;
