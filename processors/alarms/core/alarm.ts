/**
 * The life of one alarm (CLINICAL, "Alarm vocabulary"): it is raised, updated, acknowledged, calls again, and ends. The `decide…` functions
 * return the change that is due; `evolve` applies it. Pure: the wall clock and all numbers are arguments.
 */
import { type ContentRevision, contentRevisionAfter } from '../../../contracts/acknowledgement.ts';
import type { Alarm, AlarmEventType, Command, Priority } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Condition } from './condition.ts';
import { type Profile, type Times, timesOf } from './profile.ts';
import { isScore } from './scores/names.ts';
import { builtInScores } from './scores/score-rules.ts';

/** An alarm on the screens, with what the engine must remember about it. */
export type Live = {
  readonly alarm: Alarm;
  readonly acknowledged: boolean;
  /** A graver condition of the same cause calls instead. The alarm stays present, without a signal (BICEPS). */
  readonly subsumed: boolean;
  /** Its signal is off because the bed is on standby, not because of a graver condition. */
  readonly away?: boolean;
  /** Device time at which the present occurrence began. */
  readonly onset: number;
  /** Wall clock at which it began to call. */
  readonly signalSince: number;
  readonly escalateAt: number | null;
  readonly realarmAt: number | null;
  /** Device time of the last published value and text. */
  readonly toldAt: number;
  /** The revisions that an acknowledgement may refer to. */
  readonly said?: ContentRevision;
};

export type Change =
  | { readonly type: 'raise'; readonly condition: Condition; readonly alarm: Alarm }
  | { readonly type: 'recur'; readonly condition: Condition; readonly acknowledged: boolean }
  | { readonly type: 'refresh'; readonly condition: Condition; readonly subsumed: boolean; readonly away?: boolean }
  | { readonly type: 'end'; readonly at: number }
  | { readonly type: 'acknowledge'; readonly by: Command['by']; readonly at: string }
  | { readonly type: 'realarm' }
  | { readonly type: 'escalate' }
  | { readonly type: 'pause-audio'; readonly until: number }
  | { readonly type: 'resume-audio' }
  | { readonly type: 'clear' };

const told: Readonly<Record<Change['type'], AlarmEventType>> = {
  raise: 'raised',
  recur: 'updated',
  refresh: 'updated',
  end: 'resolved',
  acknowledge: 'acknowledged',
  realarm: 'realarmed',
  escalate: 'escalated',
  'pause-audio': 'audio-paused',
  'resume-audio': 'updated',
  clear: 'cleared',
};
export const eventTypeOf = ({ type }: Change): AlarmEventType => told[type];

/** What a change needs from the wall clock and the profile. */
export type Clock = {
  readonly now: number;
  readonly profile: Times & Partial<Pick<Profile, 'groups' | 'scores'>>;
  /** Wall clock until which an audio pause silences a new call of this priority; null if no pause silences it. */
  readonly pausedUntil?: (priority: Priority) => number | null;
};

/** Time after which an acknowledged alarm calls again while its condition lasts, ms. */
export function realarmMsOf(alarm: Pick<Alarm, 'condition' | 'origin'>, { profile }: Pick<Clock, 'profile'>): number {
  const isOurScore = alarm.origin === undefined && isScore(alarm.condition);
  return isOurScore ? (profile.scores ?? builtInScores).realarmMs : timesOf(profile, alarm).realarmMs;
}

/** An unanswered alarm is escalated at most this many times (ours). */
const escalationMax = 3;

/** Returns the alarm after a change: its next `rev`, its signal, and the revision since which it has not become graver. */
export function evolve(before: Live | undefined, change: Change, clock: Clock): Live {
  const after = changed(before, change, clock);
  const alarm = { ...after.alarm, rev: after.alarm.rev + 1, signal: signalOf(after) };
  return { ...after, alarm, said: contentRevisionAfter(before, alarm, clock.now) };
}

