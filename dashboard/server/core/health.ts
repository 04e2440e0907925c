/** Whether the processes behind the server still work, by the signs of life that it saw. */
import { formatInstant } from '../../../contracts/time.ts';
import type { Health } from '../../protocol/live.ts';
import { type CanarySigns, emptyCanarySigns, judgeCanary } from './canary.ts';

/** The server writes its presence this often and reads it back: this tests both ways through Kafka. */
export const presenceEveryMs = 2_500;
/**
 * If the server has not read back its presence for this long, Kafka counts as away: within CLINICAL's outer bound of 10
 * s.
 */
export const kafkaAwayMs = 8_000;
/** Readings that came within this are "now". */
const readingsNowMs = 15_000;
/** The alarm processor gives a sign of life every 2 s, after a round in which its partitions were its own (CLINICAL: 10 s is the outer bound). */
export const alarmsStaleMs = 10_000;

export type LifeSigns = {
  /** When the server last read back its own record, ms; its start before the first. */
  kafkaAtMs: number;
  /** Newest record of the alarm processor, ms; 0 before the first. */
  alarmsAtMs: number;
  /** Newest receive time of a reading, ms; 0 before the first. */
  readingsAtMs: number;
  /** Since when readings have been coming without a longer pause, ms. */
  readingsSinceMs: number;
  readonly canary: CanarySigns;
};

/** At the server's start. */
export function newLifeSigns(nowMs: number): LifeSigns {
  return { kafkaAtMs: nowMs, alarmsAtMs: 0, readingsAtMs: 0, readingsSinceMs: 0, canary: emptyCanarySigns() };
}

/** Notes a reading of `receivedMs`. A stream that begins anew gives the alarm processor its time again. */
export function noteReading(signs: LifeSigns, receivedMs: number): void {
  if (receivedMs - signs.readingsAtMs > readingsNowMs) signs.readingsSinceMs = receivedMs;
  signs.readingsAtMs = Math.max(signs.readingsAtMs, receivedMs);
}

/**
 * Damage in the log is shown for this long after the newest was met (ours): long enough for a shift to see it and to
 * report it to the operator.
 */
export const damageShownMs = 60 * 60_000;

/**
 * @param clock set if the machine's clock was set and differs from the time that the process keeps
 * @param damage batches in Kafka that could not be read whole
 * @param canarySilentMs see `judgeCanary`
 */
export function judgeHealth(
  signs: LifeSigns,
  nowMs: number,
  clock?: { readonly aheadMs: number; readonly atMs: number },
  damage?: { readonly total: number; readonly lastAtMs: number | undefined },
  canarySilentMs = 0,
): Health {
  const damagedAtMs = damage?.lastAtMs ?? Number.NEGATIVE_INFINITY;
  const isShown = damage !== undefined && nowMs - damagedAtMs <= damageShownMs;
  const readingsCome = nowMs - signs.readingsAtMs < readingsNowMs;
  const alarmsSince = Math.max(signs.alarmsAtMs, signs.readingsSinceMs);
  const canary = judgeCanary(signs.canary, nowMs, canarySilentMs, readingsCome);
  return {
    kafka: nowMs - signs.kafkaAtMs > kafkaAwayMs ? 'away' : 'ok',
    alarms: readingsCome && nowMs - alarmsSince > alarmsStaleMs ? 'stale' : 'ok',
    kafkaAt: signs.kafkaAtMs > 0 ? formatInstant(signs.kafkaAtMs) : null,
    alarmsAt: signs.alarmsAtMs > 0 ? formatInstant(signs.alarmsAtMs) : null,
    ...(isShown && { damaged: { batches: damage.total, at: formatInstant(damagedAtMs) } }),
    ...(canary && { canary }),
    ...(clock && { clock: { aheadMs: clock.aheadMs, at: formatInstant(clock.atMs) } }),
  };
}
