/**
 * German texts of alarms: Vigil's own texts, and the texts of the table of device alarms (alert-codes.ts). The page and
 * the messages of the delivery process use the same texts, so a phone and a screen say the same. `RR` of a German
 * monitor is a blood pressure, so a German text never names the respiratory rate `RR`.
 */
import { builtInAlertCodes } from './alert-codes.ts';
import { deviceMark, deviceTextIn, moreAlarmsForm } from './device-text.ts';

/** The names of measurements that German monitors show differently. All other names are the same. */
export const germanLabels = { HR: 'HF', RR: 'AF', PR: 'PF' } as const;

/** The texts without values. */
export const germanAlarmSentences = {
  'No data': 'Keine Daten',
  'Device disconnected': 'Gerät getrennt',
  'HR and pulse differ': 'HF und Puls weichen ab',
  'No limits: patient category not known': 'Keine Grenzwerte: Kategorie des Patienten nicht bekannt',
  '1 reading missing': '1 Messwert fehlt',
  'Fault in Vigil: values not shown, watch the monitor': 'Fehler in Vigil: Werte nicht gezeigt, Monitor beobachten',
  'Fault in Vigil: alarms and limits are not saved': 'Fehler in Vigil: Alarme und Grenzwerte nicht gespeichert',
  'Fault in Vigil: values not judged, watch the monitor': 'Fehler in Vigil: Werte nicht beurteilt, Monitor beobachten',
  'Sound of the monitor is off': 'Ton des Monitors ist aus',
  'Sound of the monitor is paused': 'Ton des Monitors ist pausiert',
  'ECG leads off': 'EKG-Elektroden ab',
  'Sensor disconnected': 'Sensor getrennt',
  'Sensor problem': 'Sensorproblem',
  'Battery low': 'Akku schwach',
  'Battery empty': 'Akku leer',
  'Self-test failed': 'Selbsttest fehlgeschlagen',
  'Some readings are not shown: not clear whose they are': 'Einige Messwerte fehlen: unklar, zu wem sie gehören',
  'Two devices use one certificate: values may be of two patients':
    'Zwei Geräte benutzen ein Zertifikat: Werte können von zwei Patienten sein',
  'Readings are refused: the device clock is too far ahead': 'Messwerte abgelehnt: Die Uhr des Geräts geht zu weit vor',
  'Readings are refused: their time is too long ago': 'Messwerte abgelehnt: Ihre Zeit liegt zu weit zurück',
  'Readings come late: the device sends too much at once': 'Messwerte kommen spät: Das Gerät sendet zu viel auf einmal',
} as const;

/** The parts of NEWS2, the reasons of a missing value, and the categories of patients. */
export const germanAlarmWords = {
  adult: 'Erwachsene',
  paediatric: 'Kinder',
  neonatal: 'Neugeborene',
  oxygen: 'Sauerstoff',
  systolic: 'systolisch',
  pulse: 'Puls',
  consciousness: 'Bewusstsein',
  temperature: 'Temperatur',
  calibrating: 'wird kalibriert',
  questionable: 'fraglich',
  'out of range': 'außerhalb des Messbereichs',
} as const;

/** The names of the limits (`boundLabels` in effective-limits.ts). */
export const germanBounds = {
  low: 'niedrig',
  high: 'hoch',
  'extreme low': 'extrem niedrig',
  'extreme high': 'extrem hoch',
} as const;

/** The texts of alert-codes.ts, without the texts that Vigil's own alarms have, too. */
export const germanAlertTexts = {
  Asystole: 'Asystolie',
  'Ventricular fibrillation': 'Kammerflimmern',
  'Ventricular tachycardia': 'Kammertachykardie',
  'Ventricular fibrillation or tachycardia': 'Kammerflimmern oder -tachykardie',
  Tachycardia: 'Tachykardie',
  Bradycardia: 'Bradykardie',
  'Sinus tachycardia': 'Sinustachykardie',
  'Sinus bradycardia': 'Sinusbradykardie',
  'Atrial fibrillation': 'Vorhofflimmern',
  'Atrial flutter': 'Vorhofflattern',
  'Irregular rhythm': 'Unregelmäßiger Rhythmus',
  Arrhythmia: 'Arrhythmie',
  'Third-degree AV block': 'AV-Block III. Grades',
  'Pacemaker does not capture': 'Schrittmacher ohne Antwort',
  Apnoea: 'Apnoe',
  'SpO2 desaturation': 'SpO2-Abfall',
  'Below the limit': 'Unter dem Grenzwert',
  'Above the limit': 'Über dem Grenzwert',
  Low: 'Niedrig',
  High: 'Hoch',
} as const;

/** The text of an alarm that stands for further alarms of a device. */
export const germanMoreAlarms = { [moreAlarmsForm]: 'Mehr Alarme, als die Liste fasst: {alarm}' } as const;