function changed(before: Live | undefined, change: Change, clock: Clock): Live {
  if (change.type === 'raise') return calling({ ...freshOf(change.condition), alarm: change.alarm }, clock);
  if (before === undefined) throw new Error(`There is no alarm to ${change.type}.`);
  const { alarm } = before;
  switch (change.type) {
    case 'recur': {
      const { resolvedAt: _over, under: _caller, ...rest } = alarm;
      const { condition, acknowledged } = change;
      const again = { ...rest, ...valuesOf(condition), present: true, onsets: alarm.onsets + 1, late: condition.late };
      if (acknowledged) {
        const realarmAt = Date.parse(alarm.acknowledgedAt!) + realarmMsOf(alarm, clock);
        const answered = { ...again, realarmAt: formatInstant(realarmAt) };
        return { ...before, ...occurrence(condition), acknowledged, realarmAt, alarm: answered };
      }
      return calling({ ...freshOf(condition), alarm: unanswered(again) }, clock);
    }
    case 'refresh': {
      const { condition, subsumed, away = false } = change;
      const late = alarm.late && condition.late;
      const { under: _caller, ...rest } = alarm;
      const next = {
        ...before,
        subsumed,
        away,
        toldAt: condition.valueAt,
        alarm: { ...rest, ...valuesOf(condition), priority: condition.priority, late },
      };
      if (isGraver(condition, alarm) && !subsumed)
        return calling({ ...next, acknowledged: false, realarmAt: null, alarm: unanswered(next.alarm) }, clock);
      return before.subsumed && !subsumed && !before.acknowledged ? calling(next, clock) : next;
    }
    case 'end': {
      const { realarmAt: _off, ...rest } = alarm;
      const ended = { ...rest, present: false, resolvedAt: formatInstant(change.at) };
      const next = { ...before, alarm: ended, realarmAt: null };
      if (!latches(next)) return { ...next, escalateAt: null };
      // It ended on standby and nobody has seen it, so now it calls.
      if (next.away && !next.acknowledged) return calling({ ...next, subsumed: false, away: false }, clock);
      return next;
    }
    case 'acknowledge': {
      const realarmAt = alarm.present && !callsOnce(alarm) ? clock.now + realarmMsOf(alarm, clock) : null;
      return {
        ...before,
        acknowledged: true,
        escalateAt: null,
        realarmAt,
        alarm: {
          ...alarm,
          acknowledgedBy: change.by,
          acknowledgedAt: change.at,
          ...(realarmAt !== null && { realarmAt: formatInstant(realarmAt) }),
        },
      };
    }
    case 'realarm':
      return calling({ ...before, acknowledged: false, realarmAt: null, alarm: unanswered(alarm) }, clock);
    case 'escalate': {
      const escalation = alarm.escalation + 1;
      const wait = timesOf(clock.profile, alarm).escalationMs[alarm.priority];
      const again = wait !== undefined && escalation < escalationMax;
      return { ...before, escalateAt: again ? before.escalateAt! + wait : null, alarm: { ...alarm, escalation } };
    }
    case 'pause-audio':
      return { ...before, alarm: { ...alarm, audioPausedUntil: formatInstant(change.until) } };
    case 'resume-audio': {
      const { audioPausedUntil: _over, ...rest } = alarm;
      return { ...before, alarm: rest };
    }
    case 'clear':
      return { ...before, acknowledged: true, escalateAt: null, realarmAt: null };
  }
}

/** The alarm begins to call. The escalation timer starts. Only a pause that began over a graver alarm silences it. */
function calling(live: Live, { now, profile, pausedUntil }: Clock): Live {
  const wait = timesOf(profile, live.alarm).escalationMs[live.alarm.priority];
  const { audioPausedUntil: _old, ...rest } = live.alarm;
  const until = pausedUntil?.(rest.priority) ?? null;
  const alarm = until === null ? rest : { ...rest, audioPausedUntil: formatInstant(until) };
  return { ...live, alarm, signalSince: now, escalateAt: wait === undefined ? null : now + wait };
}

/** The sound of a monitor may be off for good reasons, so this alarm calls once and does not call again. */
const callsOnce = ({ condition, origin }: Alarm): boolean => origin === undefined && condition === 'device-sound-off';

function unanswered(alarm: Alarm): Alarm {
  const { acknowledgedBy: _by, acknowledgedAt: _at, realarmAt: _was, ...rest } = alarm;
  return { ...rest, escalation: 0 };
}

const occurrence = ({ onset, valueAt, quiet = false }: Condition) => ({
  onset,
  toldAt: valueAt,
  subsumed: quiet,
  away: false,
});

const freshOf = (condition: Condition) => ({
  ...occurrence(condition),
  acknowledged: false,
  signalSince: 0,
  escalateAt: null,
  realarmAt: null,
});

function valuesOf({ text, code, value, limit, unit, listedUnder }: Condition) {
  return {
    text,
    ...(code !== undefined && { code }),
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    ...(unit !== undefined && { unit }),
    ...(listedUnder !== undefined && { under: listedUnder }),
  };
}

/** Returns the new alarm of a condition, before its first revision. */
export function alarmOf(
  condition: Condition,
  of: { readonly alarmId: string; readonly rev: number; readonly associationId: string; readonly deviceId: string },
  now: number,
): Alarm {
  return {
    ...of,
    condition: condition.name,
    kind: condition.kind,
    ...(condition.origin !== undefined && { origin: condition.origin }),
    priority: condition.priority,
    ...valuesOf(condition),
    present: true,
    signal: 'on',
    onsetAt: formatInstant(condition.onset),
    determinedAt: formatInstant(condition.determined),
    raisedAt: formatInstant(now),
    onsets: 1,
    late: condition.late,
    escalation: 0,
  };
}

