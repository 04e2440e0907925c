/**
 * Writes an explanation as lines for a terminal. Control characters in texts from the log are made visible, so that
 * they cannot change the terminal.
 */
import { visibleText } from '../text.ts';
import type { CallChannel, CallStory } from './calls.ts';
import { type Delays, type Step, type StepName, stepNames } from './chain.ts';
import { createInstantText, durationText } from './durations.ts';
import type { Explanation } from './explain.ts';
import type { Looker, Lookers } from './lookers.ts';
import type { OnDuty, PersonOnDuty } from './on-duty.ts';
import { channelTitles, logPartTitles, lookTitles, noPersonText, standingTitles, stepTitles } from './titles.ts';

const notKnownText = 'not known';

/** Returns the lines. @param timeZone the time zone of the server, for example `Europe/Berlin` */
export function explanationLines(explanation: Explanation, timeZone: string): string[] {
  const { alarmId, text, priority, ward, bed, deviceId, chain, timeline, lookers, findings, isOver } = explanation;
  const instantText = createInstantText(timeZone);
  const place = `ward ${ward ?? notKnownText}, bed ${bed ?? notKnownText}, device ${deviceId}`;
  const lines = [
    `Alarm ${alarmId}: ${text} (${priority} priority)`,
    `${place}; ${isOver ? 'the alarm has ended' : 'the log has no end of the alarm'}`,
    ...incompleteLines(explanation),
    '',
    'Findings',
    ...(findings.length === 0 ? ['  The log shows no cause.'] : findings.map((finding) => `  - ${finding.text}`)),
    '',
    'Delay chain',
    ...chain.steps.map((step) => stepLine(step, instantText)),
    ...delayLines(chain.delays),
    '',
    'Who was on duty',
    ...dutyLines(explanation.onDuty, instantText),
    '',
    'Calls',
    ...allCallLines(explanation, instantText),
    '',
    'Timeline',
    ...timeline.map((line) => `  ${instantText(line.atMs)}  ${line.text}`),
    '',
    'Who could see it',
    ...lookerLines(lookers, instantText),
  ];
  return lines.map(visibleText);
}

function incompleteLines({ incomplete }: Explanation): string[] {
  if (incomplete.length === 0) return [];
  return [
    `Records may be missing in: ${incomplete.map((part) => logPartTitles[part]).join(', ')}. Kafka has deleted them, or they cannot be opened.`,
    'What depends on them is not known.',
  ];
}

function stepLine({ name, time, sinceBeforeMs, sinceRaisedMs }: Step, instantText: (ms: number) => string): string {
  const title = `  ${stepTitles[name].padEnd(40)}`;
  if (time.kind === 'not-known') return `${title} ${notKnownText}`;
  if (time.kind === 'none') return `${title} did not happen`;
  const before = sinceBeforeMs === undefined ? notKnownText : durationText(sinceBeforeMs);
  return `${title} ${instantText(time.atMs)}  after the step before: ${before}; ${raisedText(name, sinceRaisedMs)}`;
}

/**
 * If a later step has a time before the raise, the step belongs to another occurrence of the alarm, or two clocks
 * differ.
 */
function raisedText(name: StepName, sinceRaisedMs: number | undefined): string {
  if (sinceRaisedMs === undefined) return `after the raise: ${notKnownText}`;
  if (sinceRaisedMs >= 0) return `after the raise: ${durationText(sinceRaisedMs)}`;
  const isBefore = stepNames.indexOf(name) < stepNames.indexOf('raised');
  return isBefore ? `before the raise: ${durationText(-sinceRaisedMs)}` : `after the raise: ${notKnownText}`;
}

function delayLines({ generationOfConditionMs, raisedToLogMs, ...more }: Delays): string[] {
  const text = (ms: number | undefined) => (ms === undefined ? notKnownText : durationText(ms));
  return [
    `  Condition generation delay (began → raised): ${text(generationOfConditionMs)}`,
    `  Signal generation delay (raised → in the log): ${text(raisedToLogMs)}; (in the log → painted): ${text(more.logToPaintedMs)}`,
    `  In the log → first message left: ${text(more.logToSentMs)}; in the log → accepted: ${text(more.logToAcceptedMs)}`,
  ];
}

function lookerLines({ during, openedBefore, answer }: Lookers, instantText: (ms: number) => string): string[] {
  const line = ({ name, userId, kind, atMs }: Looker) =>
    `${name} (${userId}) ${lookTitles[kind]} at ${instantText(atMs)}`;
  return [
    ...during.map((looker) => `  ${line(looker)}`),
    ...openedBefore.map(
      (looker) => `  ${line(looker)}, before the alarm; whether the screen still showed it is not known`,
    ),
    ...(answer === 'no-person' ? [`  ${noPersonText}`] : []),
    ...(answer === 'not-known' && openedBefore.length === 0 ? [`  ${notKnownText}`] : []),
  ];
}

function dutyLines(onDuty: OnDuty | undefined, instantText: (ms: number) => string): string[] {
  if (onDuty === undefined) return [`  ${notKnownText}`];
  const { atMs, ward, bed, takesPart, takesPartSinceMs, persons } = onDuty;
  const since = takesPartSinceMs === undefined ? '' : ` (no assignments until ${instantText(takesPartSinceMs)})`;
  const title = `  At ${instantText(atMs)}, ward ${ward}, bed ${bed}${since}:`;
  if (!takesPart) return [title, '  the ward had no assignments'];
  if (persons.length === 0) return [title, '  nobody'];
  return [title, ...persons.map((person) => `  ${personText(person, instantText)}`)];
}

function personText(
  { duty, name, userId, standing, assignment, away }: PersonOnDuty,
  instantText: (ms: number) => string,
): string {
  const { fromMs, untilMs, byName } = assignment;
  const absence = away === undefined ? '' : ` until ${instantText(away.untilMs)}`;
  return `${duty}: ${name} (${userId}), ${standingTitles[standing]}${absence}; from ${instantText(fromMs)} to ${instantText(untilMs)}, assigned by ${byName}`;
}

function allCallLines({ calls, incomplete }: Explanation, instantText: (ms: number) => string): string[] {
  if (calls.length > 0) return calls.flatMap((call) => callLines(call, instantText));
  return [incomplete.includes('deliveries') ? `  ${notKnownText}` : '  Nobody was called.'];
}

function callLines(call: CallStory, instantText: (ms: number) => string): string[] {
  const { name, duty, round, calledMs, end, endMs, channels } = call;
  const ended = endMs === undefined ? '' : ` at ${instantText(endMs)}`;
  return [
    `  ${instantText(calledMs)}  ${name} (${duty}), round ${round}: ${end}${ended}`,
    ...channels.map((channel) => `      ${channelText(channel, instantText)}`),
  ];
}

function channelText({ channel, sentMs, stages, failures, reach }: CallChannel, instantText: (ms: number) => string) {
  const parts = [
    sentMs === undefined ? 'the log has no message' : `left ${instantText(sentMs)}`,
    ...stages.map(({ stage, atMs }) => `${stage} ${instantText(atMs)}`),
    ...failures.map(({ reason, atMs }) => `failed ${instantText(atMs)}: ${reason}`),
    reach.state === 'not-known' ? 'test message before: not known' : `test message before: ${reach.state}`,
  ];
  return `${channelTitles[channel]}: ${parts.join('; ')}`;
}
