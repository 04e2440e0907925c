/**
 * The rules of a profile: delays, hysteresis, off-delays and priorities of its limits. The alarm processor publishes
 * them with the limits in force, so that the dashboard can compute the effect of other limits with the same rules.
 */
import { type Static, Type } from 'typebox';
import { limitGroups } from '../parameters.ts';
import { priorities } from '../priorities.ts';

const noOtherMembers = { additionalProperties: false } as const;
/** Longest delay (CLINICAL, "Delays": 0 to 30 s). */
const DelayMs = Type.Integer({ minimum: 0, maximum: 30_000 });
const OffDelayMs = Type.Integer({ minimum: 0, maximum: 60_000 });
const Priority = Type.Enum([...priorities]);
const OptionalMs = Type.Optional(Type.Integer({ minimum: 0 }));
/** The times after which a present alarm sounds again, and after which an unacknowledged alarm is escalated. */
const repeatTimes = {
  realarmMs: OptionalMs,
  escalationMs: Type.Optional(Type.Object({ high: OptionalMs, medium: OptionalMs, low: OptionalMs }, noOtherMembers)),
};
const extremeLimits = { extremeLow: Type.Optional(Type.Number()), extremeHigh: Type.Optional(Type.Number()) };

const Steps = Type.Unsafe<readonly { readonly by: number; readonly ms: number }[]>(
  Type.Array(Type.Object({ by: Type.Number(), ms: DelayMs }, noOtherMembers), { maxItems: 8 }),
);
const Delay = Type.Union([
  Type.Object({ kind: Type.Literal('fixed'), ms: DelayMs }, noOtherMembers),
  Type.Object(
    {
      kind: Type.Literal('tiered'),
      ms: DelayMs,
      steps: Steps,
    },
    noOtherMembers,
  ),
  Type.Object({ kind: Type.Literal('area'), unitMs: Type.Integer({ minimum: 1 }), capMs: DelayMs }, noOtherMembers),
]);

const Bound = Type.Object(
  {
    limit: Type.Number(),
    delay: Delay,
    priority: Type.Optional(Priority),
    hysteresis: Type.Optional(Type.Number({ minimum: 0 })),
    offDelayMs: Type.Optional(OffDelayMs),
    ...repeatTimes,
  },
  noOtherMembers,
);

const GroupRules = Type.Union([
  Type.Object({ off: Type.String({ maxLength: 120 }), ...extremeLimits }, noOtherMembers),
  Type.Object(
    {
      priority: Priority,
      low: Type.Optional(Bound),
      high: Type.Optional(Bound),
      ...extremeLimits,
      hysteresis: Type.Number({ minimum: 0 }),
      offDelayMs: OffDelayMs,
      ...repeatTimes,
    },
    noOtherMembers,
  ),
]);

/** The rules of each group, without the patient's own limits. */
export const LimitRules = Type.Object(
  Object.fromEntries(limitGroups.map((group) => [group, GroupRules])) as Record<
    (typeof limitGroups)[number],
    typeof GroupRules
  >,
  noOtherMembers,
);
export type LimitRules = Static<typeof LimitRules>;
