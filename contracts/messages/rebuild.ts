/** What a rebuild of trends says of itself, a line of JSON at a time: the trend writer's side to `npm run vigil -- trends rebuild`. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const count = Type.Integer({ minimum: 0 });

export const RebuildProgress = Type.Object(
  {
    /** Records that were read. */
    records: count,
    /** Records that lie ahead, of the partitions that were begun. */
    ahead: count,
    /** Points that InfluxDB took. */
    points: count,
    /** Points that it refused for good: older than it keeps them. */
    refused: count,
    /** Records that do not open or do not fit their schema. */
    unreadable: count,
    /** InfluxDB did not take the last points; they are tried until it does. */
    isStoreAway: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type RebuildProgress = Static<typeof RebuildProgress>;

const check = Compile(RebuildProgress);

/** Undefined where the line is something else. */
export function readProgressLine(line: string): RebuildProgress | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return check.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
