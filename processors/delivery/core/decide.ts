/**
 * Decides what an input changes in the delivery of alarms: first for each alarm, then which messages leave now. Screens
 * do not depend on these decisions, because they get their alarms without this process. Pure.
 */

import type { WardNotice } from '../../../contracts/messages/deliveries.ts';
import { informWard, informWardOfEvent } from './alarm-failure.ts';
import { takeAnswer, takeReceipt } from './answers.ts';
import { takeAlarm, takeChange, takeTimer } from './decide-alarm.ts';
import { type Desk, nextWaitEndMs } from './desk.ts';
import type { AlarmDecision, DeliveryEvent } from './events.ts';
import { evolve, ownerOf } from './evolve.ts';
import type { Context, Input, Place } from './inputs.ts';
import { nextMessage, nextMessageAtMs } from './messages.ts';
import { type AlarmDelivery, type State, shownNotice } from './state.ts';
import { unsentCalls } from './wanted.ts';

/** An alarm for which the rules threw an error. */
export type AlarmFailure = { readonly alarmId: string; readonly error: unknown };

/** If the code fails for a person and a channel, the calls continue as if this channel could not reach the person. */
const lostForGood = { kind: 'failed', class: 'permanent' } as const;

/** The events that an input causes. `evolve` makes the next state from these events. */
export type Decided = { readonly events: readonly DeliveryEvent[]; readonly failures: readonly AlarmFailure[] };

/**
 * Decides what an input changes. If the rules throw an error for one alarm during a change or a timer, the other alarms
 * go on (alarm-failure.ts). If the code throws an error for the messages of one person, the alarms call the next
 * persons.
 * @param nowMs the steady time of the process
 * @throws the error of the rules if the input is a receipt or an answer, or an event that does not make its alarm call
 * (`informWardOfEvent`), or if the ward of a failing alarm cannot be informed
 */
export function decide(state: State, input: Input, context: Context, nowMs: number): Decided {
  const events: DeliveryEvent[] = [];
  const failures: AlarmFailure[] = [];
  let current = state;
  const take = (event: DeliveryEvent) => {
    events.push(event);
    current = evolve(current, event);
  };
  const deskOf = (alarmId: string): Desk => ({
    state: () => current.alarms.get(alarmId),
    over: () => current.over.get(alarmId)?.alarm,
    emit: (event) => take({ ...event, alarmId, atMs: nowMs } as AlarmDecision),
    context,
    nowMs,
    untilMs: input.type === 'timer' ? Math.min(input.untilMs ?? nowMs, nowMs) : nowMs,
  });
  const takeOne = (alarmId: string, rule: (desk: Desk) => void, afterFailure: typeof informWard) => {
    const before = { eventCount: events.length, current };
    try {
      rule(deskOf(alarmId));
    } catch (error) {
      // The events of a rule that threw do not count.
      events.length = before.eventCount;
      current = before.current;
      failures.push({ alarmId, error });
      afterFailure(deskOf(alarmId), error);
    }
  };
  const takeEach = (rule: (desk: Desk) => void) => {
    for (const alarmId of state.alarms.keys()) takeOne(alarmId, rule, informWard);
  };
  switch (input.type) {
    case 'alarm': {
      const { event } = input;
      takeOne(
        event.alarm.alarmId,
        (desk) => takeAlarm(desk, event),
        (desk, error) => informWardOfEvent(desk, event, error),
      );
      break;
    }
    case 'receipt':
      takeReceipt(deskOf(input.alarmId), input);
      break;
    case 'answer':
      takeAnswer(deskOf(input.alarmId), input);
      break;
    case 'changed':
      takeEach(takeChange);
      break;
    case 'timer':
      takeEach(takeTimer);
      break;
  }
  const failedSlots = new Set<string>();
  const next = () => nextMessage(current, nowMs, failedSlots);
  for (let message = next(); message; message = next()) {
    if ('failedKey' in message) {
      failedSlots.add(message.failedKey);
      const owner = ownerOf(message.failedKey);
      for (const { alarmId, callId } of unsentCalls(current, owner)) {
        failures.push({ alarmId, error: message.error });
        takeOne(alarmId, (desk) => takeReceipt(desk, { callId, ...owner, receipt: lostForGood }), informWard);
      }
    } else take(message);
  }
  return { events, failures };
}

/** Returns when `decide` must be called with a timer, ms; Infinity if no wait runs. */
export function nextDueAtMs(state: State, nowMs: number): number {
  const ofAlarms = [...state.alarms.values()].map(dueOf);
  return Math.min(...ofAlarms, nextMessageAtMs(state, nowMs));
}

/** Returns when the next wait of an alarm ends. An alarm whose state cannot be read is tried with each change. */
function dueOf(alarm: AlarmDelivery): number {
  try {
    return nextWaitEndMs(alarm.round);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** A technical alarm of a ward: nobody goes to the patient of an alarm. */
export type WardAlarm = Place & { readonly alarmId: string; readonly notice: WardNotice };

/** Returns the technical alarms that the wards have now about the delivery of alarms. */
export function wardAlarms(state: State, placeOf: Context['placeOf']): WardAlarm[] {
  return [...state.alarms.values()].flatMap(({ alarmId, associationId, round }) => {
    const notice = shownNotice(round);
    return notice === null ? [] : [{ ...placeOf(associationId), alarmId, notice }];
  });
}
