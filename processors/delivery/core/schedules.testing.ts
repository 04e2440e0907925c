/**
 * Plays random shifts, hand-overs, absences, rejections, failures and kills, and checks the delivery of alarms after
 * each step.
 */
import { Compile } from 'typebox/compile';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import {
  accepted,
  assigned,
  assignmentOf,
  away,
  back,
  declined,
  ended,
  hour,
} from '../../../contracts/duties.testing.ts';
import { evolve as evolveDuties, initialState as noDuties, responsibleAt } from '../../../contracts/duties.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { AlarmDecision, MessageDecision as MessageSchema } from '../../../contracts/messages/deliveries.ts';
import { decide, nextDueAtMs, wardAlarms } from './decide.ts';
import { alarmOf, eventOf } from './delivery.testing.ts';
import type { DeliveryEvent, MessageDecision } from './events.ts';
import { evolve } from './evolve.ts';
import { groupMs } from './grouping.ts';
import type { Context, Input } from './inputs.ts';
import { messageEveryMs } from './rate.ts';
import { duties, type Step } from './schedule-steps.testing.ts';
import { initialState, type State } from './state.ts';

const startHour = 8;
const validDecision = Compile(AlarmDecision);
const validMessage = Compile(MessageSchema);

/** What the test itself knows about an alarm, independent of the rules under test. */
type Known = { alarm: Alarm; freshAtMs: number; accepting: Set<string> };

