/**
 * The device's own part in "nobody is lulled" (CLINICAL.md, "Silence is an alarm"). The inbox says whether a screen shows this bed. It
 * falls silent when the gateway is gone. Both cases are an alarm at the bedside.
 */

/** An inbox message comes at least every 10 s. After this long without one the device alarms. */
export const inboxSilenceMs = 30_000;

export type LocalAlarm = 'unwatched' | 'inbox-silent';

export type WatchState = {
  /** When the last inbox message came, or the device started: monotonic ms. */
  readonly heardAtMs: number;
  /** Undefined until the first inbox message. */
  readonly watched: boolean | undefined;
  readonly alarm: LocalAlarm | undefined;
};

export type WatchEvent = { readonly kind: 'inbox'; readonly watched: boolean } | { readonly kind: 'tick' };

export function initialWatch(nowMs: number): WatchState {
  return { heardAtMs: nowMs, watched: undefined, alarm: undefined };
}

/** Returns the state after an event. Silence outranks "unwatched", because the last message may no longer hold. */
export function watch(state: WatchState, event: WatchEvent, nowMs: number): WatchState {
  const heard = event.kind === 'inbox' ? { heardAtMs: nowMs, watched: event.watched } : state;
  const alarm = alarmOf(heard, nowMs);
  if (event.kind === 'tick' && alarm === state.alarm) return state;
  return { heardAtMs: heard.heardAtMs, watched: heard.watched, alarm };
}

function alarmOf(state: Pick<WatchState, 'heardAtMs' | 'watched'>, nowMs: number): LocalAlarm | undefined {
  if (nowMs - state.heardAtMs >= inboxSilenceMs) return 'inbox-silent';
  return state.watched === false ? 'unwatched' : undefined;
}
