/** The texts about the calls of an alarm in the alarm history. They also say which calls are missing in the list. */
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { ReviewedAlarmRow, ReviewedCall, ReviewedCalls } from '../../protocol/alarm-review.ts';
import { channelNames, outcomeWords, stageText } from './delivery-words.ts';
import { dutyNames } from './duty-words.ts';
import { insideSentence, t, texts } from './texts.ts';
import { clockText, whenText } from './times.ts';

/** One call with a line for each of its channels. */
export type ReviewedCallLine = { readonly key: string; readonly text: string; readonly channels: readonly string[] };

/** Returns the calls of an alarm, the first call first. Each call has a line for each channel with its confirmation. */
export function reviewedCallLines({ list }: ReviewedCalls, nowMs: number): ReviewedCallLine[] {
  return list.map((call) => ({ key: call.callId, text: callText(call, nowMs), channels: channelTexts(call) }));
}

const outcomeText = (outcome: ReviewedCall['outcome']): string =>
  outcome === 'ended-unanswered' ? t('had not answered when Vigil stopped this call') : outcomeWords[outcome];

function callText({ calledAtMs, name, duty, round, repeat, outcome }: ReviewedCall, nowMs: number): string {
  const again = repeat > 0 ? `, ${t('called again')}` : '';
  const what = `${name} (${insideSentence(dutyNames[duty])}, ${t('round {n}', { n: round })}${again})`;
  return `${whenText(calledAtMs, nowMs)} ${what}: ${outcomeText(outcome)}`;
}

const leftOutTexts = texts({
  'called-before': '{channel}: left out, because an earlier call used it',
  'not-reached': '{channel}: left out, because the person could not be reached there',
});

function channelTexts({ channels, sent, failed, channelsLeftOut }: ReviewedCall): string[] {
  const isSilent = (channel: DeliveryChannel) =>
    !failed.includes(channel) && !sent.some((report) => report.channel === channel);
  return [
    ...sent.map(({ channel, stage, atMs }) => `${stageText(channel, stage)} ${clockText(atMs)}`),
    ...failed.map((channel) => t('{channel}: failed', { channel: channelNames[channel] })),
    ...channels
      .filter(isSilent)
      .map((channel) => t('{channel}: nothing confirmed', { channel: channelNames[channel] })),
    ...channelsLeftOut.map(({ channel, why }) => leftOutTexts[why].replace('{channel}', () => channelNames[channel])),
  ];
}

const noticeTexts = texts({
  'nobody-to-call': 'The chain ended, because nobody could be called.',
  'nobody-answers': 'The chain ended, and nobody had answered.',
  'too-old': 'The alarm was too old to call somebody.',
});

/**
 * Returns sentences about missing calls: an alarm that calls nobody, duties without a call, and calls that the list
 * leaves out.
 */
export function leftOutLines(
  { list, onlyCounted, dutiesLeftOut, notSent, notice }: ReviewedCalls,
  nowMs: number,
): string[] {
  return [
    ...(notSent === null ? [] : [t('Vigil called nobody at the beginning: {reason}', { reason: notSent })]),
    ...dutiesLeftOut.map(({ duty, atMs }) =>
      t('{time} {duty}: left out, because nobody with this duty could be called, or each was called before', {
        time: whenText(atMs, nowMs),
        duty: dutyNames[duty],
      }),
    ),
    ...(notice === null ? [] : [noticeTexts[notice]]),
    ...(onlyCounted > 0
      ? [t('{n} repeated call is not listed.|{n} repeated calls are not listed.', { n: onlyCounted })]
      : []),
    ...(list.length === 0 && notSent === null ? [t('The log has no call about this alarm.')] : []),
  ];
}

/**
 * Returns how often the alarm became more urgent because nobody acknowledged it; undefined if the alarm never became
 * more urgent.
 */
export function escalationText({ escalation }: Pick<ReviewedAlarmRow, 'escalation'>): string | undefined {
  return escalation === 0
    ? undefined
    : t('escalated {n} time: not acknowledged|escalated {n} times: not acknowledged', { n: escalation });
}
