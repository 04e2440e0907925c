/**
 * The alarm of a patient whose snapshot cannot be written for a long time. The values are judged as usual. But if the
 * process ends, the next process begins with an old snapshot: it does not know the newest acknowledgements and limits.
 */
import { minuteMs } from '../../contracts/durations.ts';
import type { NoticeInput } from './core/inputs.ts';
import { isPeriodOver } from './core/judging.ts';
import type { PatientEngine } from './patient-engine.ts';

/** A snapshot that cannot be written for this time raises the alarm, ms (ours). */
export const notSavedMs = 5 * minuteMs;
/** The alarm ends this long after the last notice, ms (ours). So a fault that comes and goes is one alarm. */
const forMs = 2 * minuteMs;
const againMs = minuteMs;

/** Returns whether the snapshot of a patient could not be written for a long time. */
export function isLongUnsaved({ unsavedSinceMs, state }: PatientEngine, nowMs: number): boolean {
  return unsavedSinceMs !== undefined && nowMs - unsavedSinceMs >= notSavedMs && !isPeriodOver(state);
}

/** Returns whether the patient must get the notice now. Each notice also lets the next round try the snapshot again. */
export function isNoticeDue(engine: PatientEngine, nowMs: number): boolean {
  if (!isLongUnsaved(engine, nowMs)) return false;
  const until = engine.state.notices['not-saved']?.until ?? 0;
  return until - nowMs <= forMs - againMs || until - nowMs > forMs;
}

export function notSavedNotice({ state }: PatientEngine, nowMs: number): NoticeInput {
  const deviceId = state.deviceId ?? 'unknown';
  return { type: 'notice', notice: 'not-saved', deviceId, receivedAt: nowMs, forMs };
}
