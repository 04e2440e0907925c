/** `POST /api/associations/:associationId/what-if`: what other limits would have done over this patient's last 24 hours. Changes nothing. */
import { type Static, Type } from 'typebox';
import { LimitsAsked } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { limitGroups } from '../../contracts/parameters.ts';

const closed = { additionalProperties: false } as const;

/**
 * `limits` as in `POST …/limits`, and refused in the same way: 400 with both numbers. Absent: only what the limits in force would have
 * done.
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
    /** What was looked at: 24 hours, or less where another ward's or too many values lie before. */
    from: Instant,
    to: Instant,
    /** The first value in it; null where there is none, and nothing can be said. */
    since: Type.Union([Instant, Type.Null()]),
    /** The usual time between two values, ms; null where there are fewer than two. */
    everyMs: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    /** How long since the first value nothing came, beyond what the engine waits for a value, ms. */
    silentMs: Type.Number({ minimum: 0 }),
    /** How often each priority would have begun to call. */
    inForce: Calls,
    /** null where nothing was asked about. */
    entered: Type.Union([Calls, Type.Null()]),
  },
  closed,
);
export type WhatIf = Static<typeof WhatIf>;
