/** Computes again the minutes of a time whose minutes were deleted. */
import { minutesInto } from './influx-rollup.ts';
import { type InfluxSetup, influxDatabase, mustQuery } from './influx-setup.ts';

/** InfluxDB itself stops a query after 30 s. */
const hourTimeoutMs = 40_000;
const hourMs = 60 * 60_000;

/**
 * Computes the minutes of a time from its raw points, hour by hour, after the time that InfluxDB's own rounds cover (influx-rollup.ts).
 * @param fromMs the first whole hour after it is the first: in the hour in which raw points expire, some are gone
 * @param onHour called after each hour
 * @throws VigilError `start-failed` if InfluxDB does not answer or refuses
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
