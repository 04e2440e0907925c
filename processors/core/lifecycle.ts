/**
 * The life of an alarm (CLINICAL, "Alarm vocabulary"): raised, told again, answered by a person, calling again, ended. Each
 * function makes one change and tells of it.
 */
import type { Alarm, Command } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import { clear, count, type Draft, gravity, latches, tell } from './draft.ts';
import type { Active, LiveAlarm } from './state.ts';
import { changedMs, clockToleranceMs, closedMax, escalationMs, heldMax, realarmMs, worseMs } from './tuning.ts';

/** `alarmId` (DESIGN, "Identities"): the same readings always give the same alarm. */
function alarmIdOf(d: Draft, active: Active): string {
  return d.env.hash(`${d.s.associationId}\n${active.key}\n${formatInstant(active.onset)}`);
}

export function raise(d: Draft, active: Active): void {
  const alarmId = alarmIdOf(d, active);
  const before = d.s.closed.find((one) => one.alarmId === alarmId);
  const alarm: Alarm = {
    alarmId,
    // `tell` makes it 1, or goes on where the same occurrence had been told and closed.
    rev: before?.rev ?? 0,
    associationId: d.s.associationId,
    deviceId: d.s.deviceId ?? 'unknown',
    condition: active.condition,
    kind: active.kind,
    priority: active.priority,
    ...valuesOf(active),
    present: true,
    signal: 'on',
    onsetAt: formatInstant(active.onset),
    determinedAt: formatInstant(active.determined),
    raisedAt: formatInstant(d.now),
    onsets: 1,
    late: active.late,
    escalation: 0,
  };
  const live = calling(d, { alarm, ...fresh(active) });
  tell(d, active.key, 'raised', live);
  const held = d.s.held.find((one) => one.alarmId === alarmId);
  if (!held) return;
  d.s.held = d.s.held.filter((one) => one !== held);
  acknowledge(d, active.key, held.by, held.at);
}

/** A new occurrence while the older one is unacknowledged: the same alarm, counted, not a second tile. */
export function recur(d: Draft, live: LiveAlarm, active: Active): void {
  const { resolvedAt: _over, ...alarm } = live.alarm;
  const again = { ...alarm, ...valuesOf(active), present: true, onsets: alarm.onsets + 1, late: active.late };
  tell(d, active.key, 'updated', calling(d, { alarm: { ...again, escalation: 0 }, ...fresh(active) }));
}

const fresh = (active: Active) => ({
  acknowledged: false,
  subsumed: false,
  onset: active.onset,
  signalSince: 0,
  escalateAt: null,
  realarmAt: null,
  toldAt: active.valueAt,
});

function valuesOf({ text, code, value, limit, unit }: Active) {
  return {
    text,
    ...(code !== undefined && { code }),
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    ...(unit !== undefined && { unit }),
  };
}

/** Tells of what changed while the condition held; a value not more often than `worseMs`, or `changedMs` where it got no worse. */
export function refresh(d: Draft, live: LiveAlarm, active: Active, subsumed: boolean): void {
  const { alarm } = live;
  const sinceToldMs = active.valueAt - live.toldAt;
  const shown = Math.abs((alarm.value ?? 0) - (alarm.limit ?? 0));
  const worse = active.excess > shown && sinceToldMs >= worseMs;
  const changed = active.text !== alarm.text && sinceToldMs >= changedMs;
  const moved = active.limit !== alarm.limit || (active.kind === 'technical' && active.text !== alarm.text);
  const current = alarm.late && !active.late;
  if (!worse && !changed && !moved && !current && subsumed === live.subsumed) return;
  const next = {
    ...live,
    alarm: { ...alarm, ...valuesOf(active), late: alarm.late && active.late },
    toldAt: active.valueAt,
    subsumed,
  };
  tell(d, active.key, 'updated', live.subsumed && !subsumed && !live.acknowledged ? calling(d, next) : next);
}

/** The condition ended at `endAt`, event time. It latches, or leaves. */
export function resolve(d: Draft, key: string, live: LiveAlarm, endAt: number): void {
  const { realarmAt: _off, ...alarm } = live.alarm;
  const ended = { ...alarm, present: false, resolvedAt: formatInstant(endAt) };
  const told = tell(d, key, 'resolved', {
    ...live,
    alarm: ended,
    realarmAt: null,
    escalateAt: latches(live) && !live.acknowledged ? live.escalateAt : null,
  });
  if (told.alarm.signal !== 'latched') clear(d, key, told, endAt, closedMax);
}

