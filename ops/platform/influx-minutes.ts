/** Minutes of a week that was wiped, anew. */
import { minutesInto } from './influx-rollup.ts';
import { type InfluxSetup, influxDatabase, mustQuery } from './influx-setup.ts';

/** InfluxDB itself gives a query up after 30 s. */
const hourTimeoutMs = 40_000;
const hourMs = 60 * 60_000;

/**
 * Makes the minutes of a time anew from its raw points, hour by hour: what the rounds of InfluxDB (influxRollup.ts) no longer look at.
 * @param fromMs the first whole hour after it is the first: of the hour in which raw points expire, some are gone
 * @param onHour called after each hour
 * @throws VigilError `start-failed` where InfluxDB does not answer or refuses
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
