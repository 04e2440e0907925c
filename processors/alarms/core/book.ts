/**
 * The alarms of one association: turns the conditions that hold into the alarms on the screens. Raises, updates and ends alarms, and
 * carries out commands. Pure.
 */
import { alarmIdText } from '../../../contracts/alarm-id.ts';
import { audioPauseMsMax } from '../../../contracts/audio-pause.ts';
import type { AlarmEvent, Command, Priority } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import {
  alarmOf,
  type Change,
  type Clock,
  calls,
  clockDue,
  decideAcknowledge,
  decideByClock,
  decideRefresh,
  eventTypeOf,
  evolve,
  gravity,
  isGraver,
  isQuiet,
  type Live,
  pauseFault,
  realarmMsOf,
} from './alarm.ts';
import type { BookPart, Closed, Held } from './book-part.ts';
import { subsumption, uncovered } from './chains.ts';
import type { Condition, Episode } from './condition.ts';
import { isKnown, withoutPast } from './past.ts';
import { isReturn, revived } from './recurrence.ts';

export const initialBook: BookPart = { live: {}, closed: [], held: [], pause: null, hidden: [] };

export type Desk = Clock & {
  readonly associationId: string;
  readonly deviceId: string;
  /** A collision-resistant hash of a text, 16 to 64 characters. */
  readonly hash: (text: string) => string;
};

export type Told = { readonly part: BookPart; readonly events: readonly AlarmEvent[] };

export const closedMax = 32;
const heldMax = 16;
const heldMs = 600_000;

/** A working copy: parts are replaced, never changed. */
type Draft = {
  live: Record<string, Live>;
  closed: Closed[];
  held: readonly Held[];
  pause: BookPart['pause'];
  hidden: readonly string[];
  events: AlarmEvent[];
};

function open({ live, closed, held, pause, hidden }: BookPart): Draft {
  return { live: { ...live }, closed: [...closed], held, pause, hidden, events: [] };
}

function close({ events, ...part }: Draft): Told {
  return { part, events };
}

function apply(draft: Draft, key: string, change: Change, desk: Desk): Live {
  const after = evolve(draft.live[key], change, { ...desk, pausedUntil: pausedUntil(draft, desk.now) });
  draft.live[key] = after;
  draft.events.push({ type: eventTypeOf(change), at: formatInstant(desk.now), alarm: after.alarm });
  return after;
}

/** Returns the end of the pause for alarms that are less grave than the gravest one that called when it began. */
function pausedUntil({ pause }: Draft, now: number): (priority: Priority) => number | null {
  return (priority) =>
    pause !== null && pause.until > now && gravity[priority] < gravity[pause.over] ? pause.until : null;
}

/** An alarm calls anew. If it is at least as grave as the alarms that the pause silences, the pause ends for all of them. */
function afterCall(draft: Draft, key: string, desk: Desk): void {
  const live = draft.live[key]!;
  const { pause } = draft;
  if (pause === null || pause.until <= desk.now || !calls(live)) return;
  if (gravity[live.alarm.priority] < gravity[pause.over]) return;
  draft.pause = null;
  for (const [other, { alarm }] of Object.entries(draft.live))
    if (other !== key && alarm.audioPausedUntil !== undefined) apply(draft, other, { type: 'resume-audio' }, desk);
}

function leave(draft: Draft, key: string, to: number, desk: Desk): void {
  const { acknowledged, onset } = draft.live[key]!;
  const { alarm } = apply(draft, key, { type: 'clear' }, desk);
  delete draft.live[key];
  const { alarmId, rev } = alarm;
  const others = draft.closed
    .filter((entry) => entry.alarmId !== alarmId)
    .map(({ last, ...one }) => (last === undefined || one.key === key ? one : { ...one, last }));
  const entry: Closed = { key, alarmId, rev, from: onset, to, last: { alarm, acknowledged } };
  draft.closed = [...others, entry].slice(-closedMax);
}

/**
 * Turns conditions into alarms. Of the conditions of one cause only the gravest calls. If a less grave one was raised before, it stays
 * present with its signal off and calls again when the graver one ends. If it was not raised before, it is not raised now.
 * @param endedAt device time at which a condition that no longer holds ended
 * @param standing chains that call instead of others although none of their conditions holds
 * @param hides which conditions do not call because the bed is on standby: they are treated as if a graver one called instead
 */
