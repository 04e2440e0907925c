/**
 * The desk: everything that a rule uses to decide about one alarm, and the function to which the rule reports its
 * decisions.
 */
import type { PersonsOf } from '../../../contracts/call-order.ts';
import type { AlarmDecision } from './events.ts';
import type { Context } from './inputs.ts';
import type { AlarmDelivery, Call, Round } from './state.ts';

type WithoutPlace<Event> = Event extends unknown ? Omit<Event, 'alarmId' | 'atMs'> : never;

export type Desk = {
  /** Returns the state of the alarm after all events so far. */
  readonly state: () => AlarmDelivery | undefined;
  /** Returns the alarm as it was at its end; undefined if it is not over, or is not remembered any more. */
  readonly over: () => AlarmDelivery | undefined;
  /** Records an event, and applies it to the state. */
  readonly emit: (event: WithoutPlace<AlarmDecision>) => void;
  readonly context: Context;
  readonly nowMs: number;
  /** A wait is over if its end is at or before this time. */
  readonly untilMs: number;
};

/** Returns the persons of a duty at the alarm's bed. */
export function personsAt({ state, context, nowMs }: Desk): PersonsOf {
  const place = context.placeOf(state()!.associationId);
  return (duty) => context.personsOf(place, duty, nowMs) ?? [];
}

/** Returns whether the ward of the alarm takes part in the delivery of alarms. */
export function takesPart({ state, context, nowMs }: Desk): boolean {
  return context.personsOf(context.placeOf(state()!.associationId), 'nurse', nowMs) !== undefined;
}

/** Returns the call whose answer the round waits for. */
export function waitingCall({ calls }: Round): Call | undefined {
  return calls.findLast(({ outcome }) => outcome === 'waiting');
}

/** Returns when the next wait of a round ends, ms; Infinity if no wait runs. */
export function nextWaitEndMs(round: Round | null): number {
  if (!round || round.phase === 'stopped' || round.phase === 'expired') return Number.POSITIVE_INFINITY;
  const dueAtMs = round.dueAtMs ?? Number.POSITIVE_INFINITY;
  if (round.phase !== 'calling' && round.phase !== 'repeating') return dueAtMs;
  return Math.min(dueAtMs, waitingCall(round)?.confirmDueAtMs ?? Number.POSITIVE_INFINITY);
}
