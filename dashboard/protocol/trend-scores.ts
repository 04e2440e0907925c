/** The REST bodies about the scores of a trend, with the parts of each score. A screen uses only the types. */
import { type Static, Type } from 'typebox';
import { dayMs } from '../../contracts/durations.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { consciousnessLevels, newsParameters } from '../../contracts/score-names.ts';
import { tableRowsMax } from '../../contracts/trend-bounds.ts';

const closed = { additionalProperties: false } as const;
const Ms = Type.Integer();

/** Which score of a step the server chooses. A chart draws the highest score, and a table shows the last score. */
export const scorePicks = ['highest', 'last'] as const;
export type ScorePick = (typeof scorePicks)[number];

/**
 * The query of `GET /api/associations/:associationId/trends/news2?from=…&to=…&stepMs=60000&pick=last`. The times are by
 * the server's clock, as in the query of a trend. `stepMs` is the step of the trend or the interval of the table.
 */
export const TrendScoresQuery = Type.Object(
  {
    from: Instant,
    to: Instant,
    stepMs: Type.Integer({ minimum: 1_000, maximum: dayMs }),
    pick: Type.Enum([...scorePicks]),
  },
  closed,
);
export type TrendScoresQuery = Static<typeof TrendScoresQuery>;

/**
 * One input of a score. If `points` is absent, the input is missing: it was not measured, it is too old, or its points
 * depend on an input that is not known.
 */
export const ScoredPart = Type.Object(
  {
    parameter: Type.Enum([...newsParameters]),
    value: Type.Optional(Type.Union([Type.Number(), Type.Boolean(), Type.Enum([...consciousnessLevels])])),
    /** How old the value was at the time of the score. */
    ageMs: Type.Optional(Ms),
    points: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
  },
  closed,
);
export type ScoredPart = Static<typeof ScoredPart>;

/** One published NEWS2 with its parts. The alarm processor used exactly these values and points for this score. */
export const ScoreOfStep = Type.Object(
  {
    /** The start of the step, as in the trend. */
    stepAtMs: Ms,
    /** When the alarm processor made the score, by the clock of the device. */
    atMs: Ms,
    scale: Type.Union([Type.Literal(1), Type.Literal(2)]),
    /** Null if a part is missing. */
    total: Type.Union([Type.Integer(), Type.Null()]),
    atLeast: Type.Integer(),
    parts: Type.Array(ScoredPart, { maxItems: newsParameters.length }),
  },
  closed,
);
export type ScoreOfStep = Static<typeof ScoreOfStep>;

/** All times are by the device's clock. */
export const TrendScores = Type.Object(
  {
    /** The chosen scores of each step: at most one score with a total, and one score without. */
    scores: Type.Array(ScoreOfStep, { maxItems: 2 * (tableRowsMax + 1) }),
    /** The server did not read the scores of steps that begin before this time. */
    knownFromMs: Ms,
    /** If a step ends after this time, the server may not have read all its scores. */
    knownToMs: Ms,
    /** False if the record of a score could not be opened, or if the log does not reach back so far. */
    isWhole: Type.Boolean(),
  },
  closed,
);
export type TrendScores = Static<typeof TrendScores>;