function signalOf(live: Live): Alarm['signal'] {
  if (live.alarm.present) return live.subsumed ? 'off' : live.acknowledged ? 'acknowledged' : 'on';
  return latches(live) && !live.acknowledged ? 'latched' : 'off';
}

/** High physiological alarms stay until a person has seen them. An alarm under a graver one need not stay. */
export function latches({ alarm, subsumed, away }: Live): boolean {
  return alarm.kind === 'physiological' && alarm.priority === 'high' && (!subsumed || away === true);
}

/** The alarm sounds: nobody has acknowledged it, and no other alarm calls instead. */
export function calls(live: Live): boolean {
  return !live.subsumed && (live.alarm.signal === 'on' || live.alarm.signal === 'latched');
}

/** Returns whether a condition does not call. A condition that is about to end need not call once the graver one has ended. */
export const isQuiet = ({ quiet, clearing }: Condition, live: Live | undefined): boolean =>
  quiet ?? (clearing === true && live?.subsumed === true && live.away !== true);

/** A higher number is graver. */
export const gravity: Readonly<Record<Priority, number>> = { low: 1, medium: 2, high: 3 };

/** The alarm is published again if its value got worse and `worseMs` have passed, or if it changed and `changedMs` have passed (ours). */
const worseMs = 5_000;
const changedMs = 60_000;

/** Returns whether the condition is now graver than its alarm. An earlier acknowledgement does not cover the graver alarm. */
export const isGraver = (condition: Condition, { priority }: Alarm) => gravity[condition.priority] > gravity[priority];

/** Returns whether the changed value of a lasting condition is to be published. */
export function decideRefresh(live: Live, condition: Condition, subsumed: boolean, away: boolean): Change | undefined {
  const { alarm } = live;
  const sinceToldMs = condition.valueAt - live.toldAt;
  const shown = Math.abs((alarm.value ?? 0) - (alarm.limit ?? 0));
  const worse = condition.excess > shown && sinceToldMs >= worseMs;
  const changed = condition.text !== alarm.text && sinceToldMs >= changedMs;
  const isOther =
    condition.priority !== alarm.priority ||
    condition.limit !== alarm.limit ||
    condition.code !== alarm.code ||
    condition.listedUnder !== alarm.under;
  const moved = isOther || (alarm.kind === 'technical' && condition.text !== alarm.text);
  const current = alarm.late && !condition.late;
  const tells = worse || changed || moved || current || subsumed !== live.subsumed || away !== (live.away ?? false);
  return tells ? { type: 'refresh', condition, subsumed, away } : undefined;
}

/** Two machines' clocks may differ. An acknowledgement still counts if it is at most this much older than the repeated signal (ours). */
const clockToleranceMs = 2_000;

/**
 * Decides what a person's acknowledgement does. It does not count if it was given before the alarm called again, or if it refers to a
 * revision before the alarm became graver (contracts/acknowledgement.ts).
 */
export function decideAcknowledge(
  live: Live,
  command: Extract<Command, { type: 'acknowledge' }>,
): Change | 'repeated' | 'stale' {
  const again = live.alarm.onsets > 1 || live.signalSince > Date.parse(live.alarm.raisedAt);
  const isBeforeCall = again && Date.parse(command.at) + clockToleranceMs < live.signalSince;
  const isOfLess = command.rev !== undefined && command.rev < (live.said?.rev ?? 0);
  if (isBeforeCall || isOfLess) return 'stale';
  return live.acknowledged ? 'repeated' : { type: 'acknowledge', by: command.by, at: command.at };
}

/** Returns the next change that the wall clock makes due; undefined if no change is due. */
export function decideByClock(live: Live, now: number): Change | undefined {
  if (live.subsumed) return undefined;
  if (live.escalateAt !== null && live.escalateAt <= now) return { type: 'escalate' };
  return live.realarmAt !== null && live.realarmAt <= now ? { type: 'realarm' } : undefined;
}

/** Returns the wall clock at which `decideByClock` next returns a change. */
export function clockDue({ subsumed, escalateAt, realarmAt }: Live): number {
  if (subsumed) return Number.POSITIVE_INFINITY;
  return Math.min(escalateAt ?? Number.POSITIVE_INFINITY, realarmAt ?? Number.POSITIVE_INFINITY);
}

/** Returns why a pause does not begin, as a sentence for the person who asked. */
export function pauseFault(runs: boolean, isQuiet: boolean): string {
  if (runs) return 'The sound is paused already. A pause is not extended.';
  return isQuiet ? 'Nothing sounds that could be paused.' : 'The sound was not paused: this came too late.';
}
