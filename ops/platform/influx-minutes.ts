/** Computes the minute values in InfluxDB again after they were deleted. */
import { hourMs } from '../../contracts/durations.ts';
import { minuteQueryStart } from './influx-rollup.ts';
import { type InfluxSetup, influxDatabase, runStatement } from './influx-setup.ts';

/** Timeout of the query for one hour. It is longer than the 30 s after which InfluxDB stops a query. */
const hourTimeoutMs = 40_000;

/**
 * Computes the minute values between two times from the raw points, hour by hour. InfluxDB's own continuous queries
 * (influx-rollup.ts) only compute the last 26 hours.
 * @param fromMs the time of the oldest raw points, ms since 1970. The first computed hour begins at least one hour
 * later, because InfluxDB may be deleting older raw points
 * @param untilMs the end of the computed time, ms since 1970
 * @param onHour called after each hour with the number of finished hours and the number of all hours
 * @throws VigilError `start-failed` if InfluxDB does not answer or refuses a query
 */
export async function rebuildMinutes(
  setup: InfluxSetup,
  fromMs: number,
  untilMs: number,
  onHour: (finishedHours: number, allHours: number) => void,
): Promise<void> {
  const firstHour = Math.floor(fromMs / hourMs) + 2;
  const hours = Math.floor(untilMs / hourMs) + 1 - firstHour;
  for (let hour = 0; hour < hours; hour += 1) {
    const [startMs, endMs] = [(firstHour + hour) * hourMs, (firstHour + hour + 1) * hourMs];
    const when = `time >= ${startMs}ms AND time < ${endMs}ms`;
    await runStatement(setup, `${minuteQueryStart(influxDatabase)} WHERE ${when} GROUP BY time(1m), *`, hourTimeoutMs);
    onHour(hour + 1, hours);
  }
}
