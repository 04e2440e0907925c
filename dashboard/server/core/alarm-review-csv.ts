/** Writes alarms of the alarm history as lines of a CSV file (RFC 4180), without the ends of lines. Pure. */
import { csvCell } from '../../../contracts/csv-cell.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { ReviewedAlarmRow, ReviewedCall } from '../../protocol/alarm-review.ts';

const timeText = (ms: number | null) => (ms === null ? '' : formatInstant(ms));
const yesNo = (is: boolean) => (is ? 'yes' : 'no');
const names = (persons: readonly { readonly name: string; readonly atMs: number }[]) =>
  persons.map(({ name, atMs }) => `${name} at ${formatInstant(atMs)}`).join('; ');

/**
 * Returns one call: `Anna (nurse) round 1 at …: accepted [screen painted, mail failed, push left out (called-before)]`.
 */
function callText({ name, duty, round, calledAtMs, outcome, sent, failed, channelsLeftOut }: ReviewedCall): string {
  const channels = [
    ...sent.map(({ channel, stage }) => `${channel} ${stage}`),
    ...failed.map((channel) => `${channel} failed`),
    ...channelsLeftOut.map(({ channel, why }) => `${channel} left out (${why})`),
  ];
  return `${name} (${duty}) round ${round} at ${formatInstant(calledAtMs)}: ${outcome} [${channels.join(', ')}]`;
}

/**
 * The columns, with the content of each cell. Times are in UTC. An empty cell means: this did not happen, or is not
 * known.
 */
const columns: readonly (readonly [name: string, contentOf: (row: ReviewedAlarmRow) => string | number])[] = [
  ['raised', ({ raisedMs }) => timeText(raisedMs)],
  ['onset_device_time', ({ onsetMs }) => timeText(onsetMs)],
  ['ward', ({ places }) => places.map(({ ward }) => ward).join(' / ')],
  ['bed', ({ places }) => places.map(({ bed }) => bed ?? '').join(' / ')],
  ['patient', ({ patient }) => patient?.patientId ?? ''],
  ['family_name', ({ patient }) => patient?.familyName ?? ''],
  ['given_name', ({ patient }) => patient?.givenName ?? ''],
  ['priority', ({ priority }) => priority],
  ['kind', ({ kind }) => kind],
  ['condition', ({ condition }) => condition],
  ['text', ({ text }) => text],
  ['onset_value', ({ atOnset }) => atOnset?.value ?? ''],
  ['onset_limit', ({ atOnset }) => atOnset?.limit ?? ''],
  ['value', ({ value }) => value ?? ''],
  ['limit', ({ limit }) => limit ?? ''],
  ['unit', ({ unit }) => unit ?? ''],
  ['limits_of', ({ profile }) => (profile === null ? '' : `${profile.origin} ${profile.version}`)],
  ['first_called', ({ calledAtMs }) => timeText(calledAtMs)],
  ['answered', ({ answered }) => yesNo(answered)],
  ['answer_s', ({ answerMs }) => (answerMs === null ? '' : answerMs / 1_000)],
  ['called', ({ called }) => names(called)],
  ['calls', ({ calls }) => calls.list.map(callText).join('; ')],
  ['called_nobody_because', ({ calls }) => calls.notSent ?? ''],
  ['accepted', ({ accepted }) => names(accepted)],
  ['acknowledged', ({ acknowledged }) => names(acknowledged)],
  ['present', ({ present }) => yesNo(present)],
  ['ended', ({ resolvedMs }) => timeText(resolvedMs)],
  ['left_screens', ({ clearedMs }) => timeText(clearedMs)],
  ['onsets', ({ onsets }) => onsets],
  ['escalations', ({ escalation }) => escalation],
  ['late', ({ late }) => yesNo(late)],
  ['first_event_known', ({ whole }) => yesNo(whole)],
  ['device', ({ deviceId }) => deviceId],
  ['alarm', ({ alarmId }) => alarmId],
];

export const alarmCsvHeader = columns.map(([name]) => name).join(',');

export function alarmCsvLine(row: ReviewedAlarmRow): string {
  return columns.map(([, contentOf]) => csvCell(contentOf(row))).join(',');
}
