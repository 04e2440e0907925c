/**
 * The delivery process, the channels and the called persons of a played story. They use the real rules of
 * processors/delivery/core.
 */
import { evolve as evolveDuties, initialState as noDuties, responsibleAt } from '../../contracts/duties.ts';
import type { AnswerCommand, Logged } from '../../contracts/explain/records.ts';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { DeliveryRecord, ReceiptStage } from '../../contracts/messages/deliveries.ts';
import { decide, nextDueAtMs } from '../../processors/delivery/core/decide.ts';
import type { DeliveryEvent, MessageDecision } from '../../processors/delivery/core/events.ts';
import { evolve } from '../../processors/delivery/core/evolve.ts';
import type { Context, Input } from '../../processors/delivery/core/inputs.ts';
import { initialState, type State } from '../../processors/delivery/core/state.ts';
import type { Clockwork } from './clockwork.ts';
import { bedName, msAt, nameOf, type PersonId, people, policyWith, type Service, type Story, ward } from './story.ts';

/** What really happened, independent of the records. Times are true times, ms. */
export type Acts = {
  readonly answers: { readonly userId: string; readonly answer: string; readonly atMs: number }[];
  /** The calls that really reached a person's device or page. */
  readonly had: Set<string>;
};

type Options = {
  readonly story: Story;
  readonly clock: Clockwork;
  readonly acts: Acts;
  /** Called when a person goes to the patient and acknowledges the alarm. */
  readonly acknowledge: (alarmId: string, userId: string) => void;
};

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function createDelivery({ story, clock, acts, acknowledge }: Options) {
  const items: Logged<DeliveryRecord>[] = [];
  const answers: Logged<AnswerCommand>[] = [];
  const answered = new Set<string>();
  const deliveryMs = () => clock.nowMs() + story.skewMs.delivery;
  let state: State = initialState;
  let commandCount = 0;
  const isUp = () => clock.nowMs() >= msAt(story.deliveryFromS);

  const context: Context = {
    policy: policyWith(story.policyChanges),
    placeOf: () => ({ ward, bed: bedName }),
    personsOf(_, duty, atMs) {
      const duties = story.assignments
        .filter(({ appendedMs }) => appendedMs <= clock.nowMs())
        .reduce((before, { body }) => evolveDuties(before, body), noDuties);
      return duties.wards.has(ward) ? responsibleAt(duties, { ward, bed: bedName, duty }, atMs) : undefined;
    },
    isDown: (userId, channel) =>
      channel === 'push' && ['ended', 'down'].includes(story.persons[userId as PersonId]?.phone ?? 'ok'),
  };

  function write(event: DeliveryRecord['event']): void {
    const body = event.type === 'round-started' ? { event, after: null } : { event };
    items.push({ body: body as DeliveryRecord, appendedMs: clock.nowMs() + 4 });
  }

  function give(input: Input): readonly DeliveryEvent[] {
    const { events } = decide(state, input, context, deliveryMs());
    state = events.reduce(evolve, state);
    for (const event of events) write(event as DeliveryRecord['event']);
    for (const event of events) if (event.type === 'message') send(event);
    return events;
  }

  /** Inputs that come while the process is down wait until it runs again. */
  const toProcess = (atMs: number, task: () => void) => clock.at(Math.max(atMs, msAt(story.deliveryFromS)), task);

  function receipt(message: MessageDecision, stage: ReceiptStage, afterMs: number): void {
    toProcess(clock.nowMs() + afterMs, () => {
      const { messageId, userId, channel, calls } = message;
      for (const { alarmId, callId } of calls) {
        if (stage === 'on-device' || stage === 'painted') acts.had.add(callId);
        write({ type: 'receipt', atMs: deliveryMs(), messageId, alarmId, callId, userId, channel, stage });
        give({ type: 'receipt', alarmId, callId, channel, receipt: { kind: 'reached', stage } });
      }
    });
  }

  function failure(message: MessageDecision, kind: 'transient' | 'permanent', reason: string, afterMs: number): void {
    toProcess(clock.nowMs() + afterMs, () => {
      const { messageId, userId, channel, calls } = message;
      for (const { alarmId, callId } of calls) {
        const failed = { class: kind, reason };
        write({ type: 'receipt', atMs: deliveryMs(), messageId, alarmId, callId, userId, channel, failure: failed });
        give({ type: 'receipt', alarmId, callId, channel, receipt: { kind: 'failed', class: kind } });
      }
    });
  }

  function send(message: MessageDecision): void {
    const person = story.persons[message.userId as PersonId];
    switch (message.channel) {
      case 'screen':
        if (!person.page) return;
        receipt(message, 'painted', 150);
        see(message, 150);
        break;
      case 'push':
        push(message, person.phone);
        break;
      case 'mail':
        serve(message, story.mail, '550 mailbox unavailable');
        break;
      case 'webhook':
        serve(message, story.webhook, 'the other system answered 400');
        break;
    }
  }

  function push(message: MessageDecision, phone: Story['persons'][PersonId]['phone']): void {
    switch (phone) {
      case 'gone':
        failure(message, 'permanent', 'The push service says that this subscription has ended', 200);
        toProcess(clock.nowMs() + 210, () => endEntry(message.userId as PersonId));
        break;
      case 'failing':
        failure(message, 'transient', 'the push service answered 503', 300);
        break;
      case 'off':
        receipt(message, 'taken', 200);
        break;
      default:
        receipt(message, 'taken', 200);
        receipt(message, 'on-device', 900);
        receipt(message, 'painted', 2_500);
        see(message, 2_500);
    }
  }

  function serve(message: MessageDecision, service: Service, refusal: string): void {
    if (service === 'ok') receipt(message, 'taken', 300);
    if (service === 'refused') failure(message, 'permanent', refusal, 400);
    if (service === 'hang') failure(message, 'transient', 'no answer within 4 s', 4_000);
  }

  /** The person sees the call, and answers once in each round. */
  function see({ userId, calls }: MessageDecision, afterMs: number): void {
    const { answer, answerAfterS, acknowledgeAfterS } = story.persons[userId as PersonId];
    if (answer === 'none') return;
    for (const { alarmId, callId } of calls) {
      const round = Number(callId.split('/').at(-2));
      const key = `${userId} ${alarmId} ${round}`;
      if (answered.has(key)) continue;
      answered.add(key);
      const answerMs = clock.nowMs() + afterMs + answerAfterS * 1000;
      clock.at(answerMs, () => giveAnswer(userId, alarmId, round, answer));
      if (answer === 'accepted' && acknowledgeAfterS !== null)
        clock.at(answerMs + acknowledgeAfterS * 1000, () => acknowledge(alarmId, userId));
    }
  }

  function giveAnswer(userId: string, alarmId: string, round: number, answer: 'accepted' | 'rejected'): void {
    commandCount += 1;
    const commandId = uuid(commandCount);
    const at = new Date(clock.nowMs() + story.skewMs.dashboard).toISOString();
    const by = { userId, name: nameOf(userId), role: 'nurse' as const };
    answers.push({
      body: { type: 'answer', commandId, at, by, alarmId, round, answer },
      appendedMs: clock.nowMs() + 5,
    });
    acts.answers.push({ userId, answer, atMs: clock.nowMs() });
    toProcess(clock.nowMs() + 20, () => {
      const taken = give({ type: 'answer', alarmId, round, userId, answer }).some(({ type }) => type === answer);
      const reason = taken ? {} : { reason: 'This alarm does not call any more' };
      write({ type: 'answer-seen', atMs: deliveryMs(), commandId, alarmId, userId, answer, taken, ...reason });
    });
  }

  function endEntry(userId: PersonId): void {
    const reason = 'The push service answered 410';
    write({ type: 'reach-ended', atMs: deliveryMs(), reachId: entryOf(userId), userId, channel: 'push', reason });
  }

  /** Writes the test messages before the alarm. */
  function writeCanaries(): void {
    for (const userId of people) {
      const { phone } = story.persons[userId];
      const common = {
        userId,
        name: nameOf(userId),
        channel: 'push',
        reachId: entryOf(userId),
        checkId: uuid(7),
      } as const;
      const result =
        phone === 'down'
          ? { state: 'down' as const, reason: 'nothing came back within 60 s' }
          : { state: 'reached' as const, stage: 'on-device' as const };
      write({ type: 'reach-seen', atMs: deliveryMs(), ...common, state: 'asked' });
      write({ type: 'reach-seen', atMs: deliveryMs() + 1_000, ...common, ...result });
      if (phone === 'ended') endEntry(userId);
    }
  }

  return {
    items,
    answers,
    writeCanaries,
    giveAnswer,
    takeAlarm: (event: AlarmEvent, appendedMs: number) =>
      toProcess(appendedMs + 15, () => give({ type: 'alarm', event })),
    personsChanged: () => (isUp() ? give({ type: 'changed' }) : []),
    timer: () => (isUp() ? give({ type: 'timer' }) : []),
    nextDueMs: () => (isUp() ? nextDueAtMs(state, deliveryMs()) - story.skewMs.delivery : Number.POSITIVE_INFINITY),
  };
}

const entryOf = (userId: PersonId) => uuid(500 + people.indexOf(userId));
