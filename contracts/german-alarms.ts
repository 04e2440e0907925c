/**
 * German texts of Vigil's own alarms of values. The page and the messages of the delivery process use the same texts,
 * so a phone and a screen name a measurement in the same way. `RR` of a German monitor is a blood pressure, so a German
 * text never names the respiratory rate `RR`.
 */

/** The names of measurements that German monitors show differently. All other names are the same. */
export const germanLabels = { HR: 'HF', RR: 'AF', PR: 'PF' } as const;

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
} as const;

/** The short name of a measurement, and plain numbers. */
const number = '-?\\d+(?:\\.\\d+)?';
export const formPatterns = { label: '[A-Za-z][A-Za-z0-9]{0,11}', value: number, limit: number, n: '\\d+' } as const;

const compiled = Object.entries(germanAlarmForms).map(([form, german]) => {
  const source = form
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_braces, name: keyof typeof formPatterns) => `(?<${name}>${formPatterns[name]})`);
  return { german, whole: new RegExp(`^${source}$`) };
});

/**
 * Returns the German text of an alarm. A text of another form stays English as a whole, for example the text of an
 * alarm that the device raised itself (`Monitor: …`).
 */
export function germanAlarmText(text: string): string {
  for (const { german, whole } of compiled) {
    const values = whole.exec(text)?.groups;
    if (values) return german.replace(/\{(\w+)\}/g, (_braces, name: string) => labelOr(values[name]!));
  }
  return text;
}

const labelOr = (value: string) =>
  Object.hasOwn(germanLabels, value) ? germanLabels[value as keyof typeof germanLabels] : value;
