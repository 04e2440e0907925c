/**
 * Decides whether a device raises an alarm at the bedside because Vigil does not watch the bed. The inbox messages say
 * whether a screen shows the bed. The device alarms if no screen shows the bed. It also alarms if no inbox message
 * comes, because then the gateway may be gone.
 */

/**
 * After this time without an inbox message the device alarms. The gateway sends an inbox message at least every 3 s.
 */
export const inboxSilenceMs = 10_000;

export type LocalAlarm = 'unwatched' | 'inbox-silent';

export type WatchState = {
  /** Monotonic ms of the last inbox message; before the first message, the time at which the device started. */
  readonly heardAtMs: number;
  /** Whether a screen shows the bed; undefined until the first inbox message. */
  readonly watched: boolean | undefined;
  readonly alarm: LocalAlarm | undefined;
};

export type WatchEvent = { readonly kind: 'inbox'; readonly watched: boolean } | { readonly kind: 'tick' };

export function initialWatch(nowMs: number): WatchState {
  return { heardAtMs: nowMs, watched: undefined, alarm: undefined };
}

/**
 * Returns the state after an event. If the inbox is silent, the alarm is `inbox-silent`, because the last message may
 * be out of date.
 */
export function nextWatchState(state: WatchState, event: WatchEvent, nowMs: number): WatchState {
  const heard = event.kind === 'inbox' ? { heardAtMs: nowMs, watched: event.watched } : state;
  const alarm = alarmOf(heard, nowMs);
  if (event.kind === 'tick' && alarm === state.alarm) return state;
  return { heardAtMs: heard.heardAtMs, watched: heard.watched, alarm };
}

function alarmOf(state: Pick<WatchState, 'heardAtMs' | 'watched'>, nowMs: number): LocalAlarm | undefined {
  if (nowMs - state.heardAtMs >= inboxSilenceMs) return 'inbox-silent';
  return state.watched === false ? 'unwatched' : undefined;
}
