/** The REST bodies of the table of trends: one row for each interval. A screen uses only the types and numbers. */
import { type Static, Type } from 'typebox';
import { Instant } from '../../contracts/messages/device.ts';
import { tableMinutes } from '../../contracts/trend-bounds.ts';
import { TrendCode, TrendCodes, TrendSource } from './trends.ts';

const closed = { additionalProperties: false } as const;
const Ms = Type.Integer();

/** The body of `POST /api/associations/:associationId/trends/table/export`. The times are by the server's clock. */
export const TrendTableExport = Type.Object(
  { codes: TrendCodes, from: Instant, to: Instant, minutes: Type.Enum([...tableMinutes]) },
  closed,
);
export type TrendTableExport = Static<typeof TrendTableExport>;

/** The query of `GET /api/associations/:associationId/trends/table?codes=A,B&from=…&to=…&minutes=15`. */
export const TrendTableQuery = Type.Object(
  { codes: TrendCodes, from: Instant, to: Instant, minutes: Type.Integer({ minimum: 1, maximum: 60 }) },
  closed,
);

/**
 * One interval: its start, ms since 1970; its value; its least and greatest value; the number of its usable values;
 * whether the device marked the value as questionable.
 */
export const TrendCell = Type.Object(
  {
    atMs: Ms,
    value: Type.Number(),
    min: Type.Number(),
    max: Type.Number(),
    count: Type.Integer(),
    questionable: Type.Boolean(),
  },
  closed,
);
export type TrendCell = Static<typeof TrendCell>;

/** All times are by the device's clock. An interval without a usable value has no cell. */
export const TrendTable = Type.Object(
  {
    intervalMs: Type.Integer({ minimum: 1 }),
    /** The start of the first interval. */
    fromMs: Ms,
    toMs: Ms,
    clockErrorMs: Ms,
    /** `last`: `value` is the last value of the interval. `mean`: the mean of the interval, in long or old tables. */
    value: Type.Enum(['last', 'mean']),
    series: Type.Array(Type.Object({ code: TrendCode, cells: Type.Array(TrendCell) }, closed)),
    source: TrendSource,
  },
  closed,
);
export type TrendTable = Static<typeof TrendTable>;