/** A person's answer to a live alarm. */
export function acknowledge(d: Draft, key: string, by: Command['by'], at: string): void {
  const live = d.s.live[key]!;
  if (live.acknowledged) {
    count(d, 'acknowledgementsRepeated');
    return;
  }
  const realarmAt = live.alarm.present ? d.now + realarmMs : null;
  const told = tell(d, key, 'acknowledged', {
    ...live,
    alarm: {
      ...live.alarm,
      acknowledgedBy: by,
      acknowledgedAt: at,
      ...(realarmAt !== null && { realarmAt: formatInstant(realarmAt) }),
    },
    acknowledged: true,
    escalateAt: null,
    realarmAt,
  });
  if (!told.alarm.present) clear(d, key, told, Date.parse(told.alarm.resolvedAt!), closedMax);
}

/**
 * An acknowledgement as it came. One for an alarm not known yet is held for when it is raised (a replay may meet the two in
 * another order); one that was given before the alarm called again does not answer the new call, and one of an older revision does
 * not answer what has become graver since (contracts/acknowledgement.ts).
 */
export function answer(d: Draft, command: Extract<Command, { type: 'acknowledge' }>): void {
  const found = Object.entries(d.s.live).find(([, live]) => live.alarm.alarmId === command.alarmId);
  if (found) {
    const [key, live] = found;
    const again = live.alarm.onsets > 1 || live.signalSince > Date.parse(live.alarm.raisedAt);
    const isBeforeCall = again && Date.parse(command.at) + clockToleranceMs < live.signalSince;
    const isOfLess = command.rev !== undefined && command.rev < (live.said?.rev ?? 0);
    if (isBeforeCall || isOfLess) count(d, 'acknowledgementsStale');
    else acknowledge(d, key, command.by, command.at);
    return;
  }
  if ((d.s.association?.endedAt ?? null) !== null || d.s.closed.some((one) => one.alarmId === command.alarmId)) {
    count(d, 'acknowledgementsUnknown');
    return;
  }
  count(d, 'acknowledgementsHeld');
  const held = { alarmId: command.alarmId, by: command.by, at: command.at, heldAt: d.now };
  count(d, 'acknowledgementsUnknown', d.s.held.length + 1 - heldMax);
  d.s.held = [...d.s.held, held].slice(-heldMax);
}

/** An acknowledged alarm whose condition lasts calls again. */
export function realarm(d: Draft, key: string, live: LiveAlarm): void {
  const { acknowledgedBy: _by, acknowledgedAt: _at, realarmAt: _was, ...alarm } = live.alarm;
  const again = { ...live, alarm: { ...alarm, escalation: 0 }, acknowledged: false, realarmAt: null };
  tell(d, key, 'realarmed', calling(d, again));
}

export function escalate(d: Draft, key: string, live: LiveAlarm, next: number | null): void {
  const alarm = { ...live.alarm, escalation: live.alarm.escalation + 1 };
  tell(d, key, 'escalated', { ...live, alarm, escalateAt: next });
}

/** It begins to call: escalation starts to count, and a call graver than what an audio pause silences ends the pause. */
function calling(d: Draft, live: LiveAlarm): LiveAlarm {
  const { audioPausedUntil: _old, ...alarm } = live.alarm;
  const wait = escalationMs[alarm.priority];
  const next = {
    ...live,
    signalSince: d.now,
    escalateAt: wait === undefined ? null : d.now + wait,
    alarm,
  };
  const { pause } = d.s;
  if (pause === null || pause.until <= d.now) return next;
  if (pause.over !== null && gravity[alarm.priority] <= gravity[pause.over])
    return { ...next, alarm: { ...alarm, audioPausedUntil: formatInstant(pause.until) } };
  d.s.pause = null;
  for (const [key, other] of Object.entries(d.s.live)) {
    if (other.alarm.audioPausedUntil === undefined || other.alarm.alarmId === alarm.alarmId) continue;
    const { audioPausedUntil: _over, ...rest } = other.alarm;
    tell(d, key, 'updated', { ...other, alarm: rest });
  }
  return next;
}

/** Silences what calls now; what calls later and is graver ends it (CLINICAL, "Alarm vocabulary"). */
export function pauseAudio(d: Draft, until: number): void {
  const calls = Object.entries(d.s.live).filter(([, live]) => !live.subsumed && live.alarm.signal !== 'off');
  const over = calls
    .map(([, live]) => live.alarm.priority)
    .reduce<keyof typeof gravity | null>((most, one) => (most && gravity[most] >= gravity[one] ? most : one), null);
  d.s.pause = { until, over };
  for (const [key, live] of calls)
    tell(d, key, 'audio-paused', { ...live, alarm: { ...live.alarm, audioPausedUntil: formatInstant(until) } });
}
