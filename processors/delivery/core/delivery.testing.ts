/** A ward for the tests of the delivery rules: alarms, persons with duties, and a clock that the test moves. */
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import type { Responsible, Standing } from '../../../contracts/duties.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { CallChain, DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import { decide, wardAlarms } from './decide.ts';
import type { DeliveryEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Context, Input } from './inputs.ts';
import { initialState, type State } from './state.ts';

export const t0 = Date.UTC(2026, 2, 1, 3);
export const seconds = (count: number) => count * 1_000;
const instant = (ms: number) => new Date(ms).toISOString();

/**
 * Returns an alarm that calls. `alarmId` is also the name of its patient unless `changes` names another association.
 */
export function alarmOf(alarmId: string, changes: Partial<Alarm> = {}): Alarm {
  return {
    ...{ alarmId, rev: 1, associationId: alarmId, deviceId: 'bed-1', condition: 'SpO2.low', kind: 'physiological' },
    ...{ priority: 'high', text: 'SpO2 84 < 88', present: true, signal: 'on', onsets: 1, late: false, escalation: 0 },
    ...{ onsetAt: instant(t0), determinedAt: instant(t0), raisedAt: instant(t0) },
    ...changes,
  };
}

export const eventOf = (type: AlarmEvent['type'], alarm: Alarm, atMs: number): AlarmEvent => ({
  ...{ type, at: instant(atMs), alarm },
});

export const person = (userId: string, standing: Standing = 'accepted'): Responsible => ({
  ...{ userId, name: userId, assignmentId: '00000000-0000-4000-8000-000000000001', standing },
});

export type Staff = Partial<Record<Duty, readonly Responsible[]>>;
export const everybody: Staff = {
  nurse: [person('anna')],
  buddy: [person('ben')],
  'charge-nurse': [person('cleo')],
  physician: [person('paul')],
  technician: [person('tom')],
};

export const policyOfChain = (high: CallChain): DeliveryPolicy => ({
  ...builtInPolicy,
  hospital: { ...builtInPolicy.hospital, physiological: { ...builtInPolicy.hospital.physiological, high } },
});

/** Whether screens confirm each message immediately (default), so that a test sees the waits for persons. */
export type WardOptions = { readonly policy?: DeliveryPolicy; readonly confirms?: boolean };

/** A ward with one delivery process. The test gives inputs and moves the clock. */
export function newWard(staff: Staff | undefined, { policy = builtInPolicy, confirms = true }: WardOptions = {}) {
  let state: State = initialState;
  let nowMs = t0;
  let people = staff;
  const down = new Set<string>();
  const events: DeliveryEvent[] = [];
  const context: Context = {
    policy,
    placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
    personsOf: (_, duty) => people && (people[duty] ?? []),
    isDown: (userId, channel) => down.has(`${userId} ${channel}`),
  };
  function give(input: Input): readonly DeliveryEvent[] {
    const { events: decided } = decide(state, input, context, nowMs);
    state = decided.reduce(evolve, state);
    events.push(...decided);
    if (confirms)
      for (const event of decided)
        if (event.type === 'message')
          for (const { alarmId, callId } of event.calls)
            give({
              type: 'receipt',
              alarmId,
              callId,
              channel: event.channel,
              receipt: { kind: 'reached', stage: 'taken' },
            });
    return decided;
  }
  return {
    give,
    alarm: (type: AlarmEvent['type'], alarm: Alarm) => give({ type: 'alarm', event: eventOf(type, alarm, nowMs) }),
    answer: (userId: string, answer: 'accepted' | 'rejected', alarmId = 'a', round = 1) =>
      give({ type: 'answer', alarmId, round, userId, answer }),
    /**
     * Moves the clock to a time after `t0` and gives a timer. Everything that was written before `readUntilMs` has been
     * read.
     */
    at(ms: number, readUntilMs = ms) {
      nowMs = t0 + ms;
      return give({ type: 'timer', untilMs: t0 + readUntilMs });
    },
    staff(next: Staff | undefined) {
      people = next;
      return give({ type: 'changed' });
    },
    down,
    context,
    events,
    state: () => state,
    round: (alarmId = 'a') => state.alarms.get(alarmId)?.round ?? null,
    notices: () => wardAlarms(state, context.placeOf).map(({ notice }) => notice),
    /** Returns who was called so far, in order: `anna, ben`; a repeated call has a `+`. */
    called: () =>
      events
        .flatMap((event) =>
          event.type === 'called' ? [`${event.call.userId}${event.call.repeat > 0 ? '+' : ''}`] : [],
        )
        .join(', '),
    /** Returns the messages so far: `screen anna 1, …`, with the number of their alarms. */
    messages: () =>
      events
        .flatMap((event) =>
          event.type === 'message' ? [`${event.channel} ${event.userId} ${event.calls.length}`] : [],
        )
        .join(', '),
  };
}
