/** The texts of the page "Shift", which summarises a shift for each patient of a ward. */

import { minuteMs } from '../../../contracts/durations.ts';
import type {
  LimitsChange,
  NewsAt,
  NoNewsReason,
  NoStartNewsReason,
  ShiftPatient,
  ShiftSummary,
} from '../../protocol/shift-summary.ts';
import { priorityMarks } from './alarm-order.ts';
import { conditionText } from './condition-words.ts';
import { limitDifferences } from './limit-differences.ts';
import { priorityNames } from './name-words.ts';
import { partNames } from './score-words.ts';
import { labelText, serverText } from './server-texts.ts';
import { insideSentence, t, texts } from './texts.ts';
import { dateTimeText, minuteText, shortWhen } from './times.ts';

/** A summary that is older than this is marked as old (ours). */
export const summaryOldMs = 5 * minuteMs;

/**
 * One line of a card. `state` is `bad` if a person must act, `unknown` if the facts are not known, and `none` if there
 * is nothing to report.
 */
export type ShiftLine = {
  readonly label: string;
  readonly texts: readonly string[];
  readonly state: 'good' | 'bad' | 'unknown' | 'none';
};

const unknown = (label: string, text = t('not known')): ShiftLine => ({ label, texts: [text], state: 'unknown' });
const none = (label: string, ...texts: readonly string[]): ShiftLine => ({ label, texts, state: 'none' });
const line = (label: string, ...texts: readonly string[]): ShiftLine => ({ label, texts, state: 'good' });
const bad = (label: string, ...texts: readonly string[]): ShiftLine => ({ label, texts, state: 'bad' });

/** Returns since when the patient has had a device. Vigil has no data from before this time. */
export const sinceText = ({ sinceMs }: ShiftPatient, nowMs: number): string =>
  sinceMs === null ? t('device since: not known') : t('device since {time}', { time: shortWhen(sinceMs, nowMs) });

/** Returns the lines of a patient's card. */
export function shiftLines(summary: ShiftSummary, patient: ShiftPatient): ShiftLine[] {
  const { at } = summary;
  return [
    nurseLine(summary, patient),
    alarmsLine(patient),
    openLine(patient, at),
    newsLine(patient, at),
    changesLine(patient, at),
    limitsOffLine(patient, at),
    standbyLine(patient, at),
    tasksLine(summary, patient),
    noteLine(summary, patient),
  ];
}

function nurseLine({ duties }: ShiftSummary, { nurse }: ShiftPatient): ShiftLine {
  const label = t('Nurse');
  if (nurse !== null) return line(label, nurse);
  if (duties === 'unread') return unknown(label);
  return duties === 'unused' ? none(label, t('the ward uses no assignments')) : bad(label, t('nobody is responsible'));
}

function alarmsLine({ alarms }: ShiftPatient): ShiftLine {
  const label = t('Alarms');
  if (alarms === null) return unknown(label, t('not known: the server still reads older alarms'));
  const { total, high, medium, low, unanswered, commonest } = alarms;
  if (total === 0) return none(label, t('no alarms'));
  const texts = [t('{total}: {high} high, {medium} medium, {low} low', { total, high, medium, low })];
  if (unanswered > 0) texts.push(t('{unanswered} unanswered', { unanswered }));
  if (commonest)
    texts.push(
      t('most often {condition} ({alarms})', {
        condition: conditionText(commonest.condition),
        alarms: commonest.alarms,
      }),
    );
  return unanswered > 0 ? bad(label, ...texts) : line(label, ...texts);
}

