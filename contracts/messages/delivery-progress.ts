/**
 * Messages about the progress of the delivery process, for its next start and for the screens. deliveries.ts has its
 * decisions.
 */
import { type Static, Type } from 'typebox';
import { clinicalPartitions } from '../topics.ts';
import { Instant } from './device.ts';

const closed = { additionalProperties: false } as const;
const Offset = Type.String({ pattern: '^[0-9]{1,19}$' });

/**
 * In the topic `deliveries`, at the end of each transaction: the next offsets to read. The decisions before this record
 * were made from all records before these offsets.
 */
export const DeliveryPositions = Type.Object(
  {
    /** The next offset in each partition of `alarms`. */
    alarms: Type.Array(Offset, { minItems: clinicalPartitions, maxItems: clinicalPartitions }),
    /** The next offset in `delivery-commands`. */
    commands: Offset,
  },
  closed,
);
export type DeliveryPositions = Static<typeof DeliveryPositions>;

/**
 * In the topic `deliveries`: one part of the state of the delivery process. All parts of a snapshot are in one
 * transaction. The next start needs only the newest snapshot and the records after it.
 */
export const DeliverySnapshot = Type.Object(
  {
    part: Type.Integer({ minimum: 1 }),
    parts: Type.Integer({ minimum: 1 }),
    /**
     * The version of the format of `content`. A process uses only snapshots of its own version; without such a
     * snapshot, it restores its state from the events.
     */
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    /** A part of the state, for the delivery process only (processors/delivery/snapshots.ts). */
    content: Type.Unknown(),
    positions: DeliveryPositions,
  },
  closed,
);
export type DeliverySnapshot = Static<typeof DeliverySnapshot>;

/**
 * In the topic `presence`, every second: a sign of life of a delivery process. `active`: this process delivers, and its
 * last decisions are in the log. `standby`: another process delivers, and this process takes over if that process ends.
 * Without a new `active` sign for `deliverySilentMs`, the server assumes that nobody is called.
 */
export const DeliverySign = Type.Object(
  { at: Instant, state: Type.Union([Type.Literal('active'), Type.Literal('standby')]) },
  closed,
);
export type DeliverySign = Static<typeof DeliverySign>;
/** Maximum number of pages that one record asks. The other pages are asked a few seconds later. */
export const askedPagesMax = 1_000;
/**
 * In the topic `canary`, every few seconds: the persons whose open pages must answer a canary now. These records are
 * not in `deliveries`, because that topic is kept for 400 days, and nobody needs these records a minute later.
 */
export const AskedPages = Type.Object(
  {
    at: Instant,
    asked: Type.Array(
      Type.Object(
        {
          userId: Type.String({ minLength: 1, maxLength: 64 }),
          checkId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
          /** When the canary was asked, ms since 1970, by the steady clock of the delivery process. */
          atMs: Type.Integer({ minimum: 0 }),
        },
        closed,
      ),
      { maxItems: askedPagesMax },
    ),
  },
  closed,
);
export type AskedPages = Static<typeof AskedPages>;
export type AskedPage = AskedPages['asked'][number];

/** How often a delivery process gives a sign of life, ms. */
export const deliverySignEveryMs = 1_000;
/**
 * Longest time without an `active` sign, ms. After this time, the server assumes that no delivery process runs. The
 * server's next heartbeat comes up to 1 s later. Screens must show the notice within 5 s (CLINICAL, "Delivery"). With a
 * limit of 4 s, the notice was on the screen only after 5.0 s (measured).
 */
export const deliverySilentMs = 3_500;
