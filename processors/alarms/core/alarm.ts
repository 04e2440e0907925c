/**
 * The life of one alarm (CLINICAL, "Alarm vocabulary"): the alarm is raised, updated, acknowledged, calls again, and
 * ends. The `decide…` functions return the change that is due. `evolve` applies a change. Pure: the wall clock and all
 * numbers are arguments.
 */
import { type ContentRevision, contentRevisionAfter, isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm, AlarmEventType, Command, Priority } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Condition } from './condition.ts';
import { isOnsetCorrected, withOnsetValue } from './onset-value.ts';
import { type Profile, type Times, timesOf } from './profile.ts';
import { isScore } from './scores/names.ts';
import { builtInScores } from './scores/score-rules.ts';

/** An alarm on the screens, with the engine's own data about the alarm. */
export type LiveAlarm = {
  readonly alarm: Alarm;
  readonly acknowledged: boolean;
  /** A more serious condition of the same cause calls instead. This alarm stays present, without a signal (BICEPS). */
  readonly subsumed: boolean;
  /** The alarm's signal is off because the bed is on standby, not because of a more serious condition. */
  readonly away?: boolean;
  /** Device time at which the present occurrence of the condition began. */
  readonly onset: number;
  /** Wall-clock time at which the alarm began to call. */
  readonly signalSince: number;
  readonly escalateAt: number | null;
  readonly realarmAt: number | null;
  /** Device time of the value that was last published. */
  readonly toldAt: number;
  /** The content revision of the alarm. An acknowledgement of an earlier revision is stale. */
  readonly said?: ContentRevision;
};

export type AlarmChange =
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

