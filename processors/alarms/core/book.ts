/**
 * The book of alarms of one association. Turns the conditions that hold into the alarms on the screens: raises, updates
 * and ends alarms. Carries out acknowledgements and audio pauses. Pure.
 */
import { alarmIdText } from '../../../contracts/alarm-id.ts';
import { audioPauseMsMax } from '../../../contracts/audio-pause.ts';
import type { AlarmEvent, Command, Priority } from '../../../contracts/messages/alarms.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { formatInstant } from '../../../contracts/time.ts';
import {
  type AlarmChange,
  type ChangeContext,
  clockDue,
  decideAcknowledge,
  decideByClock,
  decideRefresh,
  eventTypeOf,
  evolve,
  isCalling,
  isMoreSerious,
  type LiveAlarm,
  mustNotCall,
  newAlarmOf,
  pauseRefusalText,
  realarmMsOf,
} from './alarm.ts';
import type { BookPart, ClosedAlarm, WaitingAcknowledgement } from './book-part.ts';
import { episodesThatCalled, subsumption } from './chains.ts';
import { afterClockSetBack } from './clock-set-back.ts';
import type { Condition, Episode } from './condition.ts';
import { wasAlreadyAlarm, withoutPast } from './past.ts';
import { continuesClosedAlarm, reopenedAlarm } from './recurrence.ts';

export const initialBook: BookPart = { live: {}, closed: [], held: [], pause: null, hidden: [] };

/** What the book needs besides its part of the state. */
export type BookContext = ChangeContext & {
  readonly associationId: string;
  readonly deviceId: string;
  /** A collision-resistant hash of a text, 16 to 64 characters. */
  readonly hash: (text: string) => string;
};

export type BookResult = { readonly part: BookPart; readonly events: readonly AlarmEvent[] };

export const closedMax = 32;
const waitingMax = 16;
/** How long an acknowledgement waits for its alarm. */
const acknowledgementWaitMs = 600_000;

/** A working copy of the book. Its fields are replaced; the values in them are never changed. */
type Draft = {
  live: Record<string, LiveAlarm>;
  closed: ClosedAlarm[];
  held: readonly WaitingAcknowledgement[];
  pause: BookPart['pause'];
  hidden: readonly string[];
  events: AlarmEvent[];
};

function draftOf({ live, closed, held, pause, hidden }: BookPart): Draft {
  return { live: { ...live }, closed: [...closed], held, pause, hidden, events: [] };
}

const resultOf = ({ events, ...part }: Draft): BookResult => ({ part, events });

/** Applies a change to one alarm and records the event. */
function applyChange(draft: Draft, key: string, change: AlarmChange, context: BookContext): LiveAlarm {
  const after = evolve(draft.live[key], change, { ...context, pausedUntil: pausedUntil(draft, context.now) });
  draft.live[key] = after;
  draft.events.push({ type: eventTypeOf(change), at: formatInstant(context.now), alarm: after.alarm });
  return after;
}

/**
 * Creates the function that returns the end of the audio pause for a new call; null if the pause does not silence the
 * call. The pause silences only calls that are less serious than the most serious alarm at the start of the pause.
 */
function pausedUntil({ pause }: Draft, now: number): (priority: Priority) => number | null {
  return (priority) =>
    pause !== null && pause.until > now && priorityRank[priority] < priorityRank[pause.over] ? pause.until : null;
}

/**
 * Ends the audio pause after a new call that is at least as serious as the most serious alarm that the pause silences.
 */
function endPauseAfterCall(draft: Draft, key: string, context: BookContext): void {
  const live = draft.live[key]!;
  const { pause } = draft;
  if (pause === null || pause.until <= context.now || !isCalling(live)) return;
  if (priorityRank[live.alarm.priority] < priorityRank[pause.over]) return;
  draft.pause = null;
  for (const [other, { alarm }] of Object.entries(draft.live))
    if (other !== key && alarm.audioPausedUntil !== undefined)
      applyChange(draft, other, { type: 'resume-audio' }, context);
}

