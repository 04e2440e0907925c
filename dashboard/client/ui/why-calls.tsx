/** Shows who was on duty at the time of an alarm, and each call with the reports of its channels. */
import { channelTitles, standingTitles } from '../../../contracts/explain/titles.ts';
import type { ExplanationAnswer } from '../../protocol/explain.ts';
import { dutyNames } from '../core/duty-words.ts';
import { t } from '../core/texts.ts';
import { clockText, dateTimeText } from '../core/times.ts';

type Call = ExplanationAnswer['calls'][number];

export function WhyDuty({ onDuty }: { onDuty: ExplanationAnswer['onDuty'] }) {
  if (onDuty === undefined) return <p data-testid="why-duty">{t('not known')}</p>;
  if (!onDuty.takesPart)
    return <p data-testid="why-duty">{t('The ward had no assignments, so Vigil calls nobody.')}</p>;
  return (
    <>
      <p class="dim">{t('At {time}, for bed {bed}', { time: dateTimeText(onDuty.atMs), bed: onDuty.bed })}</p>
      <ul data-testid="why-duty">
        {onDuty.persons.length === 0 && <li>{t('nobody')}</li>}
        {onDuty.persons.map(({ duty, userId, name, standing, assignment, away }) => (
          <li key={`${duty} ${userId}`}>
            {dutyNames[duty]}: <strong>{name}</strong>, {t(standingTitles[standing])}
            {away && t(' until {time}', { time: dateTimeText(away.untilMs) })}
            <span class="dim">
              {' '}
              {t('· from {time} to {time2}, assigned by {byName}', {
                time: dateTimeText(assignment.fromMs),
                time2: dateTimeText(assignment.untilMs),
                byName: assignment.byName,
              })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function WhyCalls({ explanation: { calls, incomplete } }: { explanation: ExplanationAnswer }) {
  if (calls.length === 0)
    return (
      <p data-testid="why-calls">{incomplete.includes('deliveries') ? t('not known') : t('Nobody was called.')}</p>
    );
  return (
    <ul class="why__calls" data-testid="why-calls">
      {calls.map((call) => (
        <li key={call.callId}>
          {clockText(call.calledMs)} <strong>{call.name}</strong>{' '}
          {t('({duty}), round {round}: {end}', { duty: dutyNames[call.duty], round: call.round, end: t(call.end) })}
          {call.endMs !== undefined && t(' at {time}', { time: clockText(call.endMs) })}
          <ul>
            {call.channels.map((channel) => (
              <li key={channel.channel} class="dim">
                {t(channelTitles[channel.channel])}: {channelText(channel)}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function channelText({ sentMs, stages, failures, reach }: Call['channels'][number]): string {
  return [
    sentMs === undefined ? t('no message in the log') : t('left {time}', { time: clockText(sentMs) }),
    ...stages.map(({ stage, atMs }) => `${t(stage)} ${clockText(atMs)}`),
    ...failures.map(({ reason, atMs }) => t('failed {time}: {reason}', { time: clockText(atMs), reason })),
    t('test message before: {part}', { part: reach.state === 'not-known' ? t('not known') : t(reach.state) }),
  ].join(' · ');
}
