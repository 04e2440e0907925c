/**
 * The continuous queries with which InfluxDB computes minute values from the raw numerics, for trends over weeks.
 * InfluxDB computes the last half hour again each minute, and the last 26 hours again each hour. So the minute values
 * include raw points that come late, for instance from a device that was offline.
 */

/** The fields of a minute value. The field `value` is the mean. */
const fields = 'mean("value") AS "value", min("value") AS "min", max("value") AS "max", count("value") AS "count"';

/** The continuous queries by name: how often each runs, and how far back it computes. */
const queries = { minutes_near: 'EVERY 1m FOR 30m', minutes_late: 'EVERY 1h FOR 26h' } as const;

/** Returns the beginning of a statement that computes minute values from raw points. */
export function minuteQueryStart(database: string): string {
  return `SELECT ${fields} INTO "${database}"."minutes"."numerics" FROM "${database}"."raw"."numerics"`;
}

/** Returns the statements that replace the continuous queries. */
export function rollupStatements(database: string): string[] {
  const body = `${minuteQueryStart(database)} GROUP BY time(1m), *`;
  return Object.entries(queries).flatMap(([name, when]) => [
    `DROP CONTINUOUS QUERY ${name} ON ${database}`,
    `CREATE CONTINUOUS QUERY ${name} ON ${database} RESAMPLE ${when} BEGIN ${body} END`,
  ]);
}
