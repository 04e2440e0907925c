/** The words of messages in each language. Pure. */
import { germanAlarmText, germanValueText } from '../../../../contracts/german-alarms.ts';
import type { Language } from '../../../../contracts/languages.ts';
import type { Priority } from '../../../../contracts/messages/alarms.ts';

export type MessageWords = {
  readonly priorities: Readonly<Record<Priority, string>>;
  readonly more: (n: number) => string;
  readonly andMore: (n: number) => string;
  readonly since: (time: string) => string;
  /** @param value the name of a measurement and its value at the onset, such as `HR 130` */
  readonly atOnset: (value: string) => string;
  readonly unknownBed: string;
  /** The text of an alarm with its values. */
  readonly alarm: (text: string) => string;
  /** The last line of a mail. */
  readonly noAnswer: string;
};

const english: MessageWords = {
  priorities: { high: 'High alarm', medium: 'Medium alarm', low: 'Low alarm' },
  more: (n) => `${n} more`,
  andMore: (n) => ` and ${n} more`,
  since: (time) => `since ${time}`,
  atOnset: (value) => ` (at onset ${value})`,
  unknownBed: 'Unknown bed',
  alarm: (text) => text,
  noAnswer: 'You cannot answer this mail. Open Vigil to answer.',
};

const german: MessageWords = {
  priorities: { high: 'Hoher Alarm', medium: 'Mittlerer Alarm', low: 'Niedriger Alarm' },
  more: (n) => `${n} weitere`,
  andMore: (n) => ` und ${n} weitere`,
  since: (time) => `seit ${time}`,
  atOnset: (value) => ` (bei Beginn ${germanValueText(value)})`,
  unknownBed: 'Unbekanntes Bett',
  alarm: germanAlarmText,
  noAnswer: 'Auf diese E-Mail können Sie nicht antworten. Öffnen Sie Vigil, um zu antworten.',
};

/** Returns the words of a language. An older entry has no language: its messages are English. */
export const wordsOf = (language: Language | undefined): MessageWords => (language === 'de' ? german : english);
