/**
 * After a crash: the events that were told after the last snapshot, against the state that was rebuilt from it. They are the
 * same but where the wall clock had spoken in between; then the screens are told what holds, with a `rev` above all they have.
 */
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import { draftOf, tell } from './draft.ts';
import type { Environment, Step } from './inputs.ts';
import type { State } from './state.ts';
import { closedMax } from './tuning.ts';

/** @param told events of this association appended since its snapshot, in their order; judged when the engine has caught up */
export function realign(env: Environment, state: State, told: readonly AlarmEvent[], now: number): Step<State> {
  const d = draftOf(env, state, now);
  const last = new Map<string, AlarmEvent>();
  for (const event of told) {
    const before = last.get(event.alarm.alarmId);
    if (!before || event.alarm.rev >= before.alarm.rev) last.set(event.alarm.alarmId, event);
  }
  for (const { type, alarm } of last.values()) {
    const found = Object.entries(d.s.live).find(([, live]) => live.alarm.alarmId === alarm.alarmId);
    if (found) {
      const [key, live] = found;
      const behind = alarm.rev > live.alarm.rev || (alarm.rev === live.alarm.rev && !same(alarm, live.alarm));
      if (behind)
        tell(d, key, 'updated', { ...live, alarm: { ...live.alarm, rev: Math.max(alarm.rev, live.alarm.rev) } });
      continue;
    }
    const closed = d.s.closed.find((one) => one.alarmId === alarm.alarmId);
    if (type === 'cleared' || (closed && closed.rev > alarm.rev)) continue;
    const cleared: Alarm = {
      ...alarm,
      rev: alarm.rev + 1,
      present: false,
      signal: 'off',
      resolvedAt: formatInstant(now),
    };
    d.events.push({ type: 'cleared', at: formatInstant(now), alarm: cleared });
    const onset = Date.parse(alarm.onsetAt);
    const entry = closed ?? { alarmId: alarm.alarmId, key: alarm.condition, from: onset, to: onset };
    const others = d.s.closed.filter((one) => one !== closed);
    d.s.closed = [...others, { ...entry, rev: cleared.rev }].slice(-closedMax);
  }
  return { state: d.s, events: d.events };
}

/** What a screen would show differently. */
function same(a: Alarm, b: Alarm): boolean {
  return (
    a.present === b.present &&
    a.signal === b.signal &&
    a.onsets === b.onsets &&
    a.escalation === b.escalation &&
    a.late === b.late &&
    a.audioPausedUntil === b.audioPausedUntil
  );
}