/** Removes an alarm from the screens, and remembers it as closed. */
function removeAlarm(draft: Draft, key: string, to: number, context: BookContext): void {
  const { acknowledged, onset } = draft.live[key]!;
  const { alarm } = applyChange(draft, key, { type: 'clear' }, context);
  delete draft.live[key];
  const { alarmId, rev } = alarm;
  const others = draft.closed
    .filter((entry) => entry.alarmId !== alarmId)
    .map(({ last, ...rest }) => (last === undefined || rest.key === key ? rest : { ...rest, last }));
  const entry: ClosedAlarm = { key, alarmId, rev, from: onset, to, last: { alarm, acknowledged } };
  draft.closed = [...others, entry].slice(-closedMax);
}

/**
 * Turns conditions into alarms. If several conditions have one cause, only the most serious condition calls. The alarm
 * of a less serious condition keeps its signal off. It calls when the more serious condition ends, unless a person has
 * acknowledged it. A less serious condition without an alarm gets no alarm yet, unless it is quiet or was revealed.
 * @param endedAt returns the time at which a condition ended (engine-result.ts, `endAt`)
 * @param callingChains causes that count as present without a condition
 * @param mustHide returns whether a condition must not call because the bed is on standby. Such a condition is treated
 * as if a more serious condition called
 */
export function reconcile(
  before: BookPart,
  candidates: readonly Condition[],
  episodes: readonly Episode[],
  endedAt: (key: string) => number,
  context: BookContext,
  callingChains: ReadonlySet<string> = new Set(),
  mustHide?: (condition: Condition, live: LiveAlarm | undefined) => boolean,
): BookResult {
  if (candidates.length === 0 && episodes.length === 0 && Object.keys(before.live).length === 0)
    return { part: before, events: [] };
  const part = afterClockSetBack(before, candidates);
  const draft = draftOf(part);
  const conditions = withoutPast(draft, candidates);
  const byKey = new Map(conditions.map((condition) => [condition.key, condition]));
  const isSubsumed = subsumption(conditions, callingChains);
  for (const { condition, endedAt } of episodes)
    if (endedAt === Number.POSITIVE_INFINITY) raiseRevealed(draft, byKey.get(condition.key), isSubsumed, context);
  for (const episode of episodesThatCalled(episodes, conditions)) recordEpisode(draft, episode, byKey, context);
  const stillHidden: string[] = [];
  // The most serious condition is handled first: its alarm calls before a less serious alarm goes silent.
  for (const condition of [...conditions].sort((a, b) => b.rank - a.rank)) {
    const live = draft.live[condition.key];
    const isCovered = isSubsumed(condition) || mustNotCall(condition, live);
    const away = !isCovered && mustHide?.(condition, live) === true;
    const hidden = isCovered || away;
    if (live?.alarm.present) {
      const change = decideRefresh(live, condition, hidden, away);
      if (change) applyChange(draft, condition.key, change, context);
      const isCall = !hidden && (live.subsumed || isMoreSerious(condition, live.alarm));
      if (change && isCall) endPauseAfterCall(draft, condition.key, context);
      // The alarm's acknowledgement may have run out while a more serious alarm called instead.
      if (change && live.subsumed && !hidden) applyDue(draft, condition.key, context);
    } else if (hidden ? !condition.quiet : staysHidden(draft, condition)) {
      stillHidden.push(condition.key);
    } else if (!condition.raisesNoAlarm) beginAlarm(draft, condition, context);
  }
  for (const [key, live] of Object.entries(draft.live))
    if (live.alarm.present && !byKey.has(key)) endAlarm(draft, key, endedAt(key), context);
  if (draft.events.length === 0 && stillHidden.join() === part.hidden.join()) return { part, events: [] };
  draft.hidden = stillHidden;
  return resultOf(draft);
}

/** Returns whether a hidden condition stays hidden, because only its off-delay still runs. */
const staysHidden = ({ hidden }: Draft, { key, clearing, hasNeverCalled }: Condition) =>
  clearing === true && (hasNeverCalled === true || hidden.includes(key));

