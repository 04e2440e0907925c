/** What happens because time passed, though nothing came: unanswered alarms climb, answered ones call again, old lines end. */
import type { Draft } from './draft.ts';
import { escalate, realarm } from './lifecycle.ts';
import { initialLine } from './line.ts';
import { endNotices, noticesDue } from './notices.ts';
import { reconcile } from './reconcile.ts';
import { patienceMs } from './silence.ts';
import type { LiveAlarm, State } from './state.ts';
import { escalationMax, escalationMs, heldMs, lateIdleMs, lostMs } from './tuning.ts';

/** Everything that is due at `d.now`. */
export function runTimers(d: Draft): void {
  if (lateDue(d.s) <= d.now) endLate(d);
  if (lostDue(d.s) <= d.now) endMain(d, d.s.main.judgedUntil! + lostMs);
  if (noticesDue(d.s) <= d.now) endNotices(d);
  if (d.s.pause !== null && d.s.pause.until <= d.now) d.s.pause = null;
  if (d.s.held.some((one) => one.heldAt + heldMs <= d.now))
    d.s.held = d.s.held.filter((one) => one.heldAt + heldMs > d.now);
  for (const key of Object.keys(d.s.live)) {
    climb(d, key);
    const live = d.s.live[key]!;
    if (!live.subsumed && live.realarmAt !== null && live.realarmAt <= d.now) realarm(d, key, live);
  }
}

function climb(d: Draft, key: string): void {
  for (let live = d.s.live[key]!; escalationDue(live) <= d.now; live = d.s.live[key]!) {
    const wait = escalationMs[live.alarm.priority];
    const more = wait !== undefined && live.alarm.escalation + 1 < escalationMax;
    escalate(d, key, live, more ? live.escalateAt! + wait : null);
  }
}

const escalationDue = (live: LiveAlarm) =>
  live.subsumed ? Number.POSITIVE_INFINITY : (live.escalateAt ?? Number.POSITIVE_INFINITY);

/** Late readings stopped coming: what they showed is over, since what is now is judged on the other line. */
export function endLate(d: Draft): void {
  const endAt = d.s.late.judgedUntil;
  d.s.late = initialLine;
  if (endAt !== null) reconcile(d, endAt);
}

/** No reading for `lostMs`: what was beyond a limit is no longer known to be; the alarm of silence stands for it. */
export function endMain(d: Draft, endAt: number): void {
  d.s.main = { ...d.s.main, trackers: {} };
  reconcile(d, endAt);
}

const lateDue = (s: State) => (s.late.judgedUntil === null ? Number.POSITIVE_INFINITY : s.late.heardAt + lateIdleMs);
const lostDue = (s: State) =>
  s.main.judgedUntil === null || Object.keys(s.main.trackers).length === 0
    ? Number.POSITIVE_INFINITY
    : s.main.heardAt + lostMs;

/** The wall clock at which a tick next does something; infinity where only an input can. */
export function nextDue(s: State): number {
  const due = [
    lateDue(s),
    lostDue(s),
    s.silence.armed ? s.silence.heardAt + patienceMs(s.silence) : Number.POSITIVE_INFINITY,
    noticesDue(s),
    s.pause?.until ?? Number.POSITIVE_INFINITY,
    ...s.held.map((one) => one.heldAt + heldMs),
  ];
  for (const live of Object.values(s.live)) {
    due.push(escalationDue(live));
    if (!live.subsumed && live.realarmAt !== null) due.push(live.realarmAt);
  }
  return Math.min(...due);
}
