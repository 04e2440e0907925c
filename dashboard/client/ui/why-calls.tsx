/** Shows who was on duty for an alarm, and each call of a person with the reports of its channels. */
import { channelTitles, standingTitles } from '../../../contracts/explain/titles.ts';
import type { ExplanationAnswer } from '../../protocol/explain.ts';
import { dutyNames } from '../core/duty-words.ts';
import { clockText, dateTimeText } from '../core/times.ts';

type Call = ExplanationAnswer['calls'][number];

export function WhyDuty({ onDuty }: { onDuty: ExplanationAnswer['onDuty'] }) {
  if (onDuty === undefined) return <p data-testid="why-duty">not known</p>;
  if (!onDuty.takesPart) return <p data-testid="why-duty">The ward had no assignments, so Vigil calls nobody.</p>;
  return (
    <>
      <p class="dim">
        At {dateTimeText(onDuty.atMs)}, for bed {onDuty.bed}
      </p>
      <ul data-testid="why-duty">
        {onDuty.persons.length === 0 && <li>nobody</li>}
        {onDuty.persons.map(({ duty, userId, name, standing, assignment, away }) => (
          <li key={`${duty} ${userId}`}>
            {dutyNames[duty]}: <strong>{name}</strong>, {standingTitles[standing]}
            {away && ` until ${dateTimeText(away.untilMs)}`}
            <span class="dim">
              {' '}
              · from {dateTimeText(assignment.fromMs)} to {dateTimeText(assignment.untilMs)}, assigned by{' '}
              {assignment.byName}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function WhyCalls({ explanation: { calls, incomplete } }: { explanation: ExplanationAnswer }) {
  if (calls.length === 0)
    return <p data-testid="why-calls">{incomplete.includes('deliveries') ? 'not known' : 'Nobody was called.'}</p>;
  return (
    <ul class="why__calls" data-testid="why-calls">
      {calls.map((call) => (
        <li key={call.callId}>
          {clockText(call.calledMs)} <strong>{call.name}</strong> ({dutyNames[call.duty]}), round {call.round}:{' '}
          {call.end}
          {call.endMs !== undefined && ` at ${clockText(call.endMs)}`}
          <ul>
            {call.channels.map((channel) => (
              <li key={channel.channel} class="dim">
                {channelTitles[channel.channel]}: {channelText(channel)}
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
    sentMs === undefined ? 'no message in the log' : `left ${clockText(sentMs)}`,
    ...stages.map(({ stage, atMs }) => `${stage} ${clockText(atMs)}`),
    ...failures.map(({ reason, atMs }) => `failed ${clockText(atMs)}: ${reason}`),
    `test message before: ${reach.state === 'not-known' ? 'not known' : reach.state}`,
  ].join(' · ');
}
