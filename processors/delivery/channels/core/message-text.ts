/**
 * Writes the texts of messages for people, in the language of the person. Each time is in the zone of its ward and has
 * the label of the zone, because nobody knows where a phone is. Pure. No text has the name of a patient.
 */
import type { Language } from '../../../../contracts/languages.ts';
import { visibleText } from '../../../../contracts/text.ts';
import { parseInstant } from '../../../../contracts/time.ts';
import { isTimeZone, wallTime, zoneLabel } from '../../../../contracts/zones.ts';
import type { NamedAlarm, OutgoingMessage } from '../channel.ts';
import { type MessageWords, wordsOf } from './message-words.ts';

/**
 * What a message may show outside Vigil's own pages. `none`: only that there is an alarm. `bed`: also ward, bed and
 * time. `values`: also the text of the alarm with its values.
 */
export const messageDetails = ['none', 'bed', 'values'] as const;
export type MessageDetails = (typeof messageDetails)[number];

/** Maximum number of alarms with a line of their own (ours). */
const linesMax = 10;
/** Maximum length of a line in UTF-16 units (ours). */
const lineLengthMax = 90;

export type MessageText = { readonly title: string; readonly lines: readonly string[] };

/**
 * Returns the title and the lines of a message. The title names the most urgent alarm.
 * @param language undefined: English
 */
export function messageText(
  message: OutgoingMessage,
  details: MessageDetails,
  language: Language | undefined,
): MessageText {
  const { alarms, onlyCounted } = message;
  const texts = wordsOf(language);
  const [first] = alarms;
  const others = alarms.length + onlyCounted - 1;
  const more = others > 0 ? texts.andMore(others) : '';
  if (first === undefined || details === 'none')
    return { title: `${texts.priorities[first?.priority ?? 'high']}${more}`, lines: [] };
  const shown = alarms.slice(0, linesMax);
  const uncounted = alarms.length + onlyCounted - shown.length;
  const lines = shown.map((alarm) => alarmLine(alarm, details, texts));
  return {
    title: shortened(`${placeText(first, texts)}: ${texts.priorities[first.priority]}${more}`),
    lines: uncounted > 0 ? [...lines, texts.more(uncounted)] : lines,
  };
}

function alarmLine(alarm: NamedAlarm, details: MessageDetails, texts: MessageWords): string {
  const showsValues = details === 'values';
  const what = showsValues ? texts.alarm(alarm.text) : texts.priorities[alarm.priority];
  const atOnset = showsValues && alarm.onsetValue !== undefined ? texts.atOnset(alarm.onsetValue) : '';
  return shortened(`${placeText(alarm, texts)}: ${what}, ${texts.since(onsetText(alarm))}${atOnset}`);
}

/** Returns `14:03:07 CET`. A time without a known zone is in UTC: a lookup that fails never stops a message. */
function onsetText({ onsetAt, zone: ofWard }: NamedAlarm): string {
  const zone = ofWard !== undefined && isTimeZone(ofWard) ? ofWard : 'UTC';
  const ms = parseInstant(onsetAt);
  if (ms === undefined) return `${onsetAt.slice(11, 19)} UTC`;
  const { hour, minute, second } = wallTime(zone, ms);
  return `${[hour, minute, second].map((n) => String(n).padStart(2, '0')).join(':')} ${zoneLabel(zone, ms)}`;
}

function placeText({ ward, bed }: NamedAlarm, texts: MessageWords): string {
  if (bed !== null) return ward === null || bed.startsWith(ward) ? bed : `${ward} ${bed}`;
  return ward ?? texts.unknownBed;
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
