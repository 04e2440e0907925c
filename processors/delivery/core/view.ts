/** Makes the view of an alarm's delivery for people, from what the process remembers. Pure. */
import type { CallView, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { type Book, wayOf } from './book.ts';
import type { Context } from './inputs.ts';
import { type Call, type Round, type State, shownNotice } from './state.ts';

/** Maximum number of calls in a view. */
const callsMax = 40;
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
    calls: (round?.calls ?? []).slice(-callsMax).map((call) => callView(book, alarmId, call)),
  };
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

/** Returns the name of a person. A person who was called in an earlier round may accept; then the name comes from the messages. */
function nameOf(state: State, { calls }: Round, userId: string): string {
  const called = calls.find((call) => call.userId === userId);
  return (called ?? [...state.slots.values()].find((slot) => slot.userId === userId))?.name ?? userId;
}
