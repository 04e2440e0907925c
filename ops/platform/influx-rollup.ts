/**
 * The minutes that InfluxDB makes of the raw numerics, for trends of weeks. It computes them again from the raw points, so that late points
 * (a device's backlog, an hour without InfluxDB) are included: the last half hour each minute, the last day each hour.
 */

/** In `minutes`, `value` is the mean, beside `min`, `max` and `count` of the minute. */
const fields = 'mean("value") AS "value", min("value") AS "min", max("value") AS "max", count("value") AS "count"';

const rounds = { minutes_near: 'EVERY 1m FOR 30m', minutes_late: 'EVERY 1h FOR 26h' } as const;

/** Returns the beginning of a statement that makes minutes of raw points. */
export function minutesInto(database: string): string {
  return `SELECT ${fields} INTO "${database}"."minutes"."numerics" FROM "${database}"."raw"."numerics"`;
}

/** Returns statements that make the continuous queries anew. */
export function rollupStatements(database: string): string[] {
  const body = `${minutesInto(database)} GROUP BY time(1m), *`;
  return Object.entries(rounds).flatMap(([name, when]) => [
    `DROP CONTINUOUS QUERY ${name} ON ${database}`,
    `CREATE CONTINUOUS QUERY ${name} ON ${database} RESAMPLE ${when} BEGIN ${body} END`,
  ]);
}
