/**
 * The progress of a rebuild of trends. The trend writer prints the progress, as lines of JSON, for `npm run vigil --
 * trends rebuild`.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const count = Type.Integer({ minimum: 0 });

export const RebuildProgress = Type.Object(
  {
    /** Records read so far. */
    records: count,
    /** Records that are not read yet, in the partitions that were started. */
    ahead: count,
    /** Points that InfluxDB accepted. */
    points: count,
    /** Points that InfluxDB refused, because they are older than its retention time. */
    refused: count,
    /** Records that cannot be decrypted or do not match their schema, and points for which Vigil's code fails. */
    unreadable: count,
    /**
     * InfluxDB did not accept the last points. The trend writer sends these points again until InfluxDB accepts them.
     */
    isStoreAway: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type RebuildProgress = Static<typeof RebuildProgress>;

const check = Compile(RebuildProgress);

/** Parses a line; undefined if the line is not a progress line. */
export function readProgressLine(line: string): RebuildProgress | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return check.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