/** Makes an alarm of a condition that begins, or adds an onset to an alarm that is on the screens or has just ended. */
function beginAlarm(draft: Draft, condition: Condition, context: BookContext): void {
  const { key } = condition;
  const before = draft.live[key];
  if (before === undefined) {
    const recent = draft.closed.findLast((entry) => entry.key === key);
    const alarmId = context.hash(alarmIdText(context.associationId, key, condition.onset));
    const previous = recent && continuesClosedAlarm(condition, alarmId, recent) ? recent.last : undefined;
    if (previous === undefined) {
      const { rev } = draft.closed.find((entry) => entry.alarmId === alarmId) ?? { rev: 0 };
      const { associationId, deviceId } = context;
      const alarm = newAlarmOf(condition, { alarmId, rev, associationId, deviceId }, context.now);
      applyChange(draft, key, { type: 'raise', condition, alarm }, context);
      endPauseAfterCall(draft, key, context);
      applyHeldAcknowledgement(draft, key, context);
      return;
    }
    draft.live[key] = reopenedAlarm(previous, recent!.from);
    draft.closed = draft.closed.filter((entry) => entry !== recent);
  }
  const { acknowledged, alarm } = draft.live[key]!;
  // The acknowledgement runs out at its usual time, as if the condition had not been absent. A second asystole always
  // needs a new acknowledgement.
  const acknowledgedUntil = Date.parse(alarm.acknowledgedAt ?? '') + realarmMsOf(alarm, context);
  const isAcknowledged = acknowledged && acknowledgedUntil > context.now && !isVital(condition);
  applyChange(draft, key, { type: 'recur', condition, acknowledged: isAcknowledged }, context);
  endPauseAfterCall(draft, key, context);
}

/**
 * Returns whether a condition is high and physiological, for example asystole or an extreme limit. If such a condition
 * comes again, its alarm needs a new acknowledgement.
 */
const isVital = ({ kind, priority }: Condition) => kind === 'physiological' && priority === 'high';

function applyHeldAcknowledgement(draft: Draft, key: string, context: BookContext): void {
  const { alarmId } = draft.live[key]!.alarm;
  const acknowledgement = draft.held.find((waiting) => waiting.alarmId === alarmId);
  if (acknowledgement === undefined) return;
  draft.held = draft.held.filter((waiting) => waiting !== acknowledgement);
  applyChange(draft, key, { type: 'acknowledge', by: acknowledgement.by, at: acknowledgement.at }, context);
}

/**
 * Ends the alarm of a condition: the alarm latches or leaves the screens.
 * @param endAt device time of the end. If an old reading gives a time before the onset, the alarm ends at its onset
 */
function endAlarm(draft: Draft, key: string, endAt: number, context: BookContext): void {
  const at = Math.max(endAt, draft.live[key]!.onset);
  const { alarm } = applyChange(draft, key, { type: 'end', at }, context);
  if (alarm.signal !== 'latched') removeAlarm(draft, key, at, context);
}

/**
 * Raises the alarm of a lasting condition. A late reading shows that this condition should have called before a more
 * serious condition. The events are the same as if the readings had come in order.
 */
function raiseRevealed(
  draft: Draft,
  condition: Condition | undefined,
  isSubsumed: (condition: Condition) => boolean,
  context: BookContext,
): void {
  if (condition === undefined || condition.raisesNoAlarm || draft.live[condition.key]?.alarm.present) return;
  beginAlarm(draft, { ...condition, quiet: isSubsumed(condition) }, context);
}

/** Raises and ends the alarm of a condition that had ended before its readings came, unless the alarm is known. */
function recordEpisode(
  draft: Draft,
  { condition, endedAt }: Episode,
  byKey: ReadonlyMap<string, Condition>,
  context: BookContext,
): void {
  const { key } = condition;
  if (byKey.has(key) || draft.live[key]?.alarm.present || wasAlreadyAlarm(draft, condition, endedAt)) return;
  beginAlarm(draft, condition, context);
  endAlarm(draft, key, endedAt, context);
}

/**
 * Ends all alarms, because the patient is no longer at this device. If a late reading still shows a condition, its
 * alarm is raised and closed immediately.
 */
export function closeAll(
  part: BookPart,
  conditions: readonly Condition[],
  endAt: number,
  context: BookContext,
): BookResult {
  const draft = draftOf(part);
  draft.pause = null;
  const isSubsumed = subsumption(conditions);
  for (const condition of conditions)
    if (!draft.live[condition.key] && !isSubsumed(condition) && !wasAlreadyAlarm(draft, condition, condition.onset))
      beginAlarm(draft, { ...condition, late: true }, context);
  for (const key of Object.keys(draft.live)) {
    if (draft.live[key]!.alarm.present) endAlarm(draft, key, endAt, context);
    if (draft.live[key]) removeAlarm(draft, key, endAt, context);
  }
  return resultOf(draft);
}

