/** Writes an explanation as lines for a terminal. Texts from the log are made visible, so that they cannot change the terminal. */
import { visibleText } from '../text.ts';
import type { Delays, Step, StepName } from './chain.ts';
import { createInstantText, durationText } from './durations.ts';
import type { Explanation } from './explain.ts';
import type { Looker, Lookers, LookKind } from './lookers.ts';

const stepTitles: Readonly<Record<StepName, string>> = {
  onset: 'Condition began (device time)',
  determined: 'Delay of the limit passed (device time)',
  received: 'Gateway received that value',
  logged: 'That value was in the log',
  raised: 'Engine raised the alarm',
  published: 'Event was in the log',
  painted: 'A screen had painted it',
  asked: 'Acknowledgement was asked for',
  answered: 'Engine accepted the acknowledgement',
  resolved: 'Condition ended',
  cleared: 'Alarm left the screens',
};

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
    `Records may be missing in: ${incomplete.join(', ')}. Kafka has deleted them, or they cannot be opened.`,
    'What depends on them is not known.',
  ];
}

function stepLine({ name, time, sinceBeforeMs, sinceRaisedMs }: Step, instantText: (ms: number) => string): string {
  const title = `  ${stepTitles[name].padEnd(40)}`;
  if (time.kind === 'not-known') return `${title} ${notKnownText}`;
  if (time.kind === 'none') return `${title} did not happen`;
  const before = sinceBeforeMs === undefined ? notKnownText : durationText(sinceBeforeMs);
  const raised = sinceRaisedMs === undefined ? notKnownText : durationText(sinceRaisedMs);
  return `${title} ${instantText(time.atMs)}  after the step before: ${before}; after the raise: ${raised}`;
}

function delayLines({ generationOfConditionMs, raisedToLogMs }: Delays): string[] {
  const text = (ms: number | undefined) => (ms === undefined ? notKnownText : durationText(ms));
  return [
    `  Condition generation delay (began → raised): ${text(generationOfConditionMs)}`,
    `  Signal generation delay (raised → in the log): ${text(raisedToLogMs)}; (in the log → painted): ${notKnownText}`,
  ];
}

const lookTexts: Readonly<Record<LookKind, string>> = {
  ward: 'opened the ward',
  patient: 'opened the patient',
  act: 'acted at the bed',
};

function lookerLines({ during, openedBefore, answer }: Lookers, instantText: (ms: number) => string): string[] {
  const line = ({ name, userId, kind, atMs }: Looker) =>
    `${name} (${userId}) ${lookTexts[kind]} at ${instantText(atMs)}`;
  return [
    ...during.map((looker) => `  ${line(looker)}`),
    ...openedBefore.map(
      (looker) => `  ${line(looker)}, before the alarm; whether the screen still showed it is not known`,
    ),
    ...(answer === 'nobody'
      ? ['  Nobody: the audit trail is whole, and has no open view of the ward or the patient.']
      : []),
    ...(answer === 'not-known' && openedBefore.length === 0 ? [`  ${notKnownText}`] : []),
  ];
}
