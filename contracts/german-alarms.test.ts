import { describe, expect, it } from 'vitest';
import { germanAlarmText } from './german-alarms.ts';

describe('germanAlarmText', () => {
  it.each([
    ['HR 134 > 120', 'HF 134 > 120'],
    ['RR 34 > 30 (questionable)', 'AF 34 > 30 (fraglich)'],
    ['SpO2 88 < 90', 'SpO2 88 < 90'],
    ['Temp -0.5 < 35.5', 'Temp -0.5 < 35.5'],
    ['Asystole: HR 0 (pulse 0)', 'Asystolie: HF 0 (Puls 0)'],
    ['Apnoea: RR 0 for 20 s', 'Apnoe: AF 0 seit 20 s'],
    // Other texts stay English as a whole: the RR of a device may be a blood pressure.
    ['Monitor: RR 180 > 160', 'Monitor: RR 180 > 160'],
    ['RR', 'RR'],
    ['RR 34 > 30, and more', 'RR 34 > 30, and more'],
    ['constructor 1 > 2', 'constructor 1 > 2'],
  ])('%s becomes %s', (english, german) => {
    expect(germanAlarmText(english)).toBe(german);
  });
});
