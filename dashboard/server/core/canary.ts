/** Judges which steps the canaries (contracts/canary.ts) pass, from the records that this server reads. */
import type { CanarySightRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import type { CanaryFault } from '../../protocol/live.ts';

/**
 * Additional time for the step `engine` (ours): the alarm processor reports every second, and a killed alarm processor
 * is replaced within about 10 s.
 */
export const engineExtraMs = 5_000;

/** Receive times of the newest canaries, by the gateways' clocks, ms since 1970; 0 if no canary has come yet. */
export type CanarySigns = {
  /** When this server was ready. Canaries are expected only from then on. Infinite before. */
  sinceMs: number;
  /** The newest canary that a gateway reported. */
  newestAtGatewayMs: number;
  /** The newest canary that this server read from each partition of the readings. */
  readonly newestInLogMs: number[];
  /** The newest canary that an alarm processor reported for each partition. */
  readonly newestJudgedMs: number[];
};

export function emptyCanarySigns(): CanarySigns {
  const zeros = () => Array.from({ length: clinicalPartitions }, () => 0);
  return { sinceMs: Number.POSITIVE_INFINITY, newestAtGatewayMs: 0, newestInLogMs: zeros(), newestJudgedMs: zeros() };
}

export function noteCanary(newestMs: number[], partition: number, receivedMs: number): void {
  if (partition in newestMs) newestMs[partition] = Math.max(newestMs[partition]!, receivedMs);
}

/**
 * Notes the newest canaries that a process reports. A process may report only its own step. So a thief who has the key
 * of a gateway cannot hide that the alarm processor is dead.
 * @param writer the kind of process that wrote the record, as its envelope proves
 * @param parseMs parses an instant to ms since 1970
 */
export function noteCanaryReport(
  signs: CanarySigns,
  { taken, judged = [] }: CanarySightRecord,
  writer: string,
  parseMs: (instant: string) => number,
): void {
  if (writer === 'gateway' && taken !== undefined)
    signs.newestAtGatewayMs = Math.max(signs.newestAtGatewayMs, parseMs(taken));
  if (writer !== 'alarms') return;
  for (const { partition, receivedAt } of judged) noteCanary(signs.newestJudgedMs, partition, parseMs(receivedAt));
}

/**
 * Returns the first step that canaries do not pass, or undefined if they pass all steps.
 * @param silentMs a step without a canary for this time is broken; 0 if this installation sends no canaries
 * @param readingsArrive whether readings of devices arrived within the last seconds
 */
export function judgeCanary(
  signs: CanarySigns,
  nowMs: number,
  silentMs: number,
  readingsArrive: boolean,
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
  const lateInLog = signs.newestInLogMs.filter((seenMs) => isLate(seenMs, silentMs));
  if (lateInLog.length === clinicalPartitions) {
    const reachesGateway = !isLate(signs.newestAtGatewayMs, silentMs);
    // If readings of devices arrive but no canaries, only the sender of canaries has failed.
    return reachesGateway ? fault('log', lateInLog, true) : fault('gateway', lateInLog, !readingsArrive);
  }
  if (lateInLog.length > 0) return fault('log', lateInLog, true);
  const lateInEngine = signs.newestJudgedMs.filter((seenMs) => isLate(seenMs, silentMs + engineExtraMs));
  return lateInEngine.length > 0 ? fault('engine', lateInEngine, true) : undefined;
}
