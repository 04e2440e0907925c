/** Judges from signs of life whether the processes behind the server still work. */
import { formatInstant } from '../../../contracts/time.ts';
import type { Health } from '../../protocol/live.ts';
import { type CanarySigns, emptyCanarySigns, judgeCanary } from './canary.ts';

/** The server writes a presence record to Kafka this often and reads it back. This tests writing and reading. */
export const presenceEveryMs = 2_500;
/** Kafka counts as away if the server has not read back a presence record for this time (CLINICAL: at most 10 s). */
export const kafkaAwayMs = 8_000;
/** Readings arrive now if the last reading is not older than this. */
const readingsArriveMs = 15_000;
/** The alarm processor counts as dead after this time without a sign of life (CLINICAL: at most 10 s). It gives one every 2 s. */
export const alarmsStaleMs = 10_000;

export type LifeSigns = {
  /** When the server last read back its presence record, ms; the server's start if it has not read one yet. */
  kafkaAtMs: number;
  /** Time of the newest record of the alarm processor, ms; 0 before the first record. */
  alarmsAtMs: number;
  /** Newest receive time of a reading, ms; 0 before the first reading. */
  readingsAtMs: number;
  /** When readings began to arrive after the last pause, ms. */
  readingsSinceMs: number;
  readonly canary: CanarySigns;
};

/** Returns the signs of life at the server's start. */
export function newLifeSigns(nowMs: number): LifeSigns {
  return { kafkaAtMs: nowMs, alarmsAtMs: 0, readingsAtMs: 0, readingsSinceMs: 0, canary: emptyCanarySigns() };
}

/**
 * Notes a reading that was received at `receivedMs`. After a pause in the readings, the alarm processor again has
 * `alarmsStaleMs` for its next sign of life.
 */
export function noteReading(signs: LifeSigns, receivedMs: number): void {
  if (receivedMs - signs.readingsAtMs > readingsArriveMs) signs.readingsSinceMs = receivedMs;
  signs.readingsAtMs = Math.max(signs.readingsAtMs, receivedMs);
}

/** The screens show a damaged batch in Kafka for this time (ours), so that somebody sees it and reports it to the operator. */
export const damageShownMs = 60 * 60_000;

/**
 * Returns the health that the screens show.
 * @param clock present if the machine's clock differs from Vigil's time, because somebody set the clock
 * @param damage damaged batches in Kafka
 * @param canarySilentMs see `silentMs` of `judgeCanary`
 */
export function judgeHealth(
  signs: LifeSigns,
  nowMs: number,
  clock?: { readonly aheadMs: number; readonly atMs: number },
  damage?: { readonly total: number; readonly lastAtMs: number | undefined },
  canarySilentMs = 0,
): Health {
  const lastDamageAtMs = damage?.lastAtMs ?? Number.NEGATIVE_INFINITY;
  const isDamageShown = damage !== undefined && nowMs - lastDamageAtMs <= damageShownMs;
  const readingsArrive = nowMs - signs.readingsAtMs < readingsArriveMs;
  const alarmsExpectedSinceMs = Math.max(signs.alarmsAtMs, signs.readingsSinceMs);
  const canary = judgeCanary(signs.canary, nowMs, canarySilentMs, readingsArrive);
  return {
    kafka: nowMs - signs.kafkaAtMs > kafkaAwayMs ? 'away' : 'ok',
    alarms: readingsArrive && nowMs - alarmsExpectedSinceMs > alarmsStaleMs ? 'stale' : 'ok',
    kafkaAt: signs.kafkaAtMs > 0 ? formatInstant(signs.kafkaAtMs) : null,
    alarmsAt: signs.alarmsAtMs > 0 ? formatInstant(signs.alarmsAtMs) : null,
    ...(isDamageShown && { damaged: { batches: damage.total, at: formatInstant(lastDamageAtMs) } }),
    ...(canary && { canary }),
    ...(clock && { clock: { aheadMs: clock.aheadMs, at: formatInstant(clock.atMs) } }),
  };
}
