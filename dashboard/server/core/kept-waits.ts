/**
 * Keeps for some minutes the alarms that the closed connections of a session had not confirmed. The next connection of
 * the session continues the waiting times of these alarms. So a page that connects again and again does not get new
 * time.
 */
import { type AlarmOnScreen, type Confirmations, newConfirmations } from './confirmations.ts';

/**
 * The waits of a closed connection are kept for this time (ours). This time is longer than a page needs to connect
 * again.
 */
export const keptForMs = 5 * 60_000;
/** Maximum number of sessions. Above this number, the session whose connection closed longest ago is removed. */
export const keptSessionsMax = 1_000;
/** Maximum number of alarms of one session; the alarms that wait longest are kept. */
export const keptAlarmsMax = 500;

type Kept = Pick<Confirmations, 'page' | 'hasConfirmed'> & {
  readonly keptAtMs: number;
  readonly waiting: readonly AlarmOnScreen[];
};

/** The waits of closed connections, by session; the session whose connection closed longest ago comes first. */
export type KeptWaits = Map<string, Kept>;

/**
 * Numbers of the sessions above `keptSessionsMax` and of the alarms above `keptAlarmsMax`, which were removed early.
 */
export type ForgottenWaits = { sessions: number; alarms: number };

/** Returns the number of sessions with kept waits. */
export function keptSessions(kept: KeptWaits, nowMs: number): number {
  return [...kept.values()].filter(({ keptAtMs }) => nowMs - keptAtMs <= keptForMs).length;
}

/**
 * Keeps the alarms that a connection of the session had not confirmed when it ended. Counts in `forgotten` what exceeds
 * a maximum.
 */
export function keepWaits(
  kept: KeptWaits,
  session: string,
  state: Confirmations,
  nowMs: number,
  forgotten: ForgottenWaits = { sessions: 0, alarms: 0 },
): void {
  for (const [other, { keptAtMs }] of kept) if (nowMs - keptAtMs > keptForMs) kept.delete(other);
  const waiting = new Map<string, AlarmOnScreen>();
  for (const onScreen of [...(kept.get(session)?.waiting ?? []), ...state.alarms.values()]) {
    const other = waiting.get(onScreen.alarm.alarmId);
    if (onScreen.waiting !== undefined && (other === undefined || sinceMs(onScreen) < sinceMs(other)))
      waiting.set(onScreen.alarm.alarmId, onScreen);
  }
  if (waiting.size === 0) return;
  const hasConfirmed = state.hasConfirmed || kept.get(session)?.hasConfirmed === true;
  kept.delete(session);
  const longest = [...waiting.values()].sort((a, b) => sinceMs(a) - sinceMs(b)).slice(0, keptAlarmsMax);
  kept.set(session, { keptAtMs: nowMs, page: state.page, hasConfirmed, waiting: longest });
  forgotten.alarms += waiting.size - longest.length;
  if (kept.size <= keptSessionsMax) return;
  kept.delete(kept.keys().next().value!);
  forgotten.sessions += 1;
}

/** Returns the state of a new connection of the session with the kept waits, and stops keeping these waits. */
export function takeWaits(kept: KeptWaits, session: string, nowMs: number): Confirmations {
  const state = newConfirmations();
  const ofSession = kept.get(session);
  kept.delete(session);
  if (ofSession === undefined || nowMs - ofSession.keptAtMs > keptForMs) return state;
  state.page = ofSession.page;
  state.hasConfirmed = ofSession.hasConfirmed;
  for (const { alarm, waiting } of ofSession.waiting) {
    if (waiting === undefined) continue;
    const notYet = { report: undefined, paintedAtMs: undefined, soundedAtMs: undefined };
    state.alarms.set(alarm.alarmId, { alarm, waiting: { ...waiting, isFromStart: true }, ...notYet });
  }
  return state;
}

function sinceMs({ waiting }: AlarmOnScreen): number {
  return waiting?.firstSentAtMs ?? Number.POSITIVE_INFINITY;
}
