/**
 * The messages that devices publish over MQTT, and the message that the gateway sends to their inbox.
 *
 * Devices may send members that are not in the schema. Vigil ignores these members, but keeps them in the log. If a
 * message does not fit its schema, usable.ts decides which part of it is used.
 */
import { type Static, Type } from 'typebox';
import { type TechnicalConditionCode, technicalConditions } from '../parameters.ts';
import { instantSource } from '../time.ts';

const noOtherMembers = { additionalProperties: false } as const;
export const Instant = Type.String({
  pattern: instantSource,
  maxLength: 30,
  description: 'RFC 3339, UTC, milliseconds or finer',
});
export const Boot = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: 'random id of one start of the device',
});
export const Seq = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'counts from 1, separately for each boot and MQTT topic',
});
export const IntervalMs = Type.Integer({
  minimum: 100,
  maximum: 86_400_000,
  description: 'time until the next message is due, ms; default 1000',
});
export const Code = Type.String({ pattern: '^MDC_[A-Z0-9_]{1,60}$' });

/**
 * A device sends both `boot` and `seq`, or neither. If the device sends neither, the gateway adds its own `boot` and
 * `seq`.
 */
export const identityMembers = { boot: Type.Optional(Boot), seq: Type.Optional(Seq) };

export const validities = ['invalid', 'questionable', 'calibrating'] as const;
export type Validity = (typeof validities)[number];

/**
 * One numeric. If there is no value, `value` is absent and `validity` says why. Devices must not send a special number
 * instead.
 */
export const NumericValue = Type.Object({
  code: Code,
  value: Type.Optional(Type.Number()),
  unit: Type.String({ minLength: 1, maxLength: 20, description: 'UCUM' }),
  validity: Type.Optional(Type.Enum([...validities])),
});
export type NumericValue = Static<typeof NumericValue>;

/** Message to `devices/{deviceId}/observations`: the numerics of one instant. */
export const Observation = Type.Object({
  ...identityMembers,
  time: Instant,
  intervalMs: Type.Optional(IntervalMs),
  values: Type.Array(NumericValue, { minItems: 1, maxItems: 64 }),
});
export type Observation = Static<typeof Observation>;

/**
 * Longest time that the samples of one message may cover. The trace on the screen is blank until the message arrives.
 */
export const chunkMsMax = 10_000;

/**
 * Message to `devices/{deviceId}/waveforms`: samples of one wave, base64 of little-endian int16. The value -32768 is a
 * missing sample. The samples cover at most `chunkMsMax`.
 */
export const Waveform = Type.Object({
  ...identityMembers,
  start: Instant,
  code: Code,
  rateHz: Type.Number({ minimum: 1, maximum: 2000 }),
  scale: Type.Number(),
  offset: Type.Number(),
  samples: Type.String({ minLength: 4, maxLength: 65_536, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
});
export type Waveform = Static<typeof Waveform>;

const codes = Object.keys(technicalConditions) as TechnicalConditionCode[];

/** One technical condition, present or ended. If the condition is about one parameter, `code` is that parameter. */
export const TechnicalCondition = Type.Object({
  condition: Type.Enum([...codes]),
  code: Type.Optional(Code),
  present: Type.Boolean(),
});
export type TechnicalCondition = Static<typeof TechnicalCondition>;

/** The names on the device's label. Pass these texts through `visibleText` before you show them. */
export const StatusDevice = Type.Object({
  manufacturer: Type.String({ maxLength: 80 }),
  model: Type.String({ maxLength: 80 }),
  serial: Type.Optional(Type.String({ maxLength: 80 })),
  firmware: Type.Optional(Type.String({ maxLength: 80 })),
});
export type StatusDevice = Static<typeof StatusDevice>;

/**
 * Message to `devices/{deviceId}/status`: the birth message (`online: true`), changes of technical conditions, and the
 * will (`online: false`). Each message has the whole list of `conditions`. A will has no time; the gateway adds the
 * time at which the connection ended.
 */
export const Status = Type.Object({
  ...identityMembers,
  time: Type.Optional(Instant),
  online: Type.Boolean(),
  intervalMs: Type.Optional(IntervalMs),
  device: Type.Optional(StatusDevice),
  conditions: Type.Optional(Type.Array(TechnicalCondition, { maxItems: 64 })),
});
export type Status = Static<typeof Status>;

/** Message from the gateway to `devices/{deviceId}/inbox`: sent at each change and at least every 10 s. */
export const Inbox = Type.Object(
  {
    time: Instant,
    association: Type.Union([
      Type.Object({ associationId: Type.String(), from: Instant }, noOtherMembers),
      Type.Null(),
    ]),
    watched: Type.Boolean({ description: 'a screen of a clinician shows this bed' }),
  },
  noOtherMembers,
);
export type Inbox = Static<typeof Inbox>;
