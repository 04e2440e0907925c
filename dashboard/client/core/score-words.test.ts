import { describe, expect, it } from 'vitest';
import { newScores } from '../../../contracts/messages/scores.testing.ts';
import { german } from '../german/german.ts';
import {
  adviceText,
  emptyAssessment,
  missingText,
  partText,
  qsofaText,
  readAssessment,
  responseTexts,
  shockIndexText,
  totalText,
} from './score-words.ts';
import { setTexts } from './texts.ts';

it.each([
  [{ parameter: 'RR', value: 26 }, '26 /min'],
  [{ parameter: 'SpO2', value: 0 }, '0 %'],
  [{ parameter: 'Temp', value: 37 }, '37.0 °C'],
  [{ parameter: 'oxygen', value: false }, 'on air'],
  [{ parameter: 'oxygen', value: true }, 'on oxygen'],
  [{ parameter: 'consciousness', value: 'C' }, 'New confusion'],
  [{ parameter: 'pulse' }, '–'],
] as const)('the part %j is written "%s"', (part, text) => expect(partText(part)).toBe(text));

it.each([
  [{ parameter: 'RR' }, 1, true, 'not measured'],
  [{ parameter: 'oxygen' }, 1, false, 'not entered'],
  [{ parameter: 'consciousness', value: 'A' }, 1, true, 'too old'],
  [{ parameter: 'RR', value: 16 }, 2, false, 'too old'],
  [{ parameter: 'SpO2', value: 97 }, 2, true, 'too old'],
  [{ parameter: 'SpO2', value: 97 }, 2, false, 'air or oxygen?'],
  // On scale 1 the points of SpO2 never depend on oxygen.
  [{ parameter: 'SpO2', value: 97 }, 1, false, 'too old'],
] as const)(
  'the part %j without points, on scale %i with oxygen known = %s, has the reason "%s"',
  (part, scale, isKnown, text) =>
    expect(missingText(part, { scale, parts: [{ parameter: 'oxygen', ...(isKnown && { points: 0 }) }] })).toBe(text),
);

const nowMs = Date.parse('2026-01-01T10:01:00.000Z');

describe('totalText and adviceText', () => {
  it('a total is not shown if its values are too old and no new score came', () => {
    const scores = newScores('a');
    const msOf = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    expect(totalText(scores, msOf('10:06:00.000'))).toBe('NEWS2 0');
    expect(totalText(scores, msOf('10:06:00.001'))).toBeUndefined();
    expect(adviceText(scores, msOf('10:06:00.001'))).toContain('Score out of date: the alarm processor is silent');
  });
  it('a total is shown together with what the staff must do', () => {
    const scores = newScores('a', { total: 7, risk: 'high', response: 'emergency' });
    expect([totalText(scores, nowMs), adviceText(scores, nowMs)]).toEqual(['NEWS2 7', responseTexts.emergency]);
  });
  it('a total is not shown if a part is missing; the text names the missing part', () => {
    const { total: _no, response: _none, risk: _neither, ...partial } = newScores('a').news2;
    const scores = {
      ...newScores('a'),
      news2: { ...partial, atLeast: 5, missing: ['SpO2', 'consciousness'] as const },
    };
    const read = scores as unknown as ReturnType<typeof newScores>;
    expect(totalText(read, nowMs)).toBeUndefined();
    expect(adviceText(read, nowMs)).toBe('No total: SpO2, consciousness missing. The known parts score 5.');
    const reset = setTexts(
      () => 'de',
      () => german,
    );
    const inGerman = adviceText(read, nowMs);
    reset();
    expect(inGerman).toBe('Keine Summe: SpO2, Bewusstsein fehlen. Die bekannten Teile ergeben 5.');
    expect(totalText(null, nowMs)).toBeUndefined();
  });
});

it('the texts of shock index and qSOFA name the missing parts', () => {
  expect(shockIndexText(newScores('a', {}, { shockIndex: 0.9 }))).toBe('Shock index 0.90');
  const { shockIndex: _no, ...without } = newScores('a');
  expect(shockIndexText(without)).toBe('Shock index: pulse or pressure missing');
  expect(qsofaText(newScores('a', {}, { qsofa: { met: ['RR', 'BPsys'], missing: [], total: 2 } }))).toBe(
    'qSOFA 2 (respiratory rate, systolic pressure)',
  );
  expect(qsofaText(newScores('a', {}, { qsofa: { met: [], missing: ['consciousness'] } }))).toBe(
    'qSOFA: at least 0, consciousness missing',
  );
});

it.each([
  [{}, undefined],
  [{ consciousness: 'V' }, { consciousness: 'V' }],
  [{ oxygen: 'air' }, { oxygen: false }],
  [
    { oxygen: 'oxygen', spo2Scale: '2' },
    { oxygen: true, spo2Scale: 2 },
  ],
  [{ consciousness: 'X', oxygen: 'x', spo2Scale: '3' }, undefined],
] as const)('the form %j sends the assessment %j', (draft, entered) =>
  expect(readAssessment({ ...emptyAssessment, ...draft })).toEqual(entered),
);
