/**
 * The answer to `GET /api/associations/:associationId/wave-times`: the times for which the server has waves of a stay,
 * without the samples. All times are ms since 1970, by the clock of the device.
 */
import { type Static, Type } from 'typebox';
import { Code } from '../../contracts/messages/device.ts';

const closed = { additionalProperties: false } as const;
const Ms = Type.Integer();

/** Maximum number of empty times of one wave. If there are more, the oldest are left out (ours). */
export const emptyTimesMax = 500;

/**
 * `after`: `change` of the former answer. Then `changed` has only the minutes for which samples came since the former
 * answer.
 */
export const WaveTimesQuery = Type.Object(
  { after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) },
  closed,
);
export type WaveTimesQuery = Static<typeof WaveTimesQuery>;

export const WaveTimes = Type.Object(
  {
    change: Type.Integer({ minimum: 0 }),
    /** All samples from before this time should have come. */
    toMs: Ms,
    /** The waves of which at least one sample is known. */
    waves: Type.Array(
      Type.Object(
        {
          code: Code,
          /**
           * From this time on, `empty` has each outage of at least 10 s. For the time before, outages are not known.
           */
          fromMs: Ms,
          empty: Type.Array(Type.Object({ fromMs: Ms, toMs: Ms }, closed), { maxItems: emptyTimesMax }),
        },
        closed,
      ),
    ),
    /** The minutes whose samples came since `after`, the earliest first. */
    changed: Type.Array(Ms),
  },
  closed,
);
export type WaveTimes = Static<typeof WaveTimes>;
