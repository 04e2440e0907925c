/**
 * The texts about the delivery of an alarm: which person Vigil calls, how far each message came, and how each call
 * ended.
 */

import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type {
  CallOutcome,
  CallView,
  DeliveryView,
  ReceiptStage,
  WardNotice,
} from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { DeliveryDown } from '../../protocol/delivery.ts';
import { alarmText } from './alarm-words.ts';
import { dutyNames } from './duty-words.ts';
import { firstThatFits } from './short-texts.ts';
import { insideSentence, t, texts } from './texts.ts';
import { clockText, shortWhen, whenText } from './times.ts';

export const channelNames: Readonly<Record<DeliveryChannel, string>> = texts({
  screen: 'Vigil page',
  push: 'phone',
  mail: 'e-mail',
  webhook: 'other system',
});

/** Each stage confirms more than the stage before. `shown` does not mean that the person has looked. */
const stageNames: Readonly<Record<ReceiptStage, string>> = texts({
  sent: 'sent',
  taken: 'taken by service',
  'on-device': 'on the device',
  painted: 'shown',
  answered: 'answered',
});
/** Shorter names of the stages, for a line of limited width. */
const shortStageNames: Readonly<Record<ReceiptStage, string>> = {
  ...stageNames,
  get taken() {
    return t('taken');
  },
  get 'on-device'() {
    return t('on the device');
  },
};
const stageOrder = Object.keys(stageNames) as ReceiptStage[];

/** Returns how far a message came through a channel, for example `phone: taken by service`. */
export function stageText(channel: DeliveryChannel, stage: ReceiptStage): string {
  const where = channel === 'push' && stage === 'on-device' ? t('on the phone') : stageNames[stage];
  return `${channelNames[channel]}: ${where}`;
}

/**
 * Returns the best confirmation of a call as a short text, for example `phone: taken`. A call without a confirmation
 * gets `not confirmed yet`.
 */
export function confirmationText({ sent, failed, channels }: CallView): string {
  const best = sent.toSorted((a, b) => stageOrder.indexOf(b.stage) - stageOrder.indexOf(a.stage))[0];
  if (best) return `${channelNames[best.channel]}: ${shortStageNames[best.stage]}`;
  return channels.every((channel) => failed.includes(channel)) ? t('not reached') : t('not confirmed yet');
}

/** `isBad`: nobody comes to this alarm, so the ward must act. */
export type DeliveryLine = { readonly text: string; readonly isBad: boolean };

const noticeWords: Readonly<Record<WardNotice, string>> = texts({
  'nobody-to-call': 'nobody to call',
  'nobody-answers': 'nobody answers',
  'too-old': 'too old: nobody is called any more',
});

const secondsText = (dueAtMs: number | null, nowMs: number) =>
  dueAtMs === null ? undefined : `${Math.max(0, Math.ceil((dueAtMs - nowMs) / 1_000))} s`;

const joined = (...parts: readonly (string | undefined)[]) => parts.filter((part) => part !== undefined).join(' · ');

/** Returns how the former call ended. This is the reason why Vigil calls the next person. */
function formerText(call: CallView | undefined): string | undefined {
  switch (call?.outcome) {
    case 'rejected':
      return t('rejected by {name}', { name: call.name });
    case 'unanswered':
      return t('no answer from {name}', { name: call.name });
    case 'unconfirmed':
    case 'undelivered':
      return t('{name} not reached', { name: call.name });
    case 'gone':
      return t('{name} is not on duty', { name: call.name });
    default:
      return undefined;
  }
}

/** Returns the call that waits for an answer now. */
function waitingCall({ calls }: DeliveryView): CallView | undefined {
  return calls.findLast(({ outcome }) => outcome === 'waiting');
}

/** Returns `Ben goes (accepted 14:02)` for each person who has accepted. */
function acceptedText({ acceptedBy, calls }: DeliveryView, nowMs: number): string {
  const texts = acceptedBy.map(({ userId, name }) => {
    const answers = calls
      .filter((call) => call.userId === userId)
      .flatMap(({ sent }) => sent.filter(({ stage }) => stage === 'answered'));
    const atMs = answers.at(-1)?.atMs;
    return t('{name} goes (accepted{part})', {
      name,
      part: atMs === undefined ? '' : ` ${shortWhen(atMs, nowMs)}`,
    });
  });
  return texts.join(', ');
}