const eventTypes: Readonly<Record<AlarmChange['type'], AlarmEventType>> = {
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
export const eventTypeOf = ({ type }: AlarmChange): AlarmEventType => eventTypes[type];

/** The wall clock, and the rules that a change depends on. */
export type ChangeContext = {
  readonly now: number;
  readonly profile: Times & Partial<Pick<Profile, 'groups' | 'scores'>>;
  /** Returns the wall-clock end of the audio pause for a new call; null if no pause silences the call. */
  readonly pausedUntil?: (priority: Priority) => number | null;
};

/** Returns the time after which an acknowledged alarm calls again while its condition lasts, ms. */
export function realarmMsOf(
  alarm: Pick<Alarm, 'condition' | 'origin'>,
  { profile }: Pick<ChangeContext, 'profile'>,
): number {
  const isOurScore = alarm.origin === undefined && isScore(alarm.condition);
  return isOurScore ? (profile.scores ?? builtInScores).realarmMs : timesOf(profile, alarm).realarmMs;
}

/** Maximum number of escalations of an alarm that nobody acknowledges (ours). */
const escalationMax = 3;

/** Returns the alarm after a change, with its next `rev`, its signal, and the revisions that may be acknowledged. */
export function evolve(before: LiveAlarm | undefined, change: AlarmChange, context: ChangeContext): LiveAlarm {
  const after = withChange(before, change, context);
  const alarm = { ...after.alarm, rev: after.alarm.rev + 1, signal: signalOf(after) };
  return {
    ...after,
    alarm,
    said: contentRevisionAfter(before && { alarm: before.alarm, said: before.said }, alarm, context.now),
  };
}

function withChange(before: LiveAlarm | undefined, change: AlarmChange, context: ChangeContext): LiveAlarm {
  if (change.type === 'raise') return withCall({ ...newLiveOf(change.condition), alarm: change.alarm }, context);
  if (before === undefined) throw new Error(`There is no alarm to ${change.type}.`);
  const { alarm } = before;
  switch (change.type) {
    case 'recur': {
      const { condition, acknowledged } = change;
      const { resolvedAt: _resolvedAt, under: _under, ...rest } = alarm;
      const next = { ...rest, ...valuesOf(condition), present: true, onsets: alarm.onsets + 1, late: condition.late };
      if (acknowledged) {
        const realarmAt = Date.parse(alarm.acknowledgedAt!) + realarmMsOf(alarm, context);
        const acknowledgedAlarm = { ...next, realarmAt: formatInstant(realarmAt) };
        return { ...before, ...occurrenceOf(condition), acknowledged, realarmAt, alarm: acknowledgedAlarm };
      }
      return withCall({ ...newLiveOf(condition), alarm: withoutAcknowledgement(next) }, context);
    }
    case 'refresh': {
      const { condition, subsumed, away = false } = change;
      const late = alarm.late && condition.late;
      const { under: _under, ...rest } = withOnsetValue(alarm, condition);
      const next = {
        ...before,
        subsumed,
        away,
        toldAt: condition.valueAt,
        alarm: { ...rest, ...valuesOf(condition), priority: condition.priority, late },
      };
      if (isMoreSerious(condition, alarm)) {
        // While another alarm calls instead, the acknowledgement ends too, so that this alarm calls when it may.
        const fresh = { ...next, acknowledged: false, realarmAt: null, alarm: withoutAcknowledgement(next.alarm) };
        return subsumed ? fresh : withCall(fresh, context);
      }
      return before.subsumed && !subsumed && !before.acknowledged ? withCall(next, context) : next;
    }
    case 'end': {
      const { realarmAt: _realarmAt, ...rest } = alarm;
      const ended = { ...rest, present: false, resolvedAt: formatInstant(change.at) };
      const next = { ...before, alarm: ended, realarmAt: null };
      if (!mustLatch(next)) return { ...next, escalateAt: null };
      // The condition ended while a standby hid its alarm, and nobody has acknowledged the alarm. The alarm latches, so
      // it must call now, even before the standby ends.
      if (next.away && !next.acknowledged) return withCall({ ...next, subsumed: false, away: false }, context);
      return next;
    }
    case 'acknowledge': {
      const realarmAt = alarm.present && !callsOnce(alarm) ? context.now + realarmMsOf(alarm, context) : null;
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
      return withCall(
        { ...before, acknowledged: false, realarmAt: null, alarm: withoutAcknowledgement(alarm) },
        context,
      );
    case 'escalate': {
      const escalation = alarm.escalation + 1;
      const waitMs = timesOf(context.profile, alarm).escalationMs[alarm.priority];
      const isLast = waitMs === undefined || escalation >= escalationMax;
      return { ...before, escalateAt: isLast ? null : before.escalateAt! + waitMs, alarm: { ...alarm, escalation } };
    }
    case 'pause-audio':
      return { ...before, alarm: { ...alarm, audioPausedUntil: formatInstant(change.until) } };
    case 'resume-audio': {
      const { audioPausedUntil: _audioPausedUntil, ...rest } = alarm;
      return { ...before, alarm: rest };
    }
    case 'clear':
      return { ...before, acknowledged: true, escalateAt: null, realarmAt: null };
  }
}

/**
 * Returns the alarm at the moment at which it begins to call. Its escalation timer starts. Only an audio pause that
 * began for a more serious alarm silences the call.
 */
function withCall(live: LiveAlarm, { now, profile, pausedUntil }: ChangeContext): LiveAlarm {
  const waitMs = timesOf(profile, live.alarm).escalationMs[live.alarm.priority];
  const { audioPausedUntil: _audioPausedUntil, ...rest } = live.alarm;
  const until = pausedUntil?.(rest.priority) ?? null;
  const alarm = until === null ? rest : { ...rest, audioPausedUntil: formatInstant(until) };
  return { ...live, alarm, signalSince: now, escalateAt: waitMs === undefined ? null : now + waitMs };
}

/**
 * Returns whether an alarm never calls again after an acknowledgement. True only for Vigil's alarm "the monitor's own
 * sound is off", because a nurse may want this sound to stay off.
 */
const callsOnce = ({ condition, origin }: Alarm): boolean => origin === undefined && condition === 'device-sound-off';

function withoutAcknowledgement(alarm: Alarm): Alarm {
  const { acknowledgedBy: _acknowledgedBy, acknowledgedAt: _acknowledgedAt, realarmAt: _realarmAt, ...rest } = alarm;
  return { ...rest, escalation: 0 };
}

const occurrenceOf = ({ onset, valueAt, quiet = false }: Condition) => ({
  onset,
  toldAt: valueAt,
  subsumed: quiet,
  away: false,
});

const newLiveOf = (condition: Condition) => ({
  ...occurrenceOf(condition),
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

export function newAlarmOf(
  condition: Condition,
  ids: { readonly alarmId: string; readonly rev: number; readonly associationId: string; readonly deviceId: string },
  now: number,
): Alarm {
  return {
    ...ids,
    condition: condition.name,
    kind: condition.kind,
    ...(condition.origin !== undefined && { origin: condition.origin }),
    priority: condition.priority,
    ...{ ...valuesOf(condition), ...(condition.atOnset && { atOnset: condition.atOnset }) },
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

function signalOf(live: LiveAlarm): Alarm['signal'] {
  if (live.alarm.present) return live.subsumed ? 'off' : live.acknowledged ? 'acknowledged' : 'on';
  return mustLatch(live) && !live.acknowledged ? 'latched' : 'off';
}

/**
 * Returns whether an alarm stays after its end until a person acknowledges it. True for a high physiological alarm,
 * unless a more serious alarm calls instead.
 */
export function mustLatch({ alarm, subsumed, away }: LiveAlarm): boolean {
  return alarm.kind === 'physiological' && alarm.priority === 'high' && (!subsumed || away === true);
}

/** Returns whether an alarm calls: nobody has acknowledged it, and no other alarm calls instead. */
export function isCalling(live: LiveAlarm): boolean {
  return !live.subsumed && isUnanswered(live.alarm);
}

/**
 * Returns whether a condition must not call. Example: a more serious condition called instead and has ended, but the
 * value is already inside the less serious limit.
 */
export const mustNotCall = ({ quiet, clearing }: Condition, live: LiveAlarm | undefined): boolean =>
  quiet ?? (clearing === true && live?.subsumed === true && live.away !== true);

/**
 * Shortest times until an alarm is published again, ms of device time (ours): after a worse value, and after a new text
 * of a physiological alarm. A new text of a technical alarm is published at once.
 */
const worseAgainMs = 5_000;
const textAgainMs = 60_000;

/** Returns whether a condition is more serious than its alarm. If so, earlier acknowledgements no longer count. */
export const isMoreSerious = (condition: Condition, { priority }: Alarm) =>
  priorityRank[condition.priority] > priorityRank[priority];

/** Returns the change that publishes a lasting condition again; undefined if nothing important has changed. */
export function decideRefresh(
  live: LiveAlarm,
  condition: Condition,
  subsumed: boolean,
  away: boolean,
): AlarmChange | undefined {
  const { alarm } = live;
  const sincePublishedMs = condition.valueAt - live.toldAt;
  const shownExcess = Math.abs((alarm.value ?? 0) - (alarm.limit ?? 0));
  const isWorse = condition.excess > shownExcess && sincePublishedMs >= worseAgainMs;
  const isTextDue = condition.text !== alarm.text && sincePublishedMs >= textAgainMs;
  const hasOtherContent =
    condition.priority !== alarm.priority ||
    condition.limit !== alarm.limit ||
    condition.code !== alarm.code ||
    isOnsetCorrected(alarm, condition) ||
    condition.listedUnder !== alarm.under;
  const mustShowAtOnce = hasOtherContent || (alarm.kind === 'technical' && condition.text !== alarm.text);
  const isCurrentNow = alarm.late && !condition.late;
  const mustPublish =
    isWorse ||
    isTextDue ||
    mustShowAtOnce ||
    isCurrentNow ||
    subsumed !== live.subsumed ||
    away !== (live.away ?? false);
  return mustPublish ? { type: 'refresh', condition, subsumed, away } : undefined;
}

/** Maximum difference of two machines' clocks (ours). An acknowledgement may be this much older than a new call. */
const clockToleranceMs = 2_000;

/**
 * Returns what an acknowledgement changes. The acknowledgement is stale if the alarm has called again since the
 * acknowledgement, or if the person saw the alarm before it became more serious (contracts/acknowledgement.ts).
 */
export function decideAcknowledge(
  live: LiveAlarm,
  command: Extract<Command, { type: 'acknowledge' }>,
): AlarmChange | 'repeated' | 'stale' {
  const hasCalledAgain = live.alarm.onsets > 1 || live.signalSince > Date.parse(live.alarm.raisedAt);
  const isBeforeCall = hasCalledAgain && Date.parse(command.at) + clockToleranceMs < live.signalSince;
  const isOfLessSeriousRevision = command.rev !== undefined && command.rev < (live.said?.rev ?? 0);
  if (isBeforeCall || isOfLessSeriousRevision) return 'stale';
  return live.acknowledged ? 'repeated' : { type: 'acknowledge', by: command.by, at: command.at };
}

/** Returns the first change that is due by the wall clock; undefined if no change is due. */
export function decideByClock(live: LiveAlarm, now: number): AlarmChange | undefined {
  if (live.subsumed) return undefined;
  if (live.escalateAt !== null && live.escalateAt <= now) return { type: 'escalate' };
  return live.realarmAt !== null && live.realarmAt <= now ? { type: 'realarm' } : undefined;
}

/** Returns the wall-clock time at which `decideByClock` next returns a change. */
export function clockDue({ subsumed, escalateAt, realarmAt }: LiveAlarm): number {
  if (subsumed) return Number.POSITIVE_INFINITY;
  return Math.min(escalateAt ?? Number.POSITIVE_INFINITY, realarmAt ?? Number.POSITIVE_INFINITY);
}

/** Returns why an audio pause does not begin, as a sentence for the person who asked for the pause. */
export function pauseRefusalText(isPaused: boolean, isNoAlarmCalling: boolean): string {
  if (isPaused) return 'The sound is paused already. A pause is not extended.';
  return isNoAlarmCalling
    ? 'No alarm sounds, so there is nothing to pause.'
    : 'The sound was not paused: the command came too late.';
}
