/** The answer to `GET /api/alarms/:alarmId/strip`: the waves around an onset of an alarm. */
import { type Static, Type } from 'typebox';
import { Strip } from '../../contracts/messages/strips.ts';
import { missingStrips } from '../../contracts/strip-words.ts';
import { ReviewedAlarmRow } from './alarm-review.ts';

const closed = { additionalProperties: false } as const;

/** `onset`: 1 for the first onset of the alarm, which is the default. */
export const StripQuery = Type.Object(
  { onset: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) },
  closed,
);
export type StripQuery = Static<typeof StripQuery>;

export const StripAnswer = Type.Object(
  {
    at: Type.Integer(),
    alarm: ReviewedAlarmRow,
    onset: Type.Integer({ minimum: 1 }),
    strip: Type.Union([Strip, Type.Null()]),
    /** Why there is no strip; null if there is a strip. */
    missing: Type.Union([Type.Enum([...missingStrips]), Type.Null()]),
    /** Whether the digest that the server computed from the samples equals the stored digest. */
    isDigestRight: Type.Boolean(),
    /**
     * True: the alarm history no longer has the alarm. Then `alarm` has only the data of the strip, and `alarm.onsets`
     * is the number of the strip's onset.
     */
    isOlder: Type.Boolean(),
  },
  closed,
);
export type StripAnswer = Static<typeof StripAnswer>;
