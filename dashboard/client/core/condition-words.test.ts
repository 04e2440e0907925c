import { expect, it } from 'vitest';
import { german } from '../german/german.ts';
import { conditionText } from './condition-words.ts';
import { setTexts } from './texts.ts';

/** Returns what a German page shows. */
function inGerman(condition: string): string {
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  try {
    return conditionText(condition);
  } finally {
    reset();
  }
}

it.each([
  ['HR.high', 'HR high', 'HF hoch'],
  ['SpO2.extreme-low', 'SpO2 extreme low', 'SpO2 extrem niedrig'],
  ['BPsys.low', 'BPsys low', 'BPsys niedrig'],
  ['NIBP.no-data', 'NIBP no data', 'NIBP keine Daten'],
  ['RR.intermittent', 'RR valid only now and then', 'AF nur zeitweise gültig'],
  ['NEWS2.low-medium', 'NEWS2 low-medium', 'NEWS2 niedrig bis mittel'],
  ['asystole', 'Asystole', 'Asystolie'],
  ['disconnected', 'Device disconnected', 'Gerät getrennt'],
  ['limits-cross-HR', 'Own limits cross: HR', 'Eigene Grenzwerte kreuzen sich: HF'],
])('conditionText writes the condition %s of Vigil as words', (condition, english, translated) => {
  expect(conditionText(condition)).toBe(english);
  expect(inGerman(condition)).toBe(translated);
});

it.each([
  'MDC_EVT_LEADS_OFF',
  'Alert',
  'Air',
  'Oxygen',
  'Pulse',
  'None',
  'high',
  'Alert.high',
  'HR.constructor',
  'RR.high.2',
  'constructor',
  'Leads-off',
  'limits-cross-Alert',
  '',
])('conditionText shows the word “%s” of a device as it is, in German too', (condition) => {
  expect(conditionText(condition)).toBe(condition);
  expect(inGerman(condition)).toBe(condition);
});