/** The forms of the texts with their values in braces, and their German texts. */
export const germanAlarmForms = {
  '{label} {value} < {limit}': '{label} {value} < {limit}',
  '{label} {value} > {limit}': '{label} {value} > {limit}',
  '{label} {value} < {limit} (questionable)': '{label} {value} < {limit} (fraglich)',
  '{label} {value} > {limit} (questionable)': '{label} {value} > {limit} (fraglich)',
  'Asystole: {label} 0': 'Asystolie: {label} 0',
  'Asystole: {label} 0 (questionable)': 'Asystolie: {label} 0 (fraglich)',
  'Asystole: {label} 0 (pulse {n})': 'Asystolie: {label} 0 (Puls {n})',
  'Apnoea: {label} 0': 'Apnoe: {label} 0',
  'Apnoea: {label} 0 (questionable)': 'Apnoe: {label} 0 (fraglich)',
  'Apnoea: {label} 0 for {n} s': 'Apnoe: {label} 0 seit {n} s',
  'Apnoea: {label} 0 for {n} s (questionable)': 'Apnoe: {label} 0 seit {n} s (fraglich)',
  'NEWS2 {value}: {parts} scores 3': 'NEWS2 {value}: 3 Punkte für {parts}',
  'NEWS2 at least {value} ≥ {limit} (missing: {parts})': 'NEWS2 mindestens {value} ≥ {limit} (es fehlt: {parts})',
  'qSOFA at least {value} ≥ {limit}': 'qSOFA mindestens {value} ≥ {limit}',
  'Shock index {value} ≥ {limit}': 'Schockindex {value} ≥ {limit}',
  '{label}: no value': '{label}: kein Wert',
  '{label}: no value ({known})': '{label}: kein Wert ({known})',
  '{label}: no value (unit {unit} not understood)': '{label}: kein Wert (Einheit {unit} nicht verstanden)',
  '{label}: valid only now and then': '{label}: nur ab und zu gültig',
  '{label}: two values in one message, the more serious one is used':
    '{label}: zwei Werte in einer Nachricht, der schwerere wird benutzt',
  '{label}: {known}': '{label}: {known}',
  'No limits for {category} patients here': 'Hier keine Grenzwerte für die Kategorie {category}',
  '{n} readings missing': '{n} Messwerte fehlen',
  'Device clock is {n} s behind': 'Die Uhr des Geräts geht {n} s nach',
  'Device clock is {n} s ahead': 'Die Uhr des Geräts geht {n} s vor',
  'Own limits: {sentence}': 'Eigene Grenzwerte: {sentence}',
  // Why limits are refused (effective-limits.ts).
  'The {bound} limit {limit} of {label} is not below the {bound2} limit {limit2}.':
    'Der Grenzwert „{bound}“ {limit} von {label} liegt nicht unter dem Grenzwert „{bound2}“ {limit2}.',
  'The {bound} limit {limit} of {label} is outside the measuring range, {value} to {value2}.':
    'Der Grenzwert „{bound}“ {limit} von {label} liegt außerhalb des Messbereichs {value} bis {value2}.',
  'The {bound} limit {limit} of {label} could never alarm: no value is below {value}.':
    'Der Grenzwert „{bound}“ {limit} von {label} könnte nie alarmieren: Kein Wert liegt unter {value}.',
  'The {bound} limit {limit} of {label} could never alarm: no value is above {value}.':
    'Der Grenzwert „{bound}“ {limit} von {label} könnte nie alarmieren: Kein Wert liegt über {value}.',
  'The {bound} limit {limit} of {label} is below the lowest allowed value, {value}.':
    'Der Grenzwert „{bound}“ {limit} von {label} liegt unter dem kleinsten erlaubten Wert {value}.',
  'The {bound} limit {limit} of {label} is above the highest allowed value, {value}.':
    'Der Grenzwert „{bound}“ {limit} von {label} liegt über dem größten erlaubten Wert {value}.',
} as const;

/** Patterns of a plain number and of the name of a limit. */
const number = '-?\\d+(?:\\.\\d+)?';
const bound = '(?:extreme )?(?:low|high)';
/** What a value in a form may be, by its name. The page uses the same patterns. */
export const alarmFormPatterns: Readonly<Record<string, string>> = {
  label: '[A-Za-z][A-Za-z0-9]{0,11}',
  value: number,
  value2: number,
  limit: number,
  limit2: number,
  bound,
  bound2: bound,
  n: '\\d+',
  parts: '\\w+(?:, \\w+)*',
};

const compiled = Object.entries(germanAlarmForms).map(([form, german]) => {
  const source = form
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_braces, name: string) => `(?<${name}>${alarmFormPatterns[name] ?? '.+'})`);
  return { german, whole: new RegExp(`^${source}$`) };
});

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...germanLabels, ...germanAlarmSentences, ...germanAlarmWords }),
);

const tableTexts = new Set([...builtInAlertCodes.values()].map(({ text }) => text));
const alertTexts: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...germanAlarmSentences, ...germanAlertTexts }).filter(([text]) => tableTexts.has(text)),
);
const boundWords: ReadonlyMap<string, string> = new Map(Object.entries(germanBounds));

/**
 * Returns the German text of an alarm. Any other text stays English as a whole. The words of a device stay as they are
 * (device-text.ts).
 */
export function germanAlarmText(text: string): string {
  if (text.startsWith(deviceMark))
    return deviceTextIn(text, {
      text: (ofTable) => alertTexts.get(ofTable),
      label: (label) => words.get(label) ?? label,
      more: (alarm) => germanMoreAlarms[moreAlarmsForm].replace('{alarm}', () => alarm),
    });
  if (Object.hasOwn(germanAlarmSentences, text)) return words.get(text)!;
  for (const { german, whole } of compiled) {
    const values = whole.exec(text)?.groups;
    if (values === undefined || (values.known !== undefined && !words.has(values.known))) continue;
    if (values.sentence !== undefined && germanAlarmText(values.sentence) === values.sentence) continue;
    return german.replace(/\{(\w+)\}/g, (_braces, name: string) => germanValue(name, values[name]!));
  }
  return text;
}

/** Returns the German text of the name of a measurement with its value, such as `HR 134`. */
export function germanValueText(text: string): string {
  const [label = '', ...value] = text.split(' ');
  return [words.get(label) ?? label, ...value].join(' ');
}

function germanValue(name: string, value: string): string {
  if (name === 'unit') return value;
  if (name === 'sentence') return germanAlarmText(value);
  if (name === 'bound' || name === 'bound2') return boundWords.get(value) ?? value;
  return value
    .split(', ')
    .map((word) => words.get(word) ?? word)
    .join(', ');
}
