/** Judges which steps the canaries (contracts/canary.ts) pass, from the records that this server reads. */
import type { CanarySightRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import type { CanaryFault } from '../../protocol/live.ts';

/**
 * Additional time for the step `engine` (ours): the alarm processor reports every 2 s, and a killed alarm processor is
 * replaced within about 10 s.
 */
export const judgedLaterMs = 5_000;

/** Receive times of the newest canaries, by the gateways' clocks, ms since 1970; 0: no canary yet. */
export type CanarySigns = {
  /** When this server was ready. Canaries are expected only from then on. Infinite before. */
  sinceMs: number;
  /** The newest canary that a gateway reported. */
  takenMs: number;
  /** The newest canary that this server read from each partition of the readings. */
  readonly loggedMs: number[];
  /** The newest canary that an alarm processor reported for each partition. */
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
 * Notes the canaries that a process reports. A process may report only its own step: so a thief who has the key of a
 * gateway cannot hide that the alarm processor is dead.
 * @param writer the kind of process that wrote the record, as its envelope proves
 * @param readMs parses an instant to ms since 1970
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
 * Returns the first step that canaries do not pass, or undefined if they pass all steps.
 * @param silentMs a step without a canary for this time is broken; 0 if this installation sends no canaries
 * @param readingsCome whether readings of devices arrived within the last seconds
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
    // If readings of devices arrive but no canaries, only the sender of canaries has failed.
    return isTaken ? fault('log', unlogged, true) : fault('gateway', unlogged, !readingsCome);
  }
  if (unlogged.length > 0) return fault('log', unlogged, true);
  const unjudged = signs.judgedMs.filter((seenMs) => isLate(seenMs, silentMs + judgedLaterMs));
  return unjudged.length > 0 ? fault('engine', unjudged, true) : undefined;
}