/**
 * Returns the line about the delivery of an alarm; undefined if the policy calls nobody about the alarm.
 * @param hasEnded whether the alarm ended by itself before anybody acknowledged it
 */
export function deliveryLine(view: DeliveryView, nowMs: number, hasEnded = false): DeliveryLine | undefined {
  const notice = view.notice === null ? undefined : noticeWords[view.notice];
  const line = (...parts: readonly (string | undefined)[]) => {
    const text = joined(notice, ...parts);
    return text === '' ? undefined : { text, isBad: notice !== undefined };
  };
  const due = secondsText(view.dueAtMs, nowMs);
  switch (view.phase) {
    case null:
      return line();
    case 'beginning':
      return line(due === undefined ? undefined : t('calls somebody in {due}', { due }));
    case 'calling':
    case 'repeating': {
      const call = waitingCall(view);
      const former = call ? view.calls[view.calls.indexOf(call) - 1] : view.calls.at(-1);
      const again = call !== undefined && call.repeat > 0 ? t(' again') : '';
      return line(
        call && joined(t('calling {name}{again}', { name: call.name, again }), due, confirmationText(call)),
        call === undefined && due !== undefined ? t('calls again in {due}', { due }) : undefined,
        notice === undefined ? formerText(former) : undefined,
      );
    }
    case 'accepted':
      return line(acceptedText(view, nowMs));
    case 'stopped':
      return line(hasEnded ? t('no calls: the alarm has ended') : undefined, calledText(view));
    case 'expired':
      return line(notice === undefined ? noticeWords['too-old'] : undefined);
  }
}

function calledText({ calls }: DeliveryView): string {
  const names = [...new Set(calls.map(({ name }) => name))];
  return names.length === 0 ? t('nobody was called') : t('called {names}', { names: names.join(', ') });
}

/** Returns the shorter line for a tile; undefined if the tile needs no line. */
export function tileDeliveryLine(view: DeliveryView | undefined, nowMs: number): DeliveryLine | undefined {
  if (!view) return undefined;
  if (view.acceptedBy.length > 0 && view.phase === 'accepted')
    return {
      text: t('{acceptedBy} goes', { acceptedBy: view.acceptedBy.map(({ name }) => name).join(', ') }),
      isBad: false,
    };
  if (view.notice !== null && view.notice !== 'too-old') return { text: noticeWords[view.notice], isBad: true };
  const call = waitingCall(view);
  if (call === undefined || (view.phase !== 'calling' && view.phase !== 'repeating')) return undefined;
  return { text: joined(t('calling {name}', { name: call.name }), secondsText(view.dueAtMs, nowMs)), isBad: false };
}

/** Ends of sentences about a person: how the person's call ended, or that the call waits for an answer. */
export const outcomeWords: Readonly<Record<CallOutcome, string>> = texts({
  waiting: 'has not answered yet',
  accepted: 'goes',
  rejected: 'cannot go',
  unanswered: 'did not answer in time',
  unconfirmed: 'not reached: nothing confirmed in time',
  undelivered: 'not reached: every channel failed',
  gone: 'is away or no longer on duty',
  informed: 'is informed, and cannot answer this way',
});

/** A call in the full list. */
export type CallLine = { readonly key: string; readonly text: string; readonly stages: readonly string[] };

/** Returns the sentence which says that the list has no calls of earlier rounds; undefined in the first round. */
export function roundNote({ round }: DeliveryView): string | undefined {
  return round > 1 ? t('Calls of this round; earlier rounds are under “why?”.') : undefined;
}

/** Returns all calls of the present round with their times, the first call first. */
export function callLines(view: DeliveryView, nowMs: number): CallLine[] {
  return view.calls.map((call) => ({
    key: call.callId,
    text: `${whenText(call.calledAtMs, nowMs)} ${call.name} (${insideSentence(dutyNames[call.duty])}): ${outcomeWords[call.outcome]}`,
    stages: [
      ...call.sent.map(({ channel, stage, atMs }) => `${stageText(channel, stage)} ${clockText(atMs)}`),
      ...call.failed.map((channel) => t('{channel}: failed', { channel: channelNames[channel] })),
    ],
  }));
}

