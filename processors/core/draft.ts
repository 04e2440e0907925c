/** One step's working copy: parts are replaced, never changed, so that the state before stays as it was. */
import { saidAfter } from '../../contracts/acknowledgement.ts';
import type { AlarmEvent, AlarmEventType, Priority } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Environment } from './inputs.ts';
import type { Counter, LiveAlarm, State } from './state.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export type Draft = {
  readonly env: Environment;
  readonly now: number;
  readonly s: Mutable<State>;
  readonly events: AlarmEvent[];
};

export function draftOf(env: Environment, state: State, now: number): Draft {
  return { env, now, s: { ...state }, events: [] };
}

export function count(d: Draft, name: Counter, n = 1): void {
  if (n > 0) d.s.counters = { ...d.s.counters, [name]: (d.s.counters[name] ?? 0) + n };
}

/** Graver is higher. */
export const gravity: Readonly<Record<Priority, number>> = { low: 1, medium: 2, high: 3 };

/** Stores an alarm after a change and tells of it: one more `rev`. Notes since which revision it became no graver. */
export function tell(d: Draft, key: string, type: AlarmEventType, live: LiveAlarm): LiveAlarm {
  const alarm = { ...live.alarm, rev: live.alarm.rev + 1, signal: signalOf(live) };
  const told = { ...live, alarm, said: saidAfter(d.s.live[key], alarm, d.now) };
  d.s.live = { ...d.s.live, [key]: told };
  d.events.push({ type, at: formatInstant(d.now), alarm });
  return told;
}

function signalOf(live: LiveAlarm): 'on' | 'off' | 'latched' | 'acknowledged' {
  if (live.alarm.present) return live.subsumed ? 'off' : live.acknowledged ? 'acknowledged' : 'on';
  return latches(live) && !live.acknowledged ? 'latched' : 'off';
}

/** High physiological alarms stay until a person has seen them; one that a graver one stands for need not (CLINICAL, "Alarm vocabulary"). */
export function latches(live: LiveAlarm): boolean {
  return live.alarm.kind === 'physiological' && live.alarm.priority === 'high' && !live.subsumed;
}

/** The event of an alarm that leaves the screens, and the memory that it was. */
export function clear(d: Draft, key: string, live: LiveAlarm, to: number, closedMax: number): void {
  const { alarm } = tell(d, key, 'cleared', { ...live, acknowledged: true });
  const { [key]: _left, ...rest } = d.s.live;
  d.s.live = rest;
  const entry = { alarmId: alarm.alarmId, rev: alarm.rev, key, from: live.onset, to };
  d.s.closed = [...d.s.closed.filter((one) => one.alarmId !== alarm.alarmId), entry].slice(-closedMax);
}
