/**
 * The body and the answer of `POST /api/associations/:associationId/what-if`: how many alarms other limits would have
 * raised in this patient's last 24 hours. The request changes nothing.
 */
import { type Static, Type } from 'typebox';
import { LimitsAsked } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { limitGroups } from '../../contracts/parameters.ts';

const closed = { additionalProperties: false } as const;

/**
 * `limits` follows the rules of `LimitsBody`; invalid limits get the answer 400 with both numbers. If `limits` is
 * absent, the answer has only the numbers for the limits in force.
 */
export const WhatIfBody = Type.Object(
  { group: Type.Enum(limitGroups), limits: Type.Optional(Type.Union([LimitsAsked, Type.Null()])) },
  closed,
);
export type WhatIfBody = Static<typeof WhatIfBody>;

const Count = Type.Integer({ minimum: 0 });
const Calls = Type.Object({ high: Count, medium: Count, low: Count }, closed);
export type WhatIfCalls = Static<typeof Calls>;

export const WhatIf = Type.Object(
  {
    /**
     * The examined time: 24 hours. The time is shorter if there are too many values, or if a device without a bed has
     * been in its tray for less than 24 hours.
     */
    from: Instant,
    to: Instant,
    /** The time of the first value between `from` and `to`. Null if there is no value; then no answer is possible. */
    since: Type.Union([Instant, Type.Null()]),
    /** The mean time between two values, without `silentMs`, ms; null if there are fewer than two values. */
    everyMs: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    /** The total time in which values were overdue for the alarm engine, from the first value on, ms. */
    silentMs: Type.Number({ minimum: 0 }),
    /** The number of alarms of each priority that would have begun to call with the limits in force. */
    inForce: Calls,
    /** The same number with the `limits` of the body; null if the body has no `limits`. */
    entered: Type.Union([Calls, Type.Null()]),
  },
  closed,
);
export type WhatIf = Static<typeof WhatIf>;