/**
 * A notice of the ward about the delivery of its alarms. `shortText` is for a narrow strip; it names one alarm and has
 * the number of the other alarms.
 */
export type DeliveryNotice = {
  readonly id: string;
  readonly isHigh: boolean;
  readonly text: string;
  readonly shortText: string;
};

const namedMax = 3;
/** The first words of each text say what somebody must do. */
const noticeSentences: Readonly<Record<WardNotice, { full(alarms: string): string; short(alarms: string): string }>> = {
  'nobody-answers': {
    full: (alarms) => t('Somebody must go: nobody answers the calls about {alarms}.', { alarms }),
    short: (alarms) => t('Somebody must go: {alarms}.', { alarms }),
  },
  'nobody-to-call': {
    full: (alarms) => t('Somebody must go: nobody can be called about {alarms}. Look at the assignments.', { alarms }),
    short: (alarms) => t('Somebody must go: {alarms}.', { alarms }),
  },
  'too-old': {
    full: (alarms) =>
      t('Somebody must look: nobody is called any more about {alarms}, because it is too old.', { alarms }),
    short: (alarms) => t('Somebody must look: {alarms}.', { alarms }),
  },
};

/** Returns the notices about alarms for which nobody comes, the most serious first. */
export function deliveryNotices(
  views: Iterable<DeliveryView>,
  alarms: ReadonlyMap<string, Alarm>,
  showsWard: boolean,
): DeliveryNotice[] {
  const all = [...views];
  return (Object.keys(noticeSentences) as WardNotice[]).flatMap((notice) => {
    const list = all.filter((view) => view.notice === notice);
    if (list.length === 0) return [];
    const isHigh = list.some(({ priority }) => priority === 'high');
    const names = list
      .toSorted((a, b) => Number(b.priority === 'high') - Number(a.priority === 'high'))
      .map((view) => {
        const alarm = alarms.get(view.alarmId);
        const place = [showsWard ? view.ward : null, view.bed].filter((part) => part !== null).join(' ');
        const placeText = place === '' ? t('a device without a bed') : place;
        return { place: placeText, whole: `${placeText}${alarm ? ` ${alarmText(alarm)}` : ''}` };
      });
    const andMore = (count: number) =>
      names.length > count ? t(' and {more} more', { more: names.length - count }) : '';
    const { full, short } = noticeSentences[notice];
    const [first] = names;
    const text = full(
      names
        .slice(0, namedMax)
        .map(({ whole }) => whole)
        .join(', ') + andMore(namedMax),
    );
    const shortText = firstThatFits(
      short(first!.whole + andMore(1)),
      short(first!.place + andMore(1)),
      short(names.length === 1 ? t('an alarm') : t('{n} alarms', { n: names.length })),
    );
    return [{ id: `notice-${notice}`, isHigh, text, shortText }];
  });
}

/** Returns the notice for wards in which nobody is called, and a shorter notice for a narrow strip. */
export function deliveryDownText(
  { wards, since }: DeliveryDown,
  nowMs: number,
): { readonly text: string; readonly shortText: string } {
  const when = since === null ? '' : t(' since {when}', { when: whenText(Date.parse(since), nowMs) });
  const where = wards.length === 0 ? '' : t(' in {wards}', { wards: wards.join(', ') });
  const rest = wards.length > 1 ? t(' and {more} more', { more: wards.length - 1 }) : '';
  return {
    text: t(
      'Vigil calls nobody{where}{when}: the delivery process gives no sign of life. Watch this screen, and tell the operator.',
      { where, when },
    ),
    shortText: firstThatFits(
      t('Watch this screen: Vigil calls nobody{part}.', {
        part: wards[0] === undefined ? '' : t(' in {wards}{rest}', { wards: wards[0], rest }),
      }),
      t('Watch this screen: Vigil calls nobody in a ward.|Watch this screen: Vigil calls nobody in {n} wards.', {
        n: wards.length,
      }),
    ),
  };
}
