/** Judges from signs of life whether the processes behind the server still work. */
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import type { Health } from '../../protocol/live.ts';
import { type CanarySigns, emptyCanarySigns, judgeCanary } from './canary.ts';

/** The server writes a presence record to Kafka this often and reads it back, to test writing and reading. */
export const presenceEveryMs = 1_000;
/**
 * Kafka counts as away if the server has not read back a presence record for this time. The screens must show the
 * notice within 5 s.
 */
export const kafkaAwayMs = 4_000;
/** Readings count as arriving now if the last reading is not older than this. */
const readingsArriveMs = 15_000;
/**
 * Nobody judges a partition if two conditions hold: this server has read no sign of life for the partition for this
 * time, and this server has read back its own record that it wrote after the last sign (`readPastMs`). An alarm
 * processor gives a sign each second. The screens must show the notice within 5 s.
 */
export const alarmsStaleMs = 4_000;
/**
 * A sign comes each second. So signs are missing if this server has read back a record of its own that it wrote at
 * least this long after the last sign.
 */
const readPastMs = 2_500;
/**
 * After this time without a sign, the notice comes even if this server cannot read back its own record (CLINICAL: at
 * most 10 s).
 */
export const alarmsStaleMsMax = 10_000;
/**
 * If nothing ran in this server for this time, the server stood still. The signs that it did not read meanwhile may
 * still come.
 */
const stoodStillMs = 2_000;
/**
 * A standstill within this time after another standstill does not restart the limits, because a notice must come in the
 * end.
 */
const standstillEveryMs = 30_000;

export type LifeSigns = {
  /**
   * When the server last read back its presence record, ms; the server's start if it has not read such a record yet.
   */
  kafkaAtMs: number;
  /** When the server wrote the newest presence record that it has read back, ms; 0 before the first record. */
  readUpToMs: number;
  /** When the server read the last sign of life for each partition, ms; 0 before the first sign. */
  readonly judgedAtMs: number[];
  /**
   * When the server finished reading the signs that were in the log at its start, ms. Before that: when the server
   * started. From this time on, the alarm processor has `alarmsStaleMs` for its next sign.
   */
  signsSinceMs: number;
  /** When the server last ran, and when it last ran again after a standstill, ms; 0 before the first standstill. */
  ranAtMs: number;
  resumedAtMs: number;
  /** Newest receive time of a reading, ms; 0 before the first reading. */
  readingsAtMs: number;
  /** When readings began to arrive after the last pause, ms. */
  readingsSinceMs: number;
  readonly canary: CanarySigns;
};

/** Returns the signs of life at the server's start. */
export function newLifeSigns(nowMs: number): LifeSigns {
  return {
    ...{ kafkaAtMs: nowMs, readUpToMs: 0, readingsAtMs: 0, readingsSinceMs: 0, ranAtMs: nowMs, resumedAtMs: 0 },
    signsSinceMs: nowMs,
    judgedAtMs: Array.from({ length: clinicalPartitions }, () => 0),
    canary: emptyCanarySigns(),
  };
}

/** Notes that this server has read back its presence record, which it wrote at `writtenMs`. */
export function noteOwnRecord(signs: LifeSigns, writtenMs: number, nowMs: number): void {
  signs.kafkaAtMs = nowMs;
  signs.readUpToMs = Math.max(signs.readUpToMs, writtenMs);
}

/**
 * Notes a sign of life of an alarm processor. The age of a new sign begins now. The time in the sign is not used,
 * because the clocks of two machines may differ.
 * @param judges the partitions that the processor judges; absent in the sign of an older alarm processor, which may
 *   judge all
 * @param oldAtMs the time in the sign, if the sign was in the log before this server started; absent for a new sign. An
 * old sign shows only since when nobody judges.
 */
export function noteAlarmsSign(
  signs: LifeSigns,
  { judges, oldAtMs }: { readonly judges?: readonly number[] | undefined; readonly oldAtMs?: number | undefined },
  nowMs: number,
): void {
  const atMs = Math.min(oldAtMs ?? nowMs, nowMs);
  for (const partition of judges ?? signs.judgedAtMs.keys())
    if (partition in signs.judgedAtMs) signs.judgedAtMs[partition] = Math.max(signs.judgedAtMs[partition]!, atMs);
}

/** Notes that this server runs. Called at least once a second, and before the health is judged. */
export function noteRunning(signs: LifeSigns, nowMs: number): void {
  const stoodStill = nowMs - signs.ranAtMs > stoodStillMs;
  if (stoodStill && nowMs - signs.resumedAtMs > standstillEveryMs) signs.resumedAtMs = nowMs;
  signs.ranAtMs = nowMs;
}

/**
 * Notes a reading that was received at `receivedMs`. After a pause in the readings, the alarm processor again has
 * `alarmsStaleMs` for its next sign of life.
 */
export function noteReading(signs: LifeSigns, receivedMs: number): void {
  if (receivedMs - signs.readingsAtMs > readingsArriveMs) signs.readingsSinceMs = receivedMs;
  signs.readingsAtMs = Math.max(signs.readingsAtMs, receivedMs);
}

/**
 * The screens show a damaged batch in Kafka for this time (ours), so that somebody sees it and reports it to the
 * operator.
 */
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
  const silent = readingsArrive ? signs.judgedAtMs.filter((signMs) => isSilent(signs, signMs, nowMs)).length : 0;
  const oldestSignMs = Math.min(...signs.judgedAtMs);
  const canary = judgeCanary(signs.canary, nowMs, canarySilentMs, readingsArrive);
  return {
    kafka: nowMs - Math.max(signs.kafkaAtMs, signs.resumedAtMs) > kafkaAwayMs ? 'away' : 'ok',
    alarms: silent > 0 ? 'stale' : 'ok',
    kafkaAt: signs.kafkaAtMs > 0 ? formatInstant(signs.kafkaAtMs) : null,
    alarmsAt: oldestSignMs > 0 ? formatInstant(oldestSignMs) : null,
    ...(silent > 0 && { notJudged: { partitions: silent, of: clinicalPartitions } }),
    ...(isDamageShown && { damaged: { batches: damage.total, at: formatInstant(lastDamageAtMs) } }),
    ...(canary && { canary }),
    ...(clock && { clock: { aheadMs: clock.aheadMs, at: formatInstant(clock.atMs) } }),
  };
}

/**
 * Returns whether the last sign of life for a partition is too old. Returns false if the reason may be that this server
 * reads late.
 */
function isSilent(signs: LifeSigns, signMs: number, nowMs: number): boolean {
  const expectedSinceMs = Math.max(signMs, signs.readingsSinceMs, signs.signsSinceMs);
  if (nowMs - Math.max(expectedSinceMs, signs.resumedAtMs) > alarmsStaleMsMax) return true;
  return nowMs - expectedSinceMs > alarmsStaleMs && signs.readUpToMs - expectedSinceMs >= readPastMs;
}
