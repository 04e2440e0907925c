/**
 * How long InfluxDB keeps the trends: every value (retention policy `raw`), and one point for each minute (`minutes`).
 */
import { dayMs } from './durations.ts';

export const rawKeptMs = 7 * dayMs;
export const minutesKeptMs = 400 * dayMs;
