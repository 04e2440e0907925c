/** Makes the view of an alarm's delivery for people, from what the process remembers. Pure. */
import type { CallView, DeliveryRecord, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { type Book, wayOf } from './book.ts';
import type { Context } from './inputs.ts';
import { type Call, type Round, type State, shownNotice } from './state.ts';

/** Maximum number of calls in a view. */
const callsMax = 40;
/**
 * Maximum number of repeated calls in a view (ours): the newest. With up to 40 repeated calls, the records of an alarm
 * that comes and goes every 20 s have 7.4 MB in its second hour. With this maximum, they have 2.0 MB.
 */
const repeatsMax = 4;
const acceptedMax = 64;

/** Returns the view of an alarm's delivery; null if the alarm is over. */
export function viewOf(book: Book, alarmId: string, placeOf: Context['placeOf']): DeliveryView | null {
  const alarm = book.state.alarms.get(alarmId);
  if (!alarm) return null;
  const { associationId, kind, priority, notSent, round } = alarm;
  const isWaiting = round !== null && round.phase !== 'stopped' && round.phase !== 'expired';
  return {
    ...{ alarmId, associationId, ...placeOf(associationId), kind, priority, notSent },
    ...book.texts.get(alarmId),
    phase: round?.phase ?? null,
    round: round?.round ?? 0,
    policyVersion: round?.policyVersion ?? null,
    notice: shownNotice(round),
    dueAtMs: isWaiting ? round.dueAtMs : null,
    acceptedBy: (round?.acceptedBy ?? [])
      .slice(-acceptedMax)
      .map((userId) => ({ userId, name: nameOf(book.state, round!, userId) })),
    calls: shownCalls(round?.calls ?? []).map((call) => callView(book, alarmId, call)),
  };
}

/**
 * Returns a view without calls, for an alarm whose view cannot be made. If the ward has no technical alarm about this
 * alarm, the view shows the technical alarm that nobody can be called.
 */
export function plainViewOf({ state }: Book, alarmId: string, placeOf: Context['placeOf']): DeliveryView | null {
  const alarm = state.alarms.get(alarmId);
  if (!alarm) return null;
  const { associationId, kind, priority } = alarm;
  const facts = { alarmId, associationId, ...placeOf(associationId), kind, priority, notSent: null };
  const { phase = null, round = 0, policyVersion = null } = alarm.round ?? {};
  const none = { dueAtMs: null, acceptedBy: [], calls: [] };
  return { ...facts, phase, round, policyVersion, notice: shownNotice(alarm.round) ?? 'nobody-to-call', ...none };
}

/**
 * Returns the calls that repeat no call, and the newest repeated calls, in their order; only the newest of all these.
 */
function shownCalls(calls: readonly Call[]): readonly Call[] {
  const repeats = calls.filter(({ repeat }) => repeat > 0);
  const dropped = new Set(repeats.slice(0, -repeatsMax));
  return calls.filter((call) => !dropped.has(call)).slice(-callsMax);
}

function callView(book: Book, alarmId: string, call: Call): CallView {
  const { callId, duty, userId, name, channels, failed, outcome, repeat } = call;
  const calledAtMs = book.tracks.get(alarmId)?.get(callId)?.calledAtMs ?? 0;
  return {
    ...{ callId, duty, userId, name, outcome, repeat, calledAtMs },
    channels: [...channels],
    sent: call.sent.map(
      (channel) => wayOf(book, alarmId, callId, channel) ?? { channel, stage: 'sent', atMs: calledAtMs },
    ),
    failed: [...failed],
  };
}

/**
 * Returns the records without the views that a later record replaces. The record of the start of a round keeps its
 * view, because readers get the ward and the bed from this view. A decision keeps its view if only receipts follow,
 * because a restart gets the text of the alarm from this view (book.ts).
 */
export function withoutOldViews(records: readonly DeliveryRecord[]): readonly DeliveryRecord[] {
  const seen = new Set<string>();
  const decided = new Set<string>();
  const kept = records.toReversed().map((record): DeliveryRecord => {
    if (!('after' in record) || record.after === undefined) return record;
    const { event } = record;
    const isReplaced = (event.type === 'receipt' ? seen : decided).has(event.alarmId);
    seen.add(event.alarmId);
    if (event.type !== 'receipt') decided.add(event.alarmId);
    return isReplaced && event.type !== 'round-started' ? ({ event } as DeliveryRecord) : record;
  });
  return kept.toReversed();
}

/**
 * Returns the name of a person. A person who was called in an earlier round may accept; then the name comes from the
 * messages.
 */
function nameOf(state: State, { calls }: Round, userId: string): string {
  const called = calls.find((call) => call.userId === userId);
  return (called ?? [...state.slots.values()].find((slot) => slot.userId === userId))?.name ?? userId;
}
