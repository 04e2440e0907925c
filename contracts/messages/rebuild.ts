/** The progress of a rebuild of trends, one line of JSON at a time: from the trend writer to `npm run vigil -- trends rebuild`. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const count = Type.Integer({ minimum: 0 });

export const RebuildProgress = Type.Object(
  {
    /** Records read so far. */
    records: count,
    /** Records still to read, in the partitions that were started. */
    ahead: count,
    /** Points that InfluxDB accepted. */
    points: count,
    /** Points that InfluxDB refused for good: they are older than it keeps points. */
    refused: count,
    /** Records that do not open or do not fit their schema. */
    unreadable: count,
    /** InfluxDB did not accept the last points; they are sent again until it does. */
    isStoreAway: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type RebuildProgress = Static<typeof RebuildProgress>;

const check = Compile(RebuildProgress);

/** Returns undefined if the line is something else. */
export function readProgressLine(line: string): RebuildProgress | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return check.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
