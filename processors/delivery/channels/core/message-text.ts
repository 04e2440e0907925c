/** Writes the texts of messages for people. Pure. No text has the name of a patient. */

import type { Priority } from '../../../../contracts/messages/alarms.ts';
import { visibleText } from '../../../../contracts/text.ts';
import type { NamedAlarm, OutgoingMessage } from '../channel.ts';

/**
 * What a message may show outside Vigil's own pages. `none`: only that there is an alarm. `bed`: also ward, bed and time. `values`: also the text of
 * the alarm with its values.
 */
export const messageDetails = ['none', 'bed', 'values'] as const;
export type MessageDetails = (typeof messageDetails)[number];

const priorityWords: Readonly<Record<Priority, string>> = {
  high: 'High alarm',
  medium: 'Medium alarm',
  low: 'Low alarm',
};

/** Maximum number of alarms with a line of their own (ours). */
const linesMax = 10;
/** Maximum length of a line in UTF-16 units (ours). */
const lineLengthMax = 90;

export type MessageText = { readonly title: string; readonly lines: readonly string[] };

/** Returns the title and the lines of a message. The title names the most urgent alarm. */
export function messageText(message: OutgoingMessage, details: MessageDetails): MessageText {
  const { alarms, onlyCounted } = message;
  const [first] = alarms;
  const others = alarms.length + onlyCounted - 1;
  const more = others > 0 ? ` and ${others} more` : '';
  if (first === undefined || details === 'none')
    return { title: `${priorityWords[first?.priority ?? 'high']}${more}`, lines: [] };
  const shown = alarms.slice(0, linesMax);
  const uncounted = alarms.length + onlyCounted - shown.length;
  const lines = shown.map((alarm) => alarmLine(alarm, details));
  return {
    title: shortened(`${placeText(first)}: ${priorityWords[first.priority]}${more}`),
    lines: uncounted > 0 ? [...lines, `${uncounted} more`] : lines,
  };
}

function alarmLine(alarm: NamedAlarm, details: MessageDetails): string {
  const what = details === 'values' ? alarm.text : priorityWords[alarm.priority];
  return shortened(`${placeText(alarm)}: ${what}, since ${alarm.onsetAt.slice(11, 19)} UTC`);
}

function placeText({ ward, bed }: NamedAlarm): string {
  if (bed !== null) return ward === null || bed.startsWith(ward) ? bed : `${ward} ${bed}`;
  return ward ?? 'Unknown bed';
}

function shortened(text: string): string {
  const line = visibleText(text);
  if (line.length <= lineLengthMax) return line;
  let start = '';
  // Cuts between code points, so that no emoji is cut in two.
  for (const char of line) {
    if (start.length + char.length >= lineLengthMax) break;
    start += char;
  }
  return `${start}…`;
}