/** Plays the steps, and returns the broken rules. */
export function play(steps: readonly Step[]): string[] {
  const faults: string[] = [];
  const alarms = new Map<string, Known>();
  /** The last state of alarms that were cleared. Such an alarm may begin again with the same id. */
  const cleared = new Map<string, Alarm>();
  const generation = new Map<string, number>();
  const idOf = (name: string) => `alarm-of-the-test-${name}${generation.get(name) ?? 0}`;
  const down = new Set<string>();
  const log: DeliveryEvent[] = [];
  const sentThrough = new Map<string, string>();
  /** `calls`: the called person, by call. `firstCalls`: the first call of a person in a round through a channel. */
  const calls = new Map<string, { readonly person: string; readonly isRepeat: boolean }>();
  const firstCalls = new Map<string, string>();
  /** Calls that are over without an answer. A call that no channel confirmed may still be sent. */
  const endedCalls = new Set<string>();
  /** Who rejected an alarm in its present round. */
  const rejecting = new Map<string, Set<string>>();
  let staff = noDuties;
  let count = 0;
  let nowMs = hour(startHour);
  let state: State = initialState;
  let lastDecision: { readonly input: Input; readonly events: readonly DeliveryEvent[] } | undefined;
  const context: Context = {
    policy: builtInPolicy,
    placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
    personsOf: (_, duty, atMs) => responsibleAt(staff, { ward: 'icu', bed: 'ICU-1', duty }, atMs),
    isDown: (userId, channel) => down.has(`${userId} ${channel}`),
  };
  const nowHour = () => (nowMs - hour(0)) / 3_600_000;

  function give(input: Input): void {
    const { events } = decide(state, input, context, nowMs);
    state = events.reduce(evolve, state);
    lastDecision = { input, events };
    log.push(...events);
    for (const event of events) follow(event);
  }

  /** Compares an event with what the test knows. */
  function follow(event: DeliveryEvent): void {
    if (!(event.type === 'message' ? validMessage : validDecision).Check(event))
      faults.push(`does not fit the schema: ${JSON.stringify(event)}`);
    if (event.type === 'round-started') alarms.get(event.alarmId)?.accepting.clear();
    if (event.type === 'accepted') alarms.get(event.alarmId)?.accepting.add(event.userId);
    if (event.type === 'call-ended' && event.outcome === 'gone')
      alarms.get(event.alarmId)?.accepting.delete(calls.get(event.callId)?.person.split(' ').at(-1) ?? '');
    if (event.type === 'rejected') alarms.get(event.alarmId)?.accepting.delete(event.userId);
    if (event.type === 'round-started') rejecting.delete(event.alarmId);
    if (event.type === 'accepted') rejecting.get(event.alarmId)?.delete(event.userId);
    if (event.type === 'rejected')
      rejecting.set(event.alarmId, new Set(rejecting.get(event.alarmId)).add(event.userId));
    if (event.type === 'called' && rejecting.get(event.alarmId)?.has(event.call.userId))
      faults.push(`called after a rejection: ${event.call.callId}`);
    if (event.type === 'called')
      calls.set(event.call.callId, {
        person: `${event.alarmId} ${event.round} ${event.call.userId}`,
        isRepeat: event.call.repeat > 0,
      });
    if (event.type === 'call-ended' && event.outcome !== 'unconfirmed') endedCalls.add(event.callId);
    if (event.type === 'call-ended' && event.outcome === 'gone') forgetFirstCalls(event.callId);
    if (event.type === 'message') checkMessage(event);
  }

  /** A person who had left and comes back is called like a new person. */
  function forgetFirstCalls(goneId: string): void {
    for (const [first, callId] of firstCalls) if (callId === goneId) firstCalls.delete(first);
  }

  function checkMessage(event: MessageDecision): void {
    for (const { alarmId, callId } of event.calls) {
      const place = `${event.channel} ${callId}`;
      const before = sentThrough.get(place);
      if (before !== undefined) faults.push(`doubled: ${place} in ${before} and ${event.messageId}`);
      sentThrough.set(place, event.messageId);
      if (endedCalls.has(callId)) faults.push(`sent after the end of the call: ${place}`);
      const call = calls.get(callId);
      const first = `${call?.person} ${event.channel}`;
      if (call && !call.isRepeat) {
        if ((firstCalls.get(first) ?? callId) !== callId) faults.push(`called twice in a round: ${first}`);
        firstCalls.set(first, callId);
      }
      const alarm = alarms.get(alarmId);
      if (!alarm || !isCalling(alarm)) faults.push(`sent after the end: ${alarmId}`);
      else if (alarm.accepting.size > 0) faults.push(`sent after an answer: ${alarmId}`);
      else if (nowMs - alarm.freshAtMs > 30 * 60_000) faults.push(`sent too old: ${alarmId}`);
    }
    if (event.calls.length === 0) faults.push('an empty message');
  }

  function checkAll(): void {
    const notices = new Map(wardAlarms(state, context.placeOf).map(({ alarmId, notice }) => [alarmId, notice]));
    for (const [alarmId, alarm] of alarms) {
      const round = state.alarms.get(alarmId)?.round;
      if (!isCalling(alarm)) {
        if (notices.has(alarmId)) faults.push(`technical alarm without an alarm: ${alarmId}`);
        continue;
      }
      const call = round?.calls.findLast(({ outcome }) => outcome === 'waiting');
      const isCalled = round?.phase === 'calling' && call !== undefined && isHere(call.userId);
      const goes = round?.phase === 'accepted' && alarm.accepting.size > 0;
      if (!isCalled && !goes && !notices.has(alarmId)) faults.push(`without a person: ${alarmId} ${round?.phase}`);
      const longestMs = 5 * 60_000 + groupMs + messageEveryMs;
      if (round?.phase !== 'expired' && !((round?.dueAtMs ?? Number.POSITIVE_INFINITY) - nowMs <= longestMs))
        faults.push(`an endless wait: ${alarmId}`);
    }
    if (nextDueAtMs(state, nowMs) <= nowMs) faults.push('a timer that does nothing');
  }

  const isHere = (userId: string) =>
    duties.some((duty) =>
      context
        .personsOf({ ward: 'icu', bed: 'ICU-1' }, duty, nowMs)
        ?.some((p) => p.userId === userId && p.standing !== 'away'),
    );

  function changeStaff(event: AssignmentEvent): void {
    staff = evolveDuties(staff, event);
    give({ type: 'changed' });
  }

  /**
   * Moves the clock from timer to timer. At each timer, the test also notices absences and shifts that have begun or
   * ended meanwhile.
   */
  function waitUntil(untilMs: number): void {
    for (let turns = 0; turns < 1_000; turns += 1) {
      const dueMs = Math.min(nextDueAtMs(state, nowMs), nowMs + 60_000);
      if (dueMs > untilMs) break;
      nowMs = Math.max(nowMs, dueMs);
      give({ type: 'timer' });
      give({ type: 'changed' });
      checkAll();
    }
    nowMs = untilMs;
    give({ type: 'timer' });
    give({ type: 'changed' });
  }

  function changeAlarm({ do: act, what, priority }: Extract<Step, { what: string; priority: string }>): void {
    const alarmId = idOf(what);
    const before = alarms.get(alarmId);
    if (!before && act !== 'raise') return;
    const former = before?.alarm ?? cleared.get(alarmId);
    const rev = (former?.rev ?? 0) + 1;
    const base =
      former ??
      alarmOf(alarmId, {
        associationId: what === 'c' ? 'u-other-patient-0000000' : 'u-patient-of-test-0000',
        priority,
      });
    const changed: Partial<Alarm> = {
      raise: { present: true, signal: 'on' as const, onsets: base.onsets + (former ? 1 : 0), priority },
      end: { present: false, signal: 'latched' as const },
      acknowledge: { signal: 'acknowledged' as const },
      escalate: { escalation: base.escalation + 1 },
      clear: { present: false, signal: 'off' as const },
    }[act];
    const alarm: Alarm = { ...base, ...changed, rev, raisedAt: new Date(nowMs).toISOString() };
    const type = (
      {
        raise: former ? 'updated' : 'raised',
        end: 'resolved',
        acknowledge: 'acknowledged',
        escalate: 'escalated',
        clear: 'cleared',
      } as const
    )[act];
    const isFresh = act === 'raise' || act === 'escalate';
    if (act === 'clear') {
      alarms.delete(alarmId);
      cleared.set(alarmId, alarm);
      if (count % 3 === 0) generation.set(what, (generation.get(what) ?? 0) + 1);
    } else
      alarms.set(alarmId, {
        alarm,
        freshAtMs: isFresh ? nowMs : before!.freshAtMs,
        accepting: before?.accepting ?? new Set(),
      });
    give({ type: 'alarm', event: eventOf(type, alarm, nowMs) });
  }

  /** A message that was not written was not sent either. */
  function forget(channel: string, callId: string): void {
    sentThrough.delete(`${channel} ${callId}`);
    firstCalls.delete(`${calls.get(callId)?.person} ${channel}`);
  }

  /**
   * The process dies after only a part of its last decision was written, reads its events again, and gets the last
   * input again.
   */
  function kill(kept: number): void {
    if (!lastDecision) return;
    const { input, events } = lastDecision;
    const written = events.slice(0, kept);
    const isWhole = written.length === events.length;
    const before = JSON.stringify([...state.alarms, ...state.over, ...state.slots]);
    const fold = log.slice(0, log.length - events.length + written.length).reduce(evolve, initialState);
    if (isWhole && JSON.stringify([...fold.alarms, ...fold.over, ...fold.slots]) !== before)
      faults.push('the replay gives another state');
    log.length -= events.length - written.length;
    for (const event of events.slice(kept)) {
      if (event.type === 'message') for (const { callId } of event.calls) forget(event.channel, callId);
      if (event.type === 'accepted') alarms.get(event.alarmId)?.accepting.delete(event.userId);
      if (event.type === 'call-ended') endedCalls.delete(event.callId);
      if (event.type === 'rejected') rejecting.get(event.alarmId)?.delete(event.userId);
    }
    state = fold;
    give(input);
    give({ type: 'timer' });
    give({ type: 'changed' });
  }

  changeStaff(assigned('chief', startHour, assignmentOf(9_000, 'nobody', [startHour + 100, startHour + 101])));
  for (const next of steps) {
    count += 1;
    switch (next.do) {
      case 'assign': {
        const beds = next.duty === 'nurse' || next.duty === 'buddy' ? ['ICU-1'] : undefined;
        const assignment = assignmentOf(count, next.who, [nowHour(), nowHour() + next.hours], beds ?? [], next.duty);
        if (!beds) delete (assignment as { beds?: unknown }).beds;
        changeStaff(assigned(next.who, nowHour(), assignment));
        break;
      }
      case 'accept-duty':
      case 'decline-duty':
      case 'end-duty': {
        const entry = staff.wards.get('icu')?.assignments.at(next.n);
        if (!entry) break;
        const n = Number(entry.assignment.assignmentId.slice(-12));
        const make = { 'accept-duty': accepted, 'decline-duty': declined, 'end-duty': ended }[next.do];
        changeStaff(make(entry.assignment.userId, nowHour(), n));
        break;
      }
      case 'away':
        changeStaff(away(next.who, 500 + count, [nowHour(), nowHour() + next.hours], next.cover ?? undefined));
        break;
      case 'back':
        changeStaff(back(staff.wards.get('icu')?.absences.at(next.n)?.userId ?? 'anna', nowHour(), 500 + next.n));
        break;
      case 'raise':
      case 'end':
      case 'acknowledge':
      case 'escalate':
      case 'clear':
        changeAlarm(next);
        break;
      case 'answer': {
        const round = state.alarms.get(idOf(next.what))?.round;
        if (round)
          give({ type: 'answer', alarmId: idOf(next.what), round: round.round, userId: next.who, answer: next.answer });
        break;
      }
      case 'receipts':
        for (const [place, messageId] of [...sentThrough].slice(-6)) {
          const [channel = '', callId = ''] = place.split(' ');
          const receipt =
            next.kind === 'taken'
              ? { kind: 'reached' as const, stage: next.kind }
              : { kind: 'failed' as const, class: next.kind };
          if (messageId)
            give({ type: 'receipt', alarmId: callId.split('/')[0]!, callId, channel: channel as 'screen', receipt });
        }
        break;
      case 'channel': {
        const name = `${next.who} ${next.channel}`;
        if (!down.delete(name)) down.add(name);
        give({ type: 'changed' });
        break;
      }
      case 'wait':
        waitUntil(nowMs + next.ms);
        break;
      case 'kill':
        kill(next.kept);
        break;
    }
    checkAll();
  }
  return faults;
}

function isCalling({ alarm }: Known): boolean {
  return alarm.present && alarm.signal === 'on';
}
