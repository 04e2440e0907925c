import { describe, expect, it } from 'vitest';
import { builtInAlertCodes } from './alert-codes.ts';
import { gatewayNotices } from './bed-notices.ts';
import { bounds, limitsFault } from './effective-limits.ts';
import { germanAlarmText } from './german-alarms.ts';
import { technicalConditions } from './parameters.ts';

describe('germanAlarmText', () => {
  it.each([
    ['HR 134 > 120', 'HF 134 > 120'],
    ['RR 34 > 30 (questionable)', 'AF 34 > 30 (fraglich)'],
    ['SpO2 88 < 90', 'SpO2 88 < 90'],
    ['Temp -0.5 < 35.5', 'Temp -0.5 < 35.5'],
    ['Asystole: HR 0 (pulse 0)', 'Asystolie: HF 0 (Puls 0)'],
    ['Apnoea: RR 0', 'Apnoe: AF 0'],
    ['Apnoea: RR 0 for 20 s', 'Apnoe: AF 0 seit 20 s'],
    ['Apnoea: RR 0 for 20 s (questionable)', 'Apnoe: AF 0 seit 20 s (fraglich)'],
    [
      'Fault in Vigil: values not judged, watch the monitor',
      'Fehler in Vigil: Werte nicht beurteilt, Monitor beobachten',
    ],
    ['Device disconnected', 'Gerät getrennt'],
    ['RR: no value (out of range)', 'AF: kein Wert (außerhalb des Messbereichs)'],
    ['HR: no value (unit {bpm} not understood)', 'HF: kein Wert (Einheit {bpm} nicht verstanden)'],
    ['HR: ECG leads off', 'HF: EKG-Elektroden ab'],
    ['No limits for paediatric patients here', 'Hier keine Grenzwerte für die Kategorie Kinder'],
    ['NEWS2 7 ≥ 5', 'NEWS2 7 ≥ 5'],
    ['NEWS2 4: RR, consciousness scores 3', 'NEWS2 4: 3 Punkte für AF, Bewusstsein'],
    ['NEWS2 at least 7 ≥ 7 (missing: oxygen, RR)', 'NEWS2 mindestens 7 ≥ 7 (es fehlt: Sauerstoff, AF)'],
    ['qSOFA at least 2 ≥ 2', 'qSOFA mindestens 2 ≥ 2'],
    ['Shock index 1.25 ≥ 1', 'Schockindex 1.25 ≥ 1'],
    [
      'Own limits: The high limit 130 of HR is not below the extreme high limit 125.',
      'Eigene Grenzwerte: Der Grenzwert „hoch“ 130 von HF liegt nicht unter dem Grenzwert „extrem hoch“ 125.',
    ],
    ['Own limits: another sentence.', 'Own limits: another sentence.'],
    ['Monitor: Ventricular tachycardia', 'Monitor: Kammertachykardie'],
    ['Monitor: Ventricular tachycardia (*** VTACH)', 'Monitor: Kammertachykardie (*** VTACH)'],
    ['Monitor: RR: Above the limit (Apnoea)', 'Monitor: AF: Über dem Grenzwert (Apnoea)'],
    ['Monitor: NBPs: Sensor problem', 'Monitor: NBPs: Sensorproblem'],
    ['Monitor: More alarms than can be listed: HR: Low', 'Monitor: Mehr Alarme, als die Liste fasst: HF: Niedrig'],
    ['Monitor: Keine Daten', 'Monitor: Keine Daten'],
    ['Monitor: No data', 'Monitor: No data'],
    // Any other text of a device stays as it is: `AF` for its RR could be wrong, because this RR may be a pressure.
    ['Monitor: RR 180 > 160', 'Monitor: RR 180 > 160'],
    ['RR', 'RR'],
    ['HR: a text of a device', 'HR: a text of a device'],
    ['RR 34 > 30, and more', 'RR 34 > 30, and more'],
    ['constructor 1 > 2', 'constructor 1 > 2'],
  ])('%s becomes %s', (english, german) => {
    expect(germanAlarmText(english)).toBe(german);
  });

  it('has a German text for each text of the table of device alarms', () => {
    const english = [...builtInAlertCodes.values()].map(({ text }) => `Monitor: ${text}`);
    expect(english.filter((text) => germanAlarmText(text) === text)).toEqual([]);
  });

  it('has a German text for each reason for which limits are refused', () => {
    const faults = (['HR', 'Temp', 'SpO2'] as const).flatMap((group) =>
      [
        ...bounds.flatMap((name) => [-300, 0, 1, 30.5, 100, 300, 349, 350, 2_000].map((limit) => ({ [name]: limit }))),
        { low: 95.5, high: 95 },
        { extremeLow: 96, high: 96 },
      ].map((limits) => limitsFault(group, limits)),
    );
    const sentences = [...new Set(faults)].filter((fault) => fault !== undefined);
    expect(sentences.length).toBeGreaterThan(15);
    expect(sentences.filter((fault) => germanAlarmText(fault) === fault)).toEqual([]);
    expect(sentences.map(germanAlarmText).filter((text) => /extreme|\blow\b|\bhigh\b|limit /.test(text))).toEqual([]);
  });

  it('has a German text for each notice of a gateway and each technical condition of a device', () => {
    const english = [gatewayNotices, technicalConditions]
      .flatMap((table) => Object.values(table))
      .map(({ text }) => text);
    expect(english.filter((text) => germanAlarmText(text) === text)).toEqual([]);
  });
});