export function reconcile(
  part: BookPart,
  found: readonly Condition[],
  episodes: readonly Episode[],
  endedAt: (key: string) => number,
  desk: Desk,
  standing: ReadonlySet<string> = new Set(),
  hides?: (condition: Condition, live: Live | undefined) => boolean,
): Told {
  if (found.length === 0 && episodes.length === 0 && Object.keys(part.live).length === 0) return { part, events: [] };
  const draft = open(part);
  const conditions = withoutPast(draft, found);
  const held = new Map(conditions.map((condition) => [condition.key, condition]));
  const subsumed = subsumption(conditions, standing);
  for (const { condition, endedAt } of episodes)
    if (endedAt === Number.POSITIVE_INFINITY) reveal(draft, held.get(condition.key), subsumed, desk);
  for (const episode of uncovered(episodes, conditions)) passBy(draft, episode, held, desk);
  const stillHidden: string[] = [];
  // The gravest comes first, so that the screen always shows a call.
  for (const condition of [...conditions].sort((a, b) => b.rank - a.rank)) {
    const live = draft.live[condition.key];
    const covered = subsumed(condition) || isQuiet(condition, live);
    const away = !covered && hides?.(condition, live) === true;
    const hidden = covered || away;
    if (live?.alarm.present) {
      const change = decideRefresh(live, condition, hidden, away);
      if (change) apply(draft, condition.key, change, desk);
      const isCall = !hidden && (live.subsumed || isGraver(condition, live.alarm));
      if (change && isCall) afterCall(draft, condition.key, desk);
      // Its acknowledgement may have run out while a graver one called instead.
      if (change && live.subsumed && !hidden) applyDue(draft, condition.key, desk);
    } else if (hidden ? !condition.quiet : isLeftHidden(draft, condition)) {
      stillHidden.push(condition.key);
    } else if (!condition.onlyGoesOn) begin(draft, condition, desk);
  }
  for (const [key, live] of Object.entries(draft.live))
    if (live.alarm.present && !held.has(key)) end(draft, key, endedAt(key), desk);
  if (draft.events.length === 0 && stillHidden.join() === part.hidden.join()) return { part, events: [] };
  draft.hidden = stillHidden;
  return close(draft);
}

/** Returns whether only the off-delay of a hidden condition still runs after the graver one that called instead has ended. */
const isLeftHidden = ({ hidden }: Draft, { key, clearing, stoodFor }: Condition) =>
  clearing === true && (stoodFor === true || hidden.includes(key));

/** A condition begins. It is a new alarm, or a further onset of an alarm that nobody has acknowledged or that has just ended. */
function begin(draft: Draft, condition: Condition, desk: Desk): void {
  const { key } = condition;
  const before = draft.live[key];
  if (before === undefined) {
    const recent = draft.closed.findLast((entry) => entry.key === key);
    const alarmId = desk.hash(alarmIdText(desk.associationId, key, condition.onset));
    const soon = recent && isReturn(condition, alarmId, recent) ? recent.last : undefined;
    if (soon === undefined) {
      const { rev } = draft.closed.find((entry) => entry.alarmId === alarmId) ?? { rev: 0 };
      const { associationId, deviceId } = desk;
      const alarm = alarmOf(condition, { alarmId, rev, associationId, deviceId }, desk.now);
      apply(draft, key, { type: 'raise', condition, alarm }, desk);
      afterCall(draft, key, desk);
      answerHeld(draft, key, desk);
      return;
    }
    draft.live[key] = revived(soon, recent!.from);
    draft.closed = draft.closed.filter((entry) => entry !== recent);
  }
  const { acknowledged, alarm } = draft.live[key]!;
  // Its acknowledgement lasts as long as if the condition had not paused. An acknowledgement never covers a second asystole.
  const answeredUntil = Date.parse(alarm.acknowledgedAt ?? '') + realarmMsOf(alarm, desk);
  const isAnswered = acknowledged && answeredUntil > desk.now && !isVital(condition);
  apply(draft, key, { type: 'recur', condition, acknowledged: isAnswered }, desk);
  afterCall(draft, key, desk);
}

/**
 * Returns whether a condition is high and physiological: asystole, apnoea, desaturation, extreme limits, and the device's own (CLINICAL,
 * "Audio pause": they break through).
 */
const isVital = ({ kind, priority }: Condition) => kind === 'physiological' && priority === 'high';

function answerHeld(draft: Draft, key: string, desk: Desk): void {
  const { alarmId } = draft.live[key]!.alarm;
  const held = draft.held.find((one) => one.alarmId === alarmId);
  if (held === undefined) return;
  draft.held = draft.held.filter((waiting) => waiting !== held);
  apply(draft, key, { type: 'acknowledge', by: held.by, at: held.at }, desk);
}

/** Ends a condition at `endAt`, device time, but never before it began, even if an old reading shows that. Its alarm latches or leaves. */
function end(draft: Draft, key: string, endAt: number, desk: Desk): void {
  const at = Math.max(endAt, draft.live[key]!.onset);
  const { alarm } = apply(draft, key, { type: 'end', at }, desk);
  if (alarm.signal !== 'latched') leave(draft, key, at, desk);
}

/**
 * A condition holds, and a late reading shows that it called before a graver one began. Records it as if the readings had come in order.
 */
function reveal(
  draft: Draft,
  condition: Condition | undefined,
  subsumed: (condition: Condition) => boolean,
  desk: Desk,
): void {
  if (condition === undefined || condition.onlyGoesOn || draft.live[condition.key]?.alarm.present) return;
  begin(draft, { ...condition, quiet: subsumed(condition) }, desk);
}