function openLine({ open, openLeftOut }: ShiftPatient, nowMs: number): ShiftLine {
  const label = t('Open now');
  const texts = open.map(({ type, text, priority, isUnanswered, untilMs, from, to }) => {
    if (type === 'limits')
      return t('own limits {text}: {limitDifferences}', {
        text: labelText(text),
        limitDifferences: limitDifferences(from ?? '', to ?? '', nowMs).join(', '),
      });
    if (type === 'pause')
      return t('sound of {text} paused{part}', {
        text: serverText(text),
        part: untilMs === undefined ? '' : t(' until {time}', { time: shortWhen(untilMs, nowMs) }),
      });
    return `${priority ? `${priorityMarks[priority]} ${priorityNames[priority]}: ` : ''}${serverText(text)}, ${isUnanswered ? t('nobody has acknowledged it') : t('acknowledged')}`;
  });
  if (openLeftOut > 0) texts.push(t('and {openLeftOut} more', { openLeftOut }));
  if (texts.length === 0) return none(label, t('nothing'));
  return open.some(({ isUnanswered }) => isUnanswered) ? bad(label, ...texts) : line(label, ...texts);
}

/** Returns the text of a score, for example `7`, or `at least 5 (missing: pulse)`. */
function scoreText({ total, atLeast, missing }: NewsAt): string {
  if (total !== null) return String(total);
  const names = (missing ?? []).map((part) => insideSentence(partNames[part]).replace('spo2', 'SpO2'));
  return t('at least {atLeast} ({part})', {
    atLeast,
    part: names.length === 0 ? t('an input is missing') : t('missing: {names}', { names: names.join(', ') }),
  });
}

const noNewsTexts: Readonly<Record<NoNewsReason, string>> = texts({
  'not-adult': 'for adults only',
  'not-scored': 'the alarm processor has published no score',
  'no-input': 'no input is measured or entered',
  'too-old': 'an input is too old',
});
const noStartNewsTexts: Readonly<Record<NoStartNewsReason, string>> = texts({
  'not-adult': 'for adults only',
  'no-device': 'the patient had no device',
  'not-stored': 'no score is stored within 1 h',
  'no-answer': 'the database of trends did not answer',
});

function newsLine({ news2: { now, atStart } }: ShiftPatient, nowMs: number): ShiftLine {
  const label = 'NEWS2';
  if (now === 'not-adult') return none(label, noNewsTexts[now]);
  const texts = [
    typeof now === 'string'
      ? t('now not known: {noNews}', { noNews: noNewsTexts[now] })
      : t('{score} now', { score: scoreText(now) }),
    typeof atStart === 'string'
      ? t('at the beginning not known: {noStartNews}', { noStartNews: noStartNewsTexts[atStart] })
      : t('{score} at {time}', { score: scoreText(atStart), time: shortWhen(atStart.atMs, nowMs) }),
  ];
  const isUnknown = typeof now === 'string' && typeof atStart === 'string';
  return { label, texts, state: isUnknown ? 'unknown' : 'good' };
}

function changesLine({ changes, changesLeftOut }: ShiftPatient, nowMs: number): ShiftLine {
  const label = t('Limits changed');
  if (changes.length === 0) return none(label, t('no'));
  const texts = changes.map((change) => changeText(change, nowMs));
  if (changesLeftOut > 0) texts.unshift(t('{changesLeftOut} older changes are not listed', { changesLeftOut }));
  if (changes.every(({ outcome }) => outcome === 'refused')) return none(label, ...texts);
  return changes.some(({ outcome }) => outcome === 'unknown') ? bad(label, ...texts) : line(label, ...texts);
}

/**
 * Returns the text about a change of limits, with the differences. If the change was refused or perhaps not made, the
 * text says so first.
 */
function changeText({ atMs, by, group, from, to, isProven, outcome, reason }: LimitsChange, nowMs: number): string {
  const isRecorded = from !== null && to !== null;
  const change = isRecorded ? limitDifferences(from, to, nowMs).join(', ') : t('the values are not recorded');
  const doubt = isProven ? '' : t(' (the audit record does not verify)');
  const what = `${shortWhen(atMs, nowMs)} ${by}, ${group === null ? t('group not recorded') : labelText(group)}: ${change}${doubt}`;
  switch (outcome) {
    case 'made':
      return what;
    case 'refused':
      return t('NOT made: {what}; refused{part}', {
        what,
        part: reason === undefined ? '' : `: ${serverText(reason)}`,
      });
    case 'unknown':
      return t('Perhaps not made: {what}; the server knows no answer of the alarm processor', { what });
  }
}

