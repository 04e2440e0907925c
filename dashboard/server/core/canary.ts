/** How far canaries come (contracts/canary.ts), as this server read it, and what the screens say about it. */
import type { CanarySightRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import type { CanaryFault } from '../../protocol/live.ts';

/**
 * How much longer the alarm processor may take: it reports every 2 s, and a killed one is replaced within about 10 s
 * (ours).
 */
export const judgedLaterMs = 5_000;

/** All times in ms since 1970, of a gateway's clock; 0: never. */
export type CanarySigns = {
  /**
   * From when on canaries are expected: a record from before this server ran says nothing about now. Infinite until the
   * server is ready.
   */
  sinceMs: number;
  /** The newest canary that a gateway said it took. */
  takenMs: number;
  /** The newest canary that was read from each partition of the readings. */
  readonly loggedMs: number[];
  /** The newest canary that an alarm processor met in each partition. */
  readonly judgedMs: number[];
};

export function emptyCanarySigns(): CanarySigns {
  const never = () => Array.from({ length: clinicalPartitions }, () => 0);
  return { sinceMs: Number.POSITIVE_INFINITY, takenMs: 0, loggedMs: never(), judgedMs: never() };
}

export function noteCanary(newestMs: number[], partition: number, receivedMs: number): void {
  if (partition in newestMs) newestMs[partition] = Math.max(newestMs[partition]!, receivedMs);
}

/**
 * Notes what a process saw of canaries. Each process is believed about its own step only: with the stolen key of a
 * gateway nobody hides that the alarm processor is dead.
 * @param writer of the record, as its envelope proves it
 */
export function noteSight(
  signs: CanarySigns,
  { taken, judged = [] }: CanarySightRecord,
  writer: string,
  readMs: (instant: string) => number,
): void {
  if (writer === 'gateway' && taken !== undefined) signs.takenMs = Math.max(signs.takenMs, readMs(taken));
  if (writer !== 'alarms') return;
  for (const { partition, receivedAt } of judged) noteCanary(signs.judgedMs, partition, readMs(receivedAt));
}

/**
 * Returns what is wrong with the way of readings, or undefined. Names the first step that is not confirmed.
 * @param silentMs a step without a canary for this long counts as broken; 0: nobody sends canaries here
 * @param readingsCome readings of devices came within the last seconds: the log takes them, and only the canary is
 *   missing
 */
export function judgeCanary(
  signs: CanarySigns,
  nowMs: number,
  silentMs: number,
  readingsCome: boolean,
): CanaryFault | undefined {
  if (silentMs === 0) return undefined;
  const isLate = (seenMs: number, withinMs: number) => nowMs - Math.max(seenMs, signs.sinceMs) > withinMs;
  const fault = (step: CanaryFault['step'], late: readonly number[], grave: boolean): CanaryFault => {
    const oldestMs = Math.min(...late);
    return {
      step,
      partitions: late.length,
      of: clinicalPartitions,
      grave,
      at: oldestMs > 0 ? formatInstant(oldestMs) : null,
    };
  };
  const unlogged = signs.loggedMs.filter((seenMs) => isLate(seenMs, silentMs));
  if (unlogged.length === clinicalPartitions) {
    const isTaken = !isLate(signs.takenMs, silentMs);
    // If readings come and no gateway has a canary, the sender of canaries is silent.
    return isTaken ? fault('log', unlogged, true) : fault('gateway', unlogged, !readingsCome);
  }
  if (unlogged.length > 0) return fault('log', unlogged, true);
  const unjudged = signs.judgedMs.filter((seenMs) => isLate(seenMs, silentMs + judgedLaterMs));
  return unjudged.length > 0 ? fault('engine', unjudged, true) : undefined;
}