/** Records once a condition that had already ended when its readings came, unless its alarm is known. */
function passBy(draft: Draft, { condition, endedAt }: Episode, held: ReadonlyMap<string, Condition>, desk: Desk): void {
  const { key } = condition;
  if (held.has(key) || draft.live[key]?.alarm.present || isKnown(draft, condition, endedAt)) return;
  begin(draft, condition, desk);
  end(draft, key, endedAt, desk);
}

/**
 * Ends the period. The patient is no longer at this device, so no alarm can call. A condition that a late reading still shows is recorded
 * once: raised and closed.
 */
export function closeAll(part: BookPart, conditions: readonly Condition[], endAt: number, desk: Desk): Told {
  const draft = open(part);
  draft.pause = null;
  const subsumed = subsumption(conditions);
  for (const condition of conditions)
    if (!draft.live[condition.key] && !subsumed(condition) && !isKnown(draft, condition, condition.onset))
      begin(draft, { ...condition, late: true }, desk);
  for (const key of Object.keys(draft.live)) {
    if (draft.live[key]!.alarm.present) end(draft, key, endAt, desk);
    if (draft.live[key]) leave(draft, key, endAt, desk);
  }
  return close(draft);
}

/**
 * Takes a person's acknowledgement. If its alarm is not raised yet, it waits for the alarm. If too many wait (`displacing`), the oldest is
 * lost.
 */
export function acknowledge(
  part: BookPart,
  command: Extract<Command, { type: 'acknowledge' }>,
  over: boolean,
  desk: Desk,
): Told & { readonly outcome: 'done' | 'repeated' | 'stale' | 'held' | 'unknown' | 'displacing' } {
  const draft = open(part);
  const found = Object.entries(part.live).find(([, live]) => live.alarm.alarmId === command.alarmId);
  if (found === undefined) {
    if (over || part.closed.some((entry) => entry.alarmId === command.alarmId))
      return { part, events: [], outcome: 'unknown' };
    const held = { alarmId: command.alarmId, by: command.by, at: command.at, heldAt: desk.now };
    const outcome = part.held.length < heldMax ? 'held' : 'displacing';
    return { part: { ...part, held: [...part.held, held].slice(-heldMax) }, events: [], outcome };
  }
  const [key, live] = found;
  const change = decideAcknowledge(live, command);
  if (typeof change === 'string') return { part, events: [], outcome: change };
  const { alarm } = apply(draft, key, change, desk);
  if (!alarm.present) leave(draft, key, Date.parse(alarm.resolvedAt!), desk);
  return { ...close(draft), outcome: 'done' };
}

/**
 * Silences the alarms that call now and are not acknowledged, for at most 2 min. A pause cannot be extended. A new pause can begin only
 * after this one has ended: because a new alarm ended it, or because its time ran out and its alarms sound again.
 */
export function pauseAudio(part: BookPart, until: number, desk: Desk): Told & { readonly refused?: string } {
  const calling = Object.entries(part.live).filter(([, live]) => calls(live));
  const runs = part.pause !== null && part.pause.until > desk.now;
  const ends = Math.min(until, desk.now + audioPauseMsMax);
  if (runs || calling.length === 0 || ends <= desk.now)
    return { part, events: [], refused: pauseFault(runs, calling.length === 0) };
  const draft = open(part);
  const over = calling
    .map(([, { alarm }]) => alarm.priority)
    .reduce((most, priority) => (gravity[priority] > gravity[most] ? priority : most));
  draft.pause = { until: ends, over };
  for (const [key] of calling) apply(draft, key, { type: 'pause-audio', until: ends }, desk);
  return close(draft);
}

/**
 * Applies what the wall clock makes due: unanswered alarms escalate, acknowledged ones call again, pauses and waiting acknowledgements end.
 */
export function tick(part: BookPart, desk: Desk): Told {
  if (bookDue(part) > desk.now) return { part, events: [] };
  const draft = open(part);
  if (draft.pause !== null && draft.pause.until <= desk.now) draft.pause = null;
  draft.held = draft.held.filter((waiting) => waiting.heldAt + heldMs > desk.now);
  for (const key of Object.keys(draft.live)) applyDue(draft, key, desk);
  return close(draft);
}

/** Applies everything that the wall clock makes due for one alarm. */
function applyDue(draft: Draft, key: string, desk: Desk): void {
  const next = () => decideByClock(draft.live[key]!, desk.now);
  for (let change = next(); change; change = next()) {
    apply(draft, key, change, desk);
    if (change.type === 'realarm') afterCall(draft, key, desk);
  }
}

/** Returns the wall clock at which `tick` next does something. */
export function bookDue({ live, pause, held }: BookPart): number {
  let due = pause?.until ?? Number.POSITIVE_INFINITY;
  for (const waiting of held) due = Math.min(due, waiting.heldAt + heldMs);
  for (const key in live) due = Math.min(due, clockDue(live[key]!));
  return due;
}