function limitsOffLine({ limitsOff }: ShiftPatient, nowMs: number): ShiftLine {
  const label = t('Limits off');
  if (limitsOff === null) return unknown(label);
  if (limitsOff.length === 0) return none(label, t('no limit is off'));
  return bad(
    label,
    ...limitsOff.map(
      ({ group, reason, untilMs }) =>
        `${labelText(group)} ${untilMs === null ? t('without an end') : t('until {time}', { time: shortWhen(untilMs, nowMs) })}: ${reason}`,
    ),
  );
}

function standbyLine({ standby }: ShiftPatient, nowMs: number): ShiftLine {
  const label = t('Standby');
  if (standby === null) return none(label, t('no'));
  const { reason, sinceMs, untilMs, by } = standby;
  return line(
    label,
    t('{reason}, {time} until {time2} ({by})', {
      reason,
      time: shortWhen(sinceMs, nowMs),
      time2: shortWhen(untilMs, nowMs),
      by,
    }),
  );
}

function tasksLine(
  { areNotesRead, at }: ShiftSummary,
  { tasks: { open, done, doneLeftOut } }: ShiftPatient,
): ShiftLine {
  const label = t('Tasks');
  if (!areNotesRead) return unknown(label, t('cannot be read now; there may be some'));
  if (open.length + done.length === 0) return none(label, t('no tasks'));
  const texts = [
    ...open.map(({ text, by, atMs }) => `☐ ${text} (${by}, ${shortWhen(atMs, at)})`),
    ...(doneLeftOut > 0
      ? [
          t(
            '{n} task that was ticked off earlier is not listed|{n} tasks that were ticked off earlier are not listed',
            {
              n: doneLeftOut,
            },
          ),
        ]
      : []),
    ...done.map(({ text, by, atMs }) => `☑ ${text} (${t('done: ')}${by}, ${shortWhen(atMs, at)})`),
  ];
  return open.length === 0 ? none(label, ...texts) : line(label, ...texts);
}

function noteLine({ areNotesRead, at }: ShiftSummary, { note }: ShiftPatient): ShiftLine {
  const label = t('Note');
  if (note) return line(label, note.text, `${note.by}, ${shortWhen(note.atMs, at)}`);
  return areNotesRead ? none(label, t('no note')) : unknown(label, t('cannot be read now; there may be one'));
}

/** Returns sentences about missing or old data in the summary. */
export function summaryFaults(summary: ShiftSummary, nowMs: number): string[] {
  const { at, fromMs, alarmsFromMs, changesFromMs, kafka, alarmsState } = summary;
  const faults: string[] = [];
  if (kafka === 'away') faults.push(t('The server did not reach Kafka: everything here may be old.'));
  if (alarmsState === 'stale') faults.push(t('No alarm processor judged some of the readings: alarms may be missing.'));
  if (alarmsFromMs > fromMs)
    faults.push(t('Alarms from before {time} may be missing.', { time: dateTimeText(alarmsFromMs) }));
  if (changesFromMs > fromMs)
    faults.push(t('Changes of limits from before {time} may be missing.', { time: dateTimeText(changesFromMs) }));
  if (nowMs - at > summaryOldMs)
    faults.push(t('This summary is older than 5 minutes. Refresh it before you hand over.'));
  return faults;
}

/** Returns who is responsible for the whole ward. */
export function wardDutiesText({ duties, chargeNurses, physicians }: ShiftSummary): string {
  if (duties === 'unread') return t('Charge nurse and physician: not known');
  if (duties === 'unused') return t('The ward uses no assignments.');
  const names = (list: readonly string[]) => (list.length === 0 ? t('nobody') : list.join(', '));
  return t('Charge nurse: {names} · Physician: {names2}', { names: names(chargeNurses), names2: names(physicians) });
}

/** Returns why the summary begins with the former shift although nobody chose the former shift. */
export const firstHourText = (thisShiftMs: number): string =>
  t('This shift began at {time}. In its first hour, the summary begins with the shift that ended.', {
    time: minuteText(thisShiftMs),
  });
