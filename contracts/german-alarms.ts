/**
 * German texts of Vigil's own alarms. The page and the messages of the delivery process use the same texts, so a phone
 * and a screen say the same. `RR` of a German monitor is a blood pressure, so a German text never names the respiratory
 * rate `RR`.
 */

/** The names of measurements that German monitors show differently. All other names are the same. */
export const germanLabels = { HR: 'HF', RR: 'AF', PR: 'PF' } as const;

/** The texts without values. */
export const germanAlarmSentences = {
  'No data': 'Keine Daten',
  'Device disconnected': 'Gerät getrennt',
  'HR and pulse differ': 'HF und Puls weichen ab',
  'No limits: patient category not known': 'Keine Grenzwerte: Kategorie des Patienten nicht bekannt',
  '1 reading missing': '1 Messwert fehlt',
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

/** The forms of the texts with their values in braces, and their German texts. */
export const germanAlarmForms = {
  '{label} {value} < {limit}': '{label} {value} < {limit}',
  '{label} {value} > {limit}': '{label} {value} > {limit}',
  '{label} {value} < {limit} (questionable)': '{label} {value} < {limit} (fraglich)',
  '{label} {value} > {limit} (questionable)': '{label} {value} > {limit} (fraglich)',
  'Asystole: {label} 0': 'Asystolie: {label} 0',
  'Asystole: {label} 0 (questionable)': 'Asystolie: {label} 0 (fraglich)',
  'Asystole: {label} 0 (pulse {n})': 'Asystolie: {label} 0 (Puls {n})',
  'Apnoea: {label} 0 for {n} s': 'Apnoe: {label} 0 seit {n} s',
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
} as const;

/** The short name of a measurement, and plain numbers. */
const number = '-?\\d+(?:\\.\\d+)?';
const formPatterns: Readonly<Record<string, string>> = {
  label: '[A-Za-z][A-Za-z0-9]{0,11}',
  value: number,
  limit: number,
  n: '\\d+',
  parts: '\\w+(?:, \\w+)*',
};

const compiled = Object.entries(germanAlarmForms).map(([form, german]) => {
  const source = form
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_braces, name: string) => `(?<${name}>${formPatterns[name] ?? '.+'})`);
  return { german, whole: new RegExp(`^${source}$`) };
});

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...germanLabels, ...germanAlarmSentences, ...germanAlarmWords }),
);

/**
 * Returns the German text of an alarm. A text of another form stays English as a whole, for example the text of an
 * alarm that the device raised itself (`Monitor: …`).
 */
export function germanAlarmText(text: string): string {
  if (Object.hasOwn(germanAlarmSentences, text)) return words.get(text)!;
  for (const { german, whole } of compiled) {
    const values = whole.exec(text)?.groups;
    if (values === undefined || (values.known !== undefined && !words.has(values.known))) continue;
    return german.replace(/\{(\w+)\}/g, (_braces, name: string) => germanValue(name, values[name]!));
  }
  return text;
}

function germanValue(name: string, value: string): string {
  if (name === 'unit') return value;
  return value
    .split(', ')
    .map((word) => words.get(word) ?? word)
    .join(', ');
}
