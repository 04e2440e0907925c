/** The REST bodies about trends that the dashboard's server and a screen exchange. A screen uses only the types. */
import { type Static, Type } from 'typebox';
import { alertKinds } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { limitGroups } from '../../contracts/parameters.ts';
import { priorities } from '../../contracts/priorities.ts';
import { limitChangesMax, markedAlarmsMax } from '../../contracts/trend-bounds.ts';

const closed = { additionalProperties: false } as const;
export const TrendCode = Type.String({ pattern: '^(MDC|VIGIL)_[A-Z0-9_]{1,60}$' });
const Ms = Type.Integer();

/** An alarm in the time of a trend. Times are ms since 1970. */
export const MarkedAlarm = Type.Object(
  {
    alarmId: Type.String(),
    priority: Type.Enum([...priorities]),
    kind: Type.Enum([...alertKinds]),
    text: Type.String(),
    /** When its condition began, by the time of the device. */
    onsetMs: Ms,
    /** When its condition ended; null if it is still present. */
    endMs: Type.Union([Ms, Type.Null()]),
  },
  closed,
);
export type MarkedAlarm = Static<typeof MarkedAlarm>;

/** The limits of an association from `atMs` on. A group without limits, or whose limits are switched off, is absent. */
export const LimitsFrom = Type.Object(
  {
    atMs: Ms,
    groups: Type.Array(
      Type.Object(
        { group: Type.Enum([...limitGroups]), low: Type.Optional(Type.Number()), high: Type.Optional(Type.Number()) },
        closed,
      ),
      { maxItems: limitGroups.length },
    ),
  },
  closed,
);
export type LimitsFrom = Static<typeof LimitsFrom>;

/** The alarms and limits in the time of a trend. */
export const TrendMarks = Type.Object(
  {
    /** In the order of their onsets. */
    alarms: Type.Array(MarkedAlarm, { maxItems: markedAlarmsMax }),
    /**
     * If there are too many alarms, the alarms that ended first are left out. `count`: how many alarms are left out.
     * `untilMs`: when the last of these alarms ended. Null if no alarm is left out.
     */
    leftOut: Type.Union([Type.Object({ count: Type.Integer({ minimum: 1 }), untilMs: Ms }, closed), Type.Null()]),
    /** In the order of time. Before the first entry the limits are not known. */
    limits: Type.Array(LimitsFrom, { maxItems: limitChangesMax }),
    /**
     * The server has all alarms from this time on, ms since 1970; null while the server is still reading older alarms.
     */
    knownFromMs: Type.Union([Ms, Type.Null()]),
  },
  closed,
);
export type TrendMarks = Static<typeof TrendMarks>;

/**
 * Where the values of an answer come from.
 * - `store`: from InfluxDB. `missingFromMs` is present if InfluxDB lacks values from this time on, and the log could
 * not be read.
 * - `store-and-log`: from InfluxDB. The values from `logFromMs` on come from the log. Between `missingFromMs` and
 * `logFromMs` values are missing, because the log could not be read so far back.
 * - `log`: InfluxDB did not answer.
 */
export const TrendSource = Type.Union([
  Type.Object({ from: Type.Literal('store'), missingFromMs: Type.Optional(Ms) }, closed),
  Type.Object(
    { from: Type.Enum(['store-and-log', 'log']), missingFromMs: Ms, logFromMs: Ms, isWhole: Type.Boolean() },
    closed,
  ),
]);
export type TrendSource = Static<typeof TrendSource>;

export const TrendCodes = Type.String({ pattern: '^(MDC|VIGIL)_[A-Z0-9_]{1,60}(,(MDC|VIGIL)_[A-Z0-9_]{1,60}){0,31}$' });

/**
 * The query of `GET /api/associations/:associationId/trends?codes=A,B&from=…&to=…&points=500`. At most 32 codes of
 * parameters or scores (contracts/score-trends.ts), and at most 31 days; `to` is excluded. `from` and `to` are by the
 * server's clock. The server converts them to the device's clock.
 */
export const TrendQuery = Type.Object(
  {
    codes: TrendCodes,
    from: Instant,
    to: Instant,
    points: Type.Optional(Type.Integer({ minimum: 2, maximum: 2000, default: 500 })),
  },
  closed,
);
export type TrendQuery = Static<typeof TrendQuery>;

/**
 * Stored values in steps of `stepMs`: `[start of step in ms since 1970, mean, min, max, number of values]`. A step
 * without readings is absent. A screen draws a gap if the distance of two neighbouring points is much longer than usual
 * in the series.
 */
export const Trends = Type.Object(
  {
    stepMs: Type.Integer({ minimum: 1 }),
    /** The span by the clock of the device. All times of the answer are by this clock. */
    fromMs: Ms,
    toMs: Ms,
    /**
     * How far the clock of the device is ahead, ms: negative if the clock is behind, and 0 if the error is too small to
     * matter.
     */
    clockErrorMs: Ms,
    series: Type.Array(
      Type.Object(
        {
          code: TrendCode,
          points: Type.Array(Type.Tuple([Type.Integer(), Type.Number(), Type.Number(), Type.Number(), Type.Integer()])),
        },
        closed,
      ),
    ),
    marks: TrendMarks,
    source: TrendSource,
  },
  closed,
);
export type Trends = Static<typeof Trends>;

/** The values of an answer, without its marks. */
export type TrendValues = Pick<Trends, 'stepMs' | 'series'>;
