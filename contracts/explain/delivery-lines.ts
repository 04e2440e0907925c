/**
 * Makes the lines about the acts of the delivery process, the channels and the called persons for an alarm: one line
 * for each record.
 */
import type { DeliveryRecord, WardNotice } from '../messages/deliveries.ts';
import { formatInstant, parseInstant } from '../time.ts';
import type { DeliveryEvent, EventOf } from './calls.ts';
import { durationText } from './durations.ts';
import type { TimelineLine } from './history.ts';
import type { AlarmRecords, Logged } from './records.ts';
import { englishOf, type Said, said, words } from './said.ts';
import { channelTitles } from './titles.ts';

/** Returns the lines, in the order of the log. A repeated record has one line. */
export function deliveryLines(records: AlarmRecords): TimelineLine[] {
  const { alarmId, deliveries, pages } = records;
  const names = namesOf(deliveries.items);
  for (const { body } of pages.answers) names.set(body.by.userId, body.by.name);
  const lines = new Map<string, TimelineLine>();
  const add = (line: TimelineLine) => {
    const key = englishOf(line.text);
    lines.set(key, lines.get(key) ?? line);
  };
  for (const { body, appendedMs } of deliveries.items) {
    const text = lineOf(body.event, alarmId, (userId) => names.get(userId) ?? userId);
    if (text !== undefined) add({ atMs: appendedMs, text });
  }
  for (const { body } of pages.answers)
    if (body.alarmId === alarmId)
      add({
        atMs: parseInstant(body.at) ?? 0,
        text: said`${body.by.name} answered the call of round ${body.round}: ${words(body.answer)}`,
      });
  for (const { name, way, atMs, alarmId: id } of pages.shown)
    if (id === alarmId) add({ atMs, text: said`A screen of ${name} ${words(way)} it for the first time` });
  return [...lines.values()];
}

function namesOf(items: readonly Logged<DeliveryRecord>[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { body } of items) {
    const { event } = body;
    if (event.type === 'called') names.set(event.call.userId, event.call.name).set(event.call.callId, event.call.name);
  }
  return names;
}

const noticeTexts: Readonly<Record<WardNotice, string>> = {
  'nobody-answers': 'nobody answers',
  'nobody-to-call': 'nobody can be called',
  'too-old': 'too old to be sent',
};

const stopTexts: Readonly<Record<EventOf<'stopped'>['why'], string>> = {
  acknowledged: 'it was acknowledged',
  ended: 'it does not call any more',
  'other-alarm-calls': 'another alarm of the same cause calls instead',
  late: 'it was judged from late readings',
};

const causeTexts: Readonly<Record<EventOf<'round-started'>['cause'], string>> = {
  new: 'the alarm calls',
  'more-urgent': 'the alarm is more urgent now',
  'not-acknowledged': 'a person had accepted, and nobody acknowledged the alarm',
  'fresh-again': 'the alarm is fresh again',
  'all-rejected': 'everybody who could be reached had rejected the alarm',
};

const endTexts: Readonly<Record<EventOf<'call-ended'>['outcome'], string>> = {
  unanswered: 'no answer in time',
  unconfirmed: 'no channel confirmed it',
  undelivered: 'it failed in every channel',
  gone: 'the person no longer had the duty, or was away',
};

/** Each text contains the time of its event, or its round, so that only a repeated record gives the same text. */
function lineOf(event: DeliveryEvent, alarmId: string, nameOf: (userId: string) => string): Said | undefined {
  if (event.type === 'message') {
    if (!event.calls.some((call) => call.alarmId === alarmId)) return undefined;
    const others = event.calls.length - 1;
    const more = others === 0 ? '' : others === 1 ? words(', with 1 other call') : said`, with ${others} other calls`;
    return said`Message to ${event.name} left (${words(channelTitles[event.channel])}${more}), at ${formatInstant(event.atMs)}`;
  }
  if (event.type === 'reach-seen' || event.type === 'reach-ended') return reachLine(event, nameOf(event.userId));
  if (event.type === 'not-written') return undefined;
  return event.alarmId === alarmId ? (callLine(event, nameOf) ?? roundLine(event)) : undefined;
}

