/** The backlog of a topic: batches of records that were read from the log but are not in InfluxDB yet. Pure. */

/**
 * For each partition, its batches in the order of the log. `next`: the offset after the batch. `atMs`: the time at
 * which the first record of the batch was appended, ms since 1970.
 */
export type Backlog = Map<number, { readonly next: bigint; readonly atMs: number }[]>;

/** Adds a batch. */
export function noteRead(backlog: Backlog, partition: number, next: bigint, atMs: number): void {
  const batches = backlog.get(partition) ?? [];
  batches.push({ next, atMs });
  backlog.set(partition, batches);
}

/**
 * Removes batches that are in InfluxDB.
 * @param positions for each partition, the offset before which InfluxDB has all points
 */
export function noteWritten(backlog: Backlog, positions: ReadonlyMap<number, bigint>): void {
  for (const [partition, written] of positions) {
    const remaining = (backlog.get(partition) ?? []).filter(({ next }) => next > written);
    if (remaining.length > 0) backlog.set(partition, remaining);
    else backlog.delete(partition);
  }
}

/** Returns the time since the oldest record of the backlog was appended, ms; 0 if the backlog is empty. */
export function backlogAgeMs(backlog: Backlog, nowMs: number): number {
  const appended = [...backlog.values()].flatMap((batches) => batches.map(({ atMs }) => atMs));
  return appended.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...appended));
}
