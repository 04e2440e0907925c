/** Computes the minute values in InfluxDB again after they were deleted. */
import { minutesInto } from './influx-rollup.ts';
import { type InfluxSetup, influxDatabase, mustQuery } from './influx-setup.ts';

/** Longer than the 30 s after which InfluxDB stops a query. */
const hourTimeoutMs = 40_000;
const hourMs = 60 * 60_000;

/**
 * Computes the minute values between two times from the raw points, hour by hour. InfluxDB's own continuous queries (influx-rollup.ts) only
 * compute the last 26 hours.
 * @param fromMs the time of the oldest raw points, ms since 1970. The first computed hour is a whole hour after it, because InfluxDB may be
 * deleting raw points of the hour before
 * @param untilMs the end of the time, ms since 1970
 * @param onHour called after each hour with the number of finished hours and of all hours
 * @throws VigilError `start-failed` if InfluxDB does not answer or refuses a query
 */
export async function rebuildMinutes(
  setup: InfluxSetup,
  fromMs: number,
  untilMs: number,
  onHour: (done: number, of: number) => void,
): Promise<void> {
  const first = Math.floor(fromMs / hourMs) + 2;
  const hours = Math.floor(untilMs / hourMs) + 1 - first;
  for (let hour = 0; hour < hours; hour += 1) {
    const [start, end] = [(first + hour) * hourMs, (first + hour + 1) * hourMs];
    const when = `time >= ${start}ms AND time < ${end}ms`;
    await mustQuery(setup, `${minutesInto(influxDatabase)} WHERE ${when} GROUP BY time(1m), *`, hourTimeoutMs);
    onHour(hour + 1, hours);
  }
}