function reachLine(event: EventOf<'reach-seen'> | EventOf<'reach-ended'>, name: string): Said | undefined {
  const way = said`${words(channelTitles[event.channel])}), at ${formatInstant(event.atMs)}`;
  if (event.type === 'reach-ended') return said`The address of ${name} ended (${way}: ${event.reason}`;
  switch (event.state) {
    case 'asked':
      return undefined;
    case 'reached':
      return said`Test message reached ${name}${event.stage === undefined ? '' : said`, ${words(event.stage)}`} (${way}`;
    case 'down':
      return said`Test message did not reach ${name} (${way}: ${event.reason ?? words('no reason is recorded')}`;
  }
}

function callLine(event: DeliveryEvent, nameOf: (userId: string) => string): Said | undefined {
  switch (event.type) {
    case 'called': {
      const { name, duty, channels, waitMs, repeat } = event.call;
      const again = repeat === 0 ? words('Called') : said`Called again, for the ${repeat + 1}. time,`;
      const wait = waitMs === 0 ? words('cannot answer this way') : said`${durationText(waitMs)} to answer`;
      return said`${again} ${name} (${words(duty)}) in round ${event.round}: ${channels.join(', ')}; ${wait}, at ${formatInstant(event.atMs)}`;
    }
    case 'receipt': {
      const { channel, userId, stage, failure } = event;
      const end = said`${nameOf(userId)} (${words(channelTitles[channel])}), at ${formatInstant(event.atMs)}`;
      if (failure !== undefined)
        return failure.class === 'transient'
          ? said`The message failed and will be tried again, to ${end}: ${failure.reason}`
          : said`The message failed, to ${end}: ${failure.reason}`;
      return stage === undefined ? undefined : said`Report of the message to ${end}: ${words(stage)}`;
    }
    case 'call-ended':
      return said`Call ${event.callId.split('/').slice(-2).join('/')} of ${nameOf(event.callId)} ended: ${words(endTexts[event.outcome])}, at ${formatInstant(event.atMs)}`;
    case 'accepted':
      return said`${nameOf(event.userId)} accepted, at ${formatInstant(event.atMs)}`;
    case 'rejected':
      return said`${nameOf(event.userId)} rejected the call, at ${formatInstant(event.atMs)}`;
    case 'answer-seen':
      return event.taken
        ? undefined
        : said`The answer "${words(event.answer)}" of ${nameOf(event.userId)} had no effect, at ${formatInstant(event.atMs)}: ${event.reason ?? words('no reason is recorded')}`;
    default:
      return undefined;
  }
}

function roundLine(event: DeliveryEvent): Said | undefined {
  switch (event.type) {
    case 'not-sent':
      return said`The delivery policy calls nobody, at ${formatInstant(event.atMs)}: ${event.reason}`;
    case 'round-started': {
      const duties = event.chain.steps.map(({ duty }) => duty).join(' → ');
      const first = event.dueAtMs === null ? '' : said`, first call not before ${formatInstant(event.dueAtMs)}`;
      return said`Round ${event.round} of calls began, because ${words(causeTexts[event.cause])}: policy ${event.policyVersion}, ${duties}${first}`;
    }
    case 'chain-ended':
      return said`The ward got the notice "${words(noticeTexts[event.notice])}", at ${formatInstant(event.atMs)}`;
    case 'repeat-skipped':
      return said`Nobody could be called again, at ${formatInstant(event.atMs)}`;
    case 'expired':
      return said`Too old to be sent: the ward got the notice, and nobody is called, at ${formatInstant(event.atMs)}`;
    case 'stopped':
      return said`The calls stopped, because ${words(stopTexts[event.why])}, at ${formatInstant(event.atMs)}`;
    case 'resumed':
      return said`The calls went on, at ${formatInstant(event.atMs)}`;
    case 'wait-restarted':
      return said`The clock had been set back, so the wait began again, at ${formatInstant(event.atMs)}`;
    default:
      return undefined;
  }
}
