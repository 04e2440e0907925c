/**
 * The delivery policy: who is called for an alarm, in which order, through which channels, and how long Vigil waits for
 * an answer. A policy is data with a version. contracts/delivery-policy.ts has the built-in policy and the rules that a
 * schema cannot express.
 */
import { type Static, Type } from 'typebox';
import { minuteMs, secondMs } from '../durations.ts';
import { duties } from '../duty-names.ts';

const closed = { additionalProperties: false } as const;

/** How a message can reach a person. */
export const deliveryChannels = ['screen', 'push', 'mail', 'webhook'] as const;
export type DeliveryChannel = (typeof deliveryChannels)[number];

/** Shortest wait for an answer, ms (ours): a person needs time to take a phone out of a pocket and to read. */
export const waitMsMin = 10 * secondMs;
/** Longest wait for an answer, ms (ours). */
export const waitMsMax = 10 * minuteMs;
/** Maximum number of steps of a chain. */
export const chainStepsMax = 8;

const WaitMs = Type.Integer({ minimum: waitMsMin, maximum: waitMsMax });

/** One step of a chain: the persons with this duty are called one after the other, and each has `waitMs` to answer. */
export const ChainStep = Type.Object(
  {
    duty: Type.Enum([...duties]),
    channels: Type.Array(Type.Enum([...deliveryChannels]), {
      minItems: 1,
      maxItems: deliveryChannels.length,
      uniqueItems: true,
    }),
    waitMs: WaitMs,
  },
  closed,
);
export type ChainStep = Static<typeof ChainStep>;

/** A chain: who is called one after the other for an alarm. */
export const CallChain = Type.Object(
  {
    steps: Type.Array(ChainStep, { minItems: 1, maxItems: chainStepsMax }),
    /** Time between two calls of the last person of the chain, ms. */
    repeatMs: WaitMs,
    /** Time from an acceptance, ms. If nobody acknowledges the alarm within this time, the chain starts again. */
    acceptedMs: Type.Integer({ minimum: 30 * secondMs, maximum: 10 * minuteMs }),
    /** Nothing is sent about an alarm if its latest onset, escalation or re-alarm is longer ago than this. */
    ageMsMax: Type.Integer({ minimum: minuteMs, maximum: 60 * minuteMs }),
    /** How long an alarm must last before the first call. Absent: the first call is immediate. */
    firstAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: minuteMs })),
  },
  closed,
);
export type CallChain = Static<typeof CallChain>;

/** Alarms that call nobody. They are only on the screens. */
export const NotSent = Type.Object({ notSent: Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' }) }, closed);
export type NotSent = Static<typeof NotSent>;

/**
 * Alarms of this kind and priority that begin to call from `from` (included) to `until` (excluded) of each day, in
 * `timeZone`, call nobody as long as they last, also after `until`. An alarm that called before `from` goes on
 * calling.
 */
export const QuietHours = Type.Object(
  {
    from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
    until: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
    timeZone: Type.String({ minLength: 1, maxLength: 40 }),
  },
  closed,
);
export type QuietHours = Static<typeof QuietHours>;

/** A chain for alarms of low priority. Only such alarms may have quiet hours. */
export const LowChain = Type.Object({ ...CallChain.properties, quietHours: Type.Optional(QuietHours) }, closed);
export type LowChain = Static<typeof LowChain>;

/** The chains of one kind of alarm. Alarms of high priority always call somebody. */
export type KindChains = {
  readonly high: CallChain;
  readonly medium: CallChain | NotSent;
  readonly low: LowChain | NotSent;
};

/** The chains of a ward. */
export type WardChains = { readonly physiological: KindChains; readonly technical: KindChains };

export type DeliveryPolicy = {
  readonly version: string;
  readonly hospital: WardChains;
  readonly wards: Readonly<Record<string, WardChains>>;
};
