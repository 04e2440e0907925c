/** What the trend writer counts; each number only grows. */
export type TrendCounters = {
  /** Records of any kind taken from Kafka. */
  records: number;
  /** Observations among them. */
  readings: number;
  /** Sets of scores among them. */
  scores: number;
  pointsWritten: number;
  /** Points that InfluxDB refused for good. */
  pointsRefused: number;
  writesFailed: number;
  commits: number;
  /** Records that do not open or do not match their schema; the log of the process has each with its position. */
  poison: number;
};

export function newTrendCounters(): TrendCounters {
  return {
    records: 0,
    readings: 0,
    scores: 0,
    pointsWritten: 0,
    pointsRefused: 0,
    writesFailed: 0,
    commits: 0,
    poison: 0,
  };
}
