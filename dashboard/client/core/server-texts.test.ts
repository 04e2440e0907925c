import { afterEach, describe, expect, it } from 'vitest';
import { alarmText } from '../../../contracts/alarm-text.ts';
import { german } from '../german/german.ts';
import { alarmText as shownAlarmText } from './alarm-words.ts';
import { labelText, serverText } from './server-texts.ts';
import { setTexts } from './texts.ts';

let reset = () => {};
afterEach(() => reset());
const useGerman = () => {
  reset = setTexts(
    () => 'de',
    () => german,
  );
};

describe('a text of the server', () => {
  it.each([
    ['HR 134 > 120', 'HF 134 > 120'],
    ['SpO2 84.5 < 85', 'SpO2 84.5 < 85'],
    ['RR 0.4 < 8 (questionable)', 'AF 0.4 < 8 (fraglich)'],
    ['Temp -1 < 30', 'Temp -1 < 30'],
    ['Asystole: HR 0', 'Asystolie: HF 0'],
    ['Asystole: HR 0 (pulse 42)', 'Asystolie: HF 0 (Puls 42)'],
    ['Apnoea: RR 0', 'Apnoe: AF 0'],
    ['Apnoea: RR 0 for 20 s', 'Apnoe: AF 0 seit 20 s'],
    ['Apnoea: RR 0 for 20 s (questionable)', 'Apnoe: AF 0 seit 20 s (fraglich)'],
    // `RR` of a German monitor is a blood pressure.
    ['NEWS2 4: RR, consciousness scores 3', 'NEWS2 4: 3 Punkte für AF, Bewusstsein'],
    ['NEWS2 at least 7 ≥ 7 (missing: oxygen, RR)', 'NEWS2 mindestens 7 ≥ 7 (es fehlt: Sauerstoff, AF)'],
    ['qSOFA at least 2 ≥ 2', 'qSOFA mindestens 2 ≥ 2'],
    ['Shock index 1.25 ≥ 1', 'Schockindex 1.25 ≥ 1'],
    ['No data', 'Keine Daten'],
    ['Device disconnected', 'Gerät getrennt'],
    ['HR: no value', 'HF: kein Wert'],
    ['HR: ECG leads off', 'HF: EKG-Elektroden ab'],
    ['RR: no value (calibrating)', 'AF: kein Wert (wird kalibriert)'],
    ['RR: no value (questionable)', 'AF: kein Wert (fraglich)'],
    ['RR: no value (out of range)', 'AF: kein Wert (außerhalb des Messbereichs)'],
    ['RR: no value (unit {bpm} not understood)', 'AF: kein Wert (Einheit {bpm} nicht verstanden)'],
    ['No limits for paediatric patients here', 'Hier keine Grenzwerte für die Kategorie Kinder'],
    [
      'Two devices use one certificate: values may be of two patients',
      'Zwei Geräte benutzen ein Zertifikat: Werte können von zwei Patienten sein',
    ],
    ['Hand-over overdue: still with Nora Nurse', 'Übergabe überfällig: noch bei Nora Nurse'],
    ['User or password is wrong.', 'Benutzername oder Passwort ist falsch.'],
  ])('%s is in German: %s', (english, text) => {
    expect(serverText(english)).toBe(english);
    useGerman();
    expect(serverText(english)).toBe(text);
  });

  it.each([
    'HR 134 > 120 and rising',
    'HR 1e3 > 120',
    'Something about HR 134 > 120',
    'HR: a text of a device',
    'HR: toString',
    'constructor',
    'A sentence that nobody has translated.',
    '',
    '{n} readings missing',
  ])('%j has no known form, so the whole text stays as it is', (text) => {
    useGerman();
    expect(serverText(text)).toBe(text);
  });

  it('keeps a person’s name that looks like another text or like a place for a value', () => {
    useGerman();
    expect(serverText('Hand-over overdue: still with No data')).toBe('Übergabe überfällig: noch bei No data');
    expect(serverText('Hand-over overdue: still with {name}')).toBe('Übergabe überfällig: noch bei {name}');
  });

  it('changes only the names of measurements for which German monitors have a different name', () => {
    useGerman();
    expect(['HR', 'RR', 'PR', 'SpO2', 'NBPs', 'ABPm', 'Temp', 'EtCO2'].map(labelText)).toEqual([
      'HF',
      'AF',
      'PF',
      'SpO2',
      'NBPs',
      'ABPm',
      'Temp',
      'EtCO2',
    ]);
  });
});

describe('the text of an alarm', () => {
  it.each([
    [{ text: 'HR 134 > 120' }, 'HF 134 > 120'],
    [{ text: 'Ventricular tachycardia', origin: 'device' as const }, 'Monitor: Kammertachykardie'],
    [{ text: 'Alarm of the maker', origin: 'device' as const }, 'Monitor: Alarm of the maker'],
    [{ text: 'HR: Above the limit', origin: 'device' as const }, 'Monitor: HF: Über dem Grenzwert'],
    // Words of a device that are also texts of the page, or that look like an alarm of Vigil.
    [{ text: 'Alert', origin: 'device' as const }, 'Monitor: Alert'],
    [{ text: 'Done', origin: 'device' as const }, 'Monitor: Done'],
    [{ text: 'RR 180 > 160', origin: 'device' as const }, 'Monitor: RR 180 > 160'],
    [{ text: 'constructor', origin: 'device' as const }, 'Monitor: constructor'],
  ])('%j is the text of the contracts in English, and %s in German', (alarm, text) => {
    expect(shownAlarmText(alarm)).toBe(alarmText(alarm));
    useGerman();
    expect(shownAlarmText(alarm)).toBe(text);
    // The alarm history, the trends and the waves get the device's text with the mark `Monitor:`.
    expect(serverText(alarmText(alarm))).toBe(text);
  });
});
