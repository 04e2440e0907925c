/** The words of messages in each language. Pure. */
import { germanAlarmText } from '../../../../contracts/german-alarms.ts';
import type { Language } from '../../../../contracts/languages.ts';
import type { Priority } from '../../../../contracts/messages/alarms.ts';

export type MessageWords = {
  readonly priorities: Readonly<Record<Priority, string>>;
  readonly more: (n: number) => string;
  readonly andMore: (n: number) => string;
  readonly since: (time: string) => string;
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
  unknownBed: 'Unknown bed',
  alarm: (text) => text,
  noAnswer: 'You cannot answer this mail. Open Vigil to answer.',
};

const german: MessageWords = {
  priorities: { high: 'Hoher Alarm', medium: 'Mittlerer Alarm', low: 'Niedriger Alarm' },
  more: (n) => `${n} weitere`,
  andMore: (n) => ` und ${n} weitere`,
  since: (time) => `seit ${time}`,
  unknownBed: 'Unbekanntes Bett',
  alarm: germanAlarmText,
  noAnswer: 'Auf diese E-Mail können Sie nicht antworten. Öffnen Sie Vigil, um zu antworten.',
};

/** Returns the words of a language. An older entry has no language: its messages are English. */
export const wordsOf = (language: Language | undefined): MessageWords => (language === 'de' ? german : english);
