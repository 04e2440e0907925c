/** The counters of the trend writer. Each counter only grows. */
export type TrendCounters = {
  /** Records of any kind that were read from Kafka. */
  records: number;
  /** Records with a device reading. */
  readings: number;
  /** Records with scores. */
  scores: number;
  pointsWritten: number;
  /** Points that InfluxDB refused permanently. */
  pointsRefused: number;
  /** Points for which Vigil's own code failed. The process logs such a point at most every 10 s, without its values. */
  pointsFailed: number;
  writesFailed: number;
  commits: number;
  /**
   * Records that were skipped, because they could not be decrypted or did not match their schema. The process logs
   * their positions.
   */
  skipped: number;
};

export function newTrendCounters(): TrendCounters {
  return {
    records: 0,
    readings: 0,
    scores: 0,
    pointsWritten: 0,
    pointsRefused: 0,
    pointsFailed: 0,
    writesFailed: 0,
    commits: 0,
    skipped: 0,
  };
}