/**
 * Applies a person's acknowledgement. If the alarm is not raised yet, the acknowledgement waits for the alarm. If too
 * many acknowledgements wait, the oldest acknowledgement is dropped (`displacing`).
 * @param isEnded the patient's time at this device has ended
 */
export function acknowledge(
  part: BookPart,
  command: Extract<Command, { type: 'acknowledge' }>,
  isEnded: boolean,
  context: BookContext,
): BookResult & { readonly outcome: 'done' | 'repeated' | 'stale' | 'held' | 'unknown' | 'displacing' } {
  const draft = draftOf(part);
  const entry = Object.entries(part.live).find(([, live]) => live.alarm.alarmId === command.alarmId);
  if (entry === undefined) {
    if (isEnded || part.closed.some((entry) => entry.alarmId === command.alarmId))
      return { part, events: [], outcome: 'unknown' };
    const waiting = { alarmId: command.alarmId, by: command.by, at: command.at, heldAt: context.now };
    const outcome = part.held.length < waitingMax ? 'held' : 'displacing';
    return { part: { ...part, held: [...part.held, waiting].slice(-waitingMax) }, events: [], outcome };
  }
  const [key, live] = entry;
  const change = decideAcknowledge(live, command);
  if (typeof change === 'string') return { part, events: [], outcome: change };
  const { alarm } = applyChange(draft, key, change, context);
  if (!alarm.present) removeAlarm(draft, key, Date.parse(alarm.resolvedAt!), context);
  return { ...resultOf(draft), outcome: 'done' };
}

/**
 * Silences the alarms that call now, for at most 2 min. A pause cannot be extended: a new pause can begin only after
 * the present pause has ended.
 */
export function pauseAudio(
  part: BookPart,
  until: number,
  context: BookContext,
): BookResult & { readonly refused?: string } {
  const calling = Object.entries(part.live).filter(([, live]) => isCalling(live));
  const isPaused = part.pause !== null && part.pause.until > context.now;
  const untilMs = Math.min(until, context.now + audioPauseMsMax);
  if (isPaused || calling.length === 0 || untilMs <= context.now)
    return { part, events: [], refused: pauseRefusalText(isPaused, calling.length === 0) };
  const draft = draftOf(part);
  const gravestPriority = calling
    .map(([, { alarm }]) => alarm.priority)
    .reduce((most, priority) => (priorityRank[priority] > priorityRank[most] ? priority : most));
  draft.pause = { until: untilMs, over: gravestPriority };
  for (const [key] of calling) applyChange(draft, key, { type: 'pause-audio', until: untilMs }, context);
  return resultOf(draft);
}

/**
 * Applies the changes that are due by the wall clock: alarms without an acknowledgement escalate, acknowledged alarms
 * call again, and pauses and waiting acknowledgements end.
 */
export function tick(part: BookPart, context: BookContext): BookResult {
  if (bookDue(part) > context.now) return { part, events: [] };
  const draft = draftOf(part);
  if (draft.pause !== null && draft.pause.until <= context.now) draft.pause = null;
  draft.held = draft.held.filter((waiting) => waiting.heldAt + acknowledgementWaitMs > context.now);
  for (const key of Object.keys(draft.live)) applyDue(draft, key, context);
  return resultOf(draft);
}

/** Applies the changes of one alarm that are due by the wall clock. */
function applyDue(draft: Draft, key: string, context: BookContext): void {
  const next = () => decideByClock(draft.live[key]!, context.now);
  for (let change = next(); change; change = next()) {
    applyChange(draft, key, change, context);
    if (change.type === 'realarm') endPauseAfterCall(draft, key, context);
  }
}

/** Returns the wall-clock time at which `tick` next changes something. */
export function bookDue({ live, pause, held }: BookPart): number {
  let due = pause?.until ?? Number.POSITIVE_INFINITY;
  for (const waiting of held) due = Math.min(due, waiting.heldAt + acknowledgementWaitMs);
  for (const key in live) due = Math.min(due, clockDue(live[key]!));
  return due;
}
