/** How far the trends are behind: records that were read from the log but are not in InfluxDB yet. Pure. */

/** By partition, in the order of the log: the offset after a batch of records, and when the first of them was appended, ms. */
export type Behind = Map<number, { readonly next: bigint; readonly atMs: number }[]>;

export function noteRead(behind: Behind, partition: number, next: bigint, atMs: number): void {
  const batches = behind.get(partition) ?? [];
  batches.push({ next, atMs });
  behind.set(partition, batches);
}

/** @param positions by partition, the offset up to which InfluxDB has all points */
export function noteWritten(behind: Behind, positions: ReadonlyMap<number, bigint>): void {
  for (const [partition, written] of positions) {
    const left = (behind.get(partition) ?? []).filter(({ next }) => next > written);
    if (left.length > 0) behind.set(partition, left);
    else behind.delete(partition);
  }
}

/** Returns how long ago the oldest waiting record was appended, ms; 0 if none waits. */
export function behindMs(behind: Behind, nowMs: number): number {
  const appended = [...behind.values()].flatMap((batches) => batches.map(({ atMs }) => atMs));
  return appended.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...appended));
}
