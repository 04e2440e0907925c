/** `POST /api/associations/:associationId/what-if`: what other limits would have done over this patient's last 24 hours. Changes nothing. */
import { type Static, Type } from 'typebox';
import { LimitsAsked } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { limitGroups } from '../../contracts/parameters.ts';

const closed = { additionalProperties: false } as const;

/**
 * `limits` as in `POST …/limits`, and refused in the same way: 400 with both numbers. Absent: only the calls under the
 * limits in force.
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
    /** The time that was looked at: 24 hours, or less if another ward's or too many values lie before. */
    from: Instant,
    to: Instant,
    /** The first value in it; null if it holds no value: then no answer is possible. */
    since: Type.Union([Instant, Type.Null()]),
    /** The usual time between two values, ms; null if there are fewer than two. */
    everyMs: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    /** For how long after the first value no value came, beyond the time that the engine waits for one, ms. */
    silentMs: Type.Number({ minimum: 0 }),
    /** How often an alarm of each priority would have begun to call. */
    inForce: Calls,
    /** null if the question named no limits. */
    entered: Type.Union([Calls, Type.Null()]),
  },
  closed,
);
export type WhatIf = Static<typeof WhatIf>;
