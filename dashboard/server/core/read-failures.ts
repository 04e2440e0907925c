/**
 * Remembers which associations could not be read from the log, so that the next requests do not wait for the same
 * failure. Pure.
 */

/** After a failure, requests fail at once for this time, because each try would wait for Kafka (ours). */
export const failedMs = 20_000;
/**
 * Maximum number of associations. Above this number, the oldest association is forgotten, and the next request tries to
 * read it again.
 */
const failedMax = 100;
/** If this number of associations fails one after the other, the fault is not in one of them: Kafka is away (ours). */
const awayAt = 2;

export type ReadFailures = {
  /** Returns whether a request must fail at once: this association failed just now, or Kafka is away. */
  isRefused(associationId: string, nowMs: number): boolean;
  noteFailed(associationId: string, nowMs: number): void;
  /**
   * Notes that an association was read. So Kafka was not away, and the failures before were failures of single
   * associations.
   */
  noteRead(associationId: string): void;
};

export function createReadFailures(): ReadFailures {
  /**
   * An association stays here until it is read. `isAlone`: another association was read after the failure, so Kafka was
   * not away.
   */
  const failures = new Map<string, { readonly atMs: number; isAlone: boolean }>();
  const isNew = (failure: { readonly atMs: number } | undefined, nowMs: number) =>
    failure !== undefined && nowMs - failure.atMs < failedMs;

  return {
    isRefused(associationId, nowMs) {
      if (isNew(failures.get(associationId), nowMs)) return true;
      return [...failures.values()].filter((failure) => !failure.isAlone && isNew(failure, nowMs)).length >= awayAt;
    },
    noteFailed(associationId, nowMs) {
      // Without `isAlone`, two associations that can never be read would block all others again and again.
      const isAlone = failures.get(associationId)?.isAlone ?? false;
      failures.delete(associationId);
      failures.set(associationId, { atMs: nowMs, isAlone });
      if (failures.size > failedMax) failures.delete(failures.keys().next().value!);
    },
    noteRead(associationId) {
      failures.delete(associationId);
      for (const failure of failures.values()) failure.isAlone = true;
    },
  };
}
